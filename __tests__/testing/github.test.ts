import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { startGitHub, type GitHub } from '../../testing/github/server.ts'
import type { Repository } from '../../testing/github/repository.ts'

let github: GitHub
let repository: Repository

beforeEach(async () => {
  github = await startGitHub()
  repository = github.createRepository('acme/x', { files: { 'a.txt': 'a' } })
})

afterEach(async () => {
  await github.close()
})

const graphql = async (query: string, variables: object = {}, token = github.token) => {
  const response = await fetch(github.graphqlUrl, {
    method: 'POST',
    headers: { authorization: `token ${token}` },
    body: JSON.stringify({ query, variables }),
  })
  return (await response.json()) as { data: unknown; errors?: { type?: string; message: string }[] }
}

const commit = (fields: object, token?: string) =>
  graphql(
    'mutation M($input: CreateCommitOnBranchInput!) { createCommitOnBranch(input: $input) { commit { oid } } }',
    {
      input: {
        branch: { repositoryNameWithOwner: 'acme/x', branchName: 'main' },
        expectedHeadOid: repository.head(),
        message: { headline: 'Change' },
        ...fields,
      },
    },
    token,
  )

const addition = { fileChanges: { additions: [{ path: 'b/c.txt', contents: 'Yg==' }] } }

test('a commit is a real one, on the head that was expected', async () => {
  const head = repository.head()
  await commit(addition)
  expect(repository.read('b/c.txt')).toBe('b')
  expect(repository.read('a.txt')).toBe('a')
  expect(repository.git('rev-parse', 'main^').trim()).toBe(head)
  repository.fsck()
})

test('a stale head is refused as GitHub does it, and nothing is written', async () => {
  const stale = repository.head()
  repository.push('main', { 'a.txt': 'other' })
  const head = repository.head()
  const answer = await commit({ ...addition, expectedHeadOid: stale })
  expect(answer.data).toEqual({ createCommitOnBranch: null })
  expect(answer.errors?.[0]).toMatchObject({
    type: 'STALE_DATA',
    message: `Expected branch to point to "${stale}" but it did not.  Pull and try again.`,
  })
  expect(repository.head()).toBe(head)
})

test('no changes make an empty commit, a list that is null fails opaquely', async () => {
  await commit({})
  expect(repository.git('rev-list', '--count', 'main').trim()).toBe('2')
  const answer = await commit({ fileChanges: { additions: null } })
  expect(answer.errors?.[0]?.message).toMatch(/Something went wrong/)
})

test('a token that may only read may not commit', async () => {
  const token = github.addToken({ contents: 'read', pullRequests: 'none' })
  const answer = await commit(addition, token)
  expect(answer.errors?.[0]).toMatchObject({
    type: 'FORBIDDEN',
    message: 'Resource not accessible by integration',
  })
})

test('what GitHub does not know is a violation', async () => {
  await graphql('{ repository(owner: "acme", name: "x") { stars } }')
  await fetch(`${github.apiUrl}/repos/acme/x/nonsense`, {
    headers: { authorization: `token ${github.token}` },
  })
  expect(github.violations).toEqual([
    expect.stringMatching(/stars/),
    'REST: GET /repos/acme/x/nonsense',
  ])
})

test('a field that the stand-in lacks is a violation, never a silent null', async () => {
  const answer = await graphql('{ repository(owner: "acme", name: "x") { homepageUrl } }')
  expect(answer.errors?.[0]?.message).toMatch(/not in the stand-in/)
  expect(github.violations).toHaveLength(1)
})
