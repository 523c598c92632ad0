import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { sendGraphql, sendRest } from '../../testing/github/client.ts'
import type { Repository } from '../../testing/github/repository.ts'
import { startGitHub, type GitHub } from '../../testing/github/server.ts'
import type { Policy, Token } from '../../testing/github/tokens.ts'

let github: GitHub
let repository: Repository

beforeEach(async () => {
  github = await startGitHub()
  repository = github.createRepository('acme/x', { files: { 'a.txt': 'a' } })
})

afterEach(() => github.close())

const full = { contents: 'write', pullRequests: 'write' } as const

function read(token: Partial<Token>) {
  const secret = github.addToken({ ...full, ...token })
  return sendGraphql(github, '{ repository(owner: "acme", name: "x") { id } }', {}, secret)
}

function createBranch(token: Partial<Token>) {
  const body = { ref: 'refs/heads/b', sha: repository.head() }
  const secret = github.addToken({ ...full, ...token })
  return sendRest(github, 'POST', 'repos/acme/x/git/refs', body, secret)
}

function commit(token: Partial<Token>) {
  const input = {
    branch: { repositoryNameWithOwner: 'acme/x', branchName: 'main' },
    expectedHeadOid: repository.head(),
    message: { headline: 'Change' },
  }
  const mutation = `mutation M($input: CreateCommitOnBranchInput!) {
    createCommitOnBranch(input: $input) { commit { oid } }
  }`
  return sendGraphql(github, mutation, { input }, github.addToken({ ...full, ...token }))
}

test('SAML has a header, and in GraphQL an extension', async () => {
  const rest = await createBranch({ refusedBy: 'saml', kind: 'classic' })
  expect(rest.status).toBe(403)
  expect(rest.headers.get('x-github-sso')).toMatch(/^required; url=https:.*\/orgs\/acme\/sso\?/)
  expect(await read({ refusedBy: 'saml' })).toMatchObject({
    data: { repository: null },
    errors: [{ type: 'FORBIDDEN', extensions: { saml_failure: true }, path: ['repository'] }],
  })
})

test.each<[Policy, RegExp]>([
  ['ip-allow-list', /the `acme` organization has an IP allow list enabled/],
  ['classic-tokens', /^`acme` forbids access via a personal access token \(classic\)/],
  ['token-lifetime', /^The 'acme' organization forbids access .* greater than 366 days/],
])('the policy %s refuses reads and writes in both APIs', async (refusedBy, message) => {
  const rest = await createBranch({ refusedBy })
  expect(rest).toMatchObject({ status: 403, body: { message: expect.stringMatching(message) } })
  const { errors } = await read({ refusedBy })
  expect(errors?.[0]).toMatchObject({ type: 'FORBIDDEN', message: expect.stringMatching(message) })
})

test('a policy may concern writes only', async () => {
  const token = { refusedBy: 'ip-allow-list', refusedOn: 'writes' } as const
  expect((await read(token)).errors).toBeUndefined()
  expect((await commit(token)).errors?.[0]?.type).toBe('FORBIDDEN')
})

test('a suspended token is a 403 of both APIs', async () => {
  const rest = await createBranch({ refusedBy: 'suspended' })
  expect(rest).toMatchObject({
    status: 403,
    body: { message: 'This installation has been suspended' },
  })
  expect(await read({ refusedBy: 'suspended', kind: 'classic' })).toMatchObject({
    message: 'Sorry. Your account was suspended',
  })
})

describe('a missing permission', () => {
  test.each([
    ['app', 403, 'Resource not accessible by integration'],
    ['fine-grained', 403, 'Resource not accessible by personal access token'],
    ['classic', 404, 'Not Found'],
  ] as const)('of a token of kind %s', async (kind, status, message) => {
    const { headers, ...rest } = await createBranch({ kind, contents: 'read' })
    expect(rest).toMatchObject({ status, body: { message } })
    const accepted = headers.get('x-accepted-github-permissions')
    expect(accepted).toBe(kind === 'classic' ? null : 'contents=write')
    const { errors } = await commit({ kind, contents: 'read' })
    expect(errors?.[0]).toMatchObject({
      type: 'FORBIDDEN',
      message:
        kind === 'classic'
          ? 'octocat does not have the correct permissions to execute `CreateCommitOnBranch`'
          : message,
    })
  })
})

test.each([
  ['archived', /archived so is read-only/],
  ['lockedForMigration', /locked for migration/],
] as const)('a repository that is %s can be read but not written', async (setting, message) => {
  repository.settings[setting] = true
  expect((await read({})).errors).toBeUndefined()
  expect(await createBranch({})).toMatchObject({
    status: 403,
    body: { message: expect.stringMatching(message) },
  })
  expect((await commit({})).errors?.[0]?.message).toMatch(message)
})

test("GitHub does not sign a person's commits of the Git data API", async () => {
  const token = github.addToken({ ...full, kind: 'fine-grained' })
  const tree = repository.git('rev-parse', 'main^{tree}')
  const body = { message: 'Change', tree, parents: [repository.head()] }
  const { body: created } = await sendRest(
    ...([github, 'POST', 'repos/acme/x/git/commits', body, token] as const),
  )
  expect(created).toMatchObject({ author: { name: 'octocat' }, verification: { verified: false } })
})
