import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { sendGraphql, sendRest, type RestAnswer } from '../../testing/github/client.ts'
import type { Repository } from '../../testing/github/repository.ts'
import { startGitHub, type GitHub } from '../../testing/github/server.ts'

let github: GitHub
let repository: Repository

beforeEach(async () => {
  github = await startGitHub()
  repository = github.createRepository('acme/x', { files: { 'a.txt': 'a\nb\nc\n', 'b.txt': 'b' } })
})

afterEach(() => github.close())

function get(path: string): Promise<RestAnswer> {
  return sendRest(github, 'GET', `repos/acme/x/${path}`)
}

async function signatureOf(branch: string): Promise<unknown> {
  const { data } = await sendGraphql(
    github,
    `query Q($ref: String!) { repository(owner: "acme", name: "x") {
      ref(qualifiedName: $ref) { refUpdateRule { viewerCanPush } target { ... on Commit {
        signature { isValid state wasSignedByGitHub signer { login } } } } }
    } }`,
    { ref: `refs/heads/${branch}` },
  )
  const { ref } = (data as { repository: { ref: { target: { signature: unknown } } } }).repository
  return ref.target.signature
}

async function commitByApi(): Promise<void> {
  const { head, git } = repository
  const tree = git('rev-parse', 'main^{tree}')
  const body = { message: 'Change', tree, parents: [head()] }
  const { body: commit } = await sendRest(github, 'POST', 'repos/acme/x/git/commits', body)
  git('update-ref', 'refs/heads/main', (commit as { sha: string }).sha)
}

describe('a signature', () => {
  test("is GitHub's on a commit made through the API, and absent on a person's push", async () => {
    expect(await signatureOf('main')).toBeNull()
    await commitByApi()
    expect(await signatureOf('main')).toEqual({
      isValid: true,
      state: 'VALID',
      wasSignedByGitHub: true,
      signer: { login: 'web-flow' },
    })
    expect((await get('commits/main')).body).toMatchObject({
      committer: { login: 'web-flow' },
      commit: { verification: { verified: true, reason: 'valid' } },
    })
    expect(repository.git('log', '-1', '--format=%cn', 'main')).toBe('GitHub')
    repository.fsck()
  })

  test('is absent on a server that does not sign', async () => {
    repository.settings.signsCommits = false
    await commitByApi()
    expect(await signatureOf('main')).toBeNull()
    expect((await get(`git/commits/${repository.head()}`)).body).toMatchObject({
      verification: { verified: false, reason: 'unsigned', signature: null },
    })
  })
})

describe('a comparison', () => {
  test('lists commits from oldest to newest, and the files of both kinds of change', async () => {
    const base = repository.head()
    repository.git('branch', 'topic', 'main')
    repository.push('topic', { 'c.txt': 'c', 'b.txt': null }, 'First')
    repository.push('topic', { 'a.txt': null, 'd.txt': 'a\nb\nc\n' }, 'Second')
    repository.push('main', { 'e.txt': 'e' })
    const { body } = await get('compare/main...topic')
    expect(body).toMatchObject({
      status: 'diverged',
      ahead_by: 2,
      behind_by: 1,
      merge_base_commit: { sha: base },
      commits: [{ commit: { message: 'First' } }, { commit: { message: 'Second' } }],
      files: [
        { filename: 'b.txt', status: 'removed' },
        { filename: 'c.txt', status: 'added' },
        { filename: 'd.txt', status: 'renamed', previous_filename: 'a.txt' },
      ],
    })
    expect((await get('compare/main...acme:topic?per_page=1&page=2')).body).toMatchObject({
      commits: [{ sha: repository.head('topic') }],
      files: [],
    })
  })

  test('of unrelated branches is a 404', async () => {
    repository.push('orphan', { 'a.txt': 'a' })
    expect(await get('compare/main...orphan')).toMatchObject({
      status: 404,
      body: { message: 'No common ancestor between main and orphan.' },
    })
  })
})

test('a commit that does not exist is a 422', async () => {
  expect(await get('commits/missing')).toMatchObject({
    status: 422,
    body: { message: 'No commit found for SHA: missing' },
  })
  expect((await get(`git/commits/${'1'.repeat(40)}`)).status).toBe(404)
})
