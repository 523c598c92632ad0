import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { sendGraphql, type GraphqlBody } from '../../testing/github/client.ts'
import type { Repository } from '../../testing/github/repository.ts'
import { startGitHub, type GitHub } from '../../testing/github/server.ts'

let github: GitHub
let repository: Repository

beforeEach(async () => {
  github = await startGitHub()
  repository = github.createRepository('acme/x', { files: { 'a.txt': 'a' } })
})

afterEach(() => github.close())

function commit(fields: object, token?: string): Promise<GraphqlBody> {
  const mutation = `mutation M($input: CreateCommitOnBranchInput!) {
    createCommitOnBranch(input: $input) { commit { oid } }
  }`
  const input = {
    branch: { repositoryNameWithOwner: 'acme/x', branchName: 'main' },
    expectedHeadOid: repository.head(),
    message: { headline: 'Change' },
    ...fields,
  }
  return sendGraphql(github, mutation, { input }, token)
}

const addition = { fileChanges: { additions: [{ path: 'b/c.txt', contents: 'Yg==' }] } }

test('a commit is a real git commit on the expected head', async () => {
  const head = repository.head()
  await commit(addition)
  expect(repository.read('b/c.txt')).toBe('b')
  expect(repository.read('a.txt')).toBe('a')
  expect(repository.git('rev-parse', 'main^')).toBe(head)
  repository.fsck()
})

test("a stale head is rejected with GitHub's message, and nothing is written", async () => {
  const stale = repository.head()
  repository.push('main', { 'a.txt': 'other' })
  const head = repository.head()
  const { data, errors } = await commit({ ...addition, expectedHeadOid: stale })
  expect(data).toEqual({ createCommitOnBranch: null })
  expect(errors?.[0]).toMatchObject({
    type: 'STALE_DATA',
    message: `Expected branch to point to "${stale}" but it did not.  Pull and try again.`,
  })
  expect(repository.head()).toBe(head)
})

test('a commit without changes is empty, and null additions fail without an error type', async () => {
  await commit({})
  expect(repository.commitCount()).toBe(2)
  const { errors } = await commit({ fileChanges: { additions: null } })
  expect(errors?.[0]?.message).toMatch(/Something went wrong/)
})

test('a read-only token cannot commit', async () => {
  const token = github.addToken({ contents: 'read', pullRequests: 'none' })
  const { errors } = await commit(addition, token)
  expect(errors?.[0]).toMatchObject({
    type: 'FORBIDDEN',
    message: 'Resource not accessible by integration',
  })
})

test('a request that GitHub would reject is a violation', async () => {
  await sendGraphql(github, '{ repository(owner: "acme", name: "x") { stars } }')
  await fetch(`${github.apiUrl}/repos/acme/x/nonsense`, {
    headers: { authorization: `token ${github.token}` },
  })
  expect(github.violations).toEqual([
    expect.stringMatching(/stars/),
    'REST: GET /repos/acme/x/nonsense',
  ])
})

test('a field that the stand-in lacks is a violation, not null', async () => {
  const { errors } = await sendGraphql(
    github,
    '{ repository(owner: "acme", name: "x") { homepageUrl } }',
  )
  expect(errors?.[0]?.message).toMatch(/not in the stand-in/)
  expect(github.violations).toHaveLength(1)
})
