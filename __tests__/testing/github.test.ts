import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import {
  sendGraphql,
  sendRest,
  type GraphqlBody,
  type RestAnswer,
} from '../../testing/github/client.ts'
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

describe('the contents API', () => {
  const put = (path: string, body: object, token?: string): Promise<RestAnswer> =>
    sendRest(github, 'PUT', `repos/acme/x/contents/${path}`, { message: 'Change', ...body }, token)
  const content = Buffer.from('b').toString('base64')

  test('creates and updates a file with one commit each, and reads it', async () => {
    expect(await put('b/c.txt', { content })).toMatchObject({ status: 201 })
    const sha = repository.git('rev-parse', 'main:a.txt')
    expect(await put('a.txt', { content, sha })).toMatchObject({ status: 200 })
    expect(repository.commitCount()).toBe(3)
    expect(repository.read('b/c.txt')).toBe('b')
    const answer = await sendRest(github, 'GET', 'repos/acme/x/contents/a.txt')
    expect(answer.body).toMatchObject({ encoding: 'base64', content })
    repository.fsck()
  })

  test("refuses with GitHub's words, and writes nothing", async () => {
    const head = repository.head()
    const readOnly = github.addToken({ contents: 'read', pullRequests: 'none' })
    const answers = [
      await put('a.txt', { content }),
      await put('a.txt', { content, sha: head }),
      await put('a.txt', { content, branch: 'missing' }),
      await put('a.txt', { content }, readOnly),
      await sendRest(github, 'GET', 'repos/acme/x/contents/missing.txt'),
    ]
    expect(answers.map(({ status }) => status)).toEqual([422, 409, 404, 403, 404])
    expect(answers[0]?.body).toMatchObject({
      message: `Invalid request.\n\n"sha" wasn't supplied.`,
    })
    expect(answers[1]?.body).toMatchObject({ message: `a.txt does not match ${head}` })
    expect(repository.head()).toBe(head)
  })
})
