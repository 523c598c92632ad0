import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { sendGraphql, sendRest, type RestAnswer } from '../../testing/github/client.ts'
import { zeroOid } from '../../testing/github/git/store.ts'
import type { Repository } from '../../testing/github/repository.ts'
import { startGitHub, type GitHub } from '../../testing/github/server.ts'

let github: GitHub
let repository: Repository

beforeEach(async () => {
  github = await startGitHub()
  repository = github.createRepository('acme/x', { files: { 'a.txt': 'a' } })
})

afterEach(() => github.close())

function send(method: string, path: string, body?: object): Promise<RestAnswer> {
  return sendRest(github, method, `repos/acme/x/git/${path}`, body)
}

type Update = { name: string; beforeOid?: string; afterOid: string; force?: boolean }

async function updateRefs(...refUpdates: Update[]): Promise<string | undefined> {
  const { errors } = await sendGraphql(
    github,
    'mutation M($input: UpdateRefsInput!) { updateRefs(input: $input) { clientMutationId } }',
    { input: { repositoryId: repository.id, refUpdates } },
  )
  return errors?.[0]?.message
}

const missing = '1'.repeat(40)

describe('updateRefs', () => {
  test('moves all branches or none', async () => {
    const head = repository.head()
    const create = { name: 'refs/heads/a', beforeOid: zeroOid, afterOid: head }
    const stale = { name: 'refs/heads/main', beforeOid: missing, afterOid: head }
    expect(await updateRefs(create, stale)).toBe(`is at ${head} but expected ${missing}`)
    expect(repository.head('a')).toBe('')
    expect(await updateRefs(create)).toBeUndefined()
    expect(await updateRefs(create)).toBe(`is at ${head} but expected ${zeroOid}`)
  })

  test.each([
    ['an object that does not exist', 'Object does not exist', 'b', missing],
    ['a branch that does not exist', 'Reference does not exist', 'b', zeroOid],
  ])('refuses %s', async (_what, message, branch, afterOid) => {
    expect(await updateRefs({ name: `refs/heads/${branch}`, afterOid })).toBe(message)
  })

  test('moves a branch backwards only by force', async () => {
    const first = repository.head()
    repository.push('main', { 'a.txt': 'b' })
    const back = { name: 'refs/heads/main', afterOid: first }
    expect(await updateRefs(back)).toBe('Update is not a fast forward')
    expect(await updateRefs({ ...back, force: true })).toBeUndefined()
  })
})

describe('a branch that is in the way of another', () => {
  test.each([
    ['mlflow-sync', 'mlflow-sync/main'],
    ['mlflow-sync/main', 'mlflow-sync'],
  ])('%s: %s cannot be created', async (existing, created) => {
    const sha = repository.head()
    repository.git('branch', existing, 'main')
    const name = `refs/heads/${created}`
    expect(await send('POST', 'refs', { ref: name, sha })).toMatchObject({
      status: 422,
      body: { message: 'Reference update failed' },
    })
    expect(await updateRefs({ name, beforeOid: zeroOid, afterOid: sha })).toBe(
      `cannot lock ref '${name}': 'refs/heads/${existing}' exists; cannot create '${name}'`,
    )
    expect(github.violations).toEqual([])
  })
})

describe('REST', () => {
  test('words each refusal as GitHub does', async () => {
    const first = repository.head()
    const head = repository.push('main', { 'a.txt': 'b' })
    const answers = [
      await send('POST', 'refs', { ref: 'refs/heads/main', sha: head }),
      await send('POST', 'refs', { ref: 'refs/heads/b', sha: missing }),
      await send('PATCH', 'refs/heads/b', { sha: head }),
      await send('PATCH', 'refs/heads/main', { sha: first }),
      await send('DELETE', 'refs/heads/b'),
    ]
    expect(answers.map(({ status }) => status)).toEqual([422, 422, 422, 422, 422])
    expect(answers.map(({ body }) => (body as { message: string }).message)).toEqual([
      'Reference already exists',
      'Object does not exist',
      'Reference does not exist',
      'Update is not a fast forward',
      'Reference does not exist',
    ])
  })

  test.each([
    ['usual', 422, /^Update is not a fast forward$/],
    ['older', 422, /^Reference cannot be updated$/],
    ['conflict', 409, /^is at \w{40} but expected \w{40}$/],
  ] as const)('has the %s wording for a lost race', async (wording, status, message) => {
    repository.git('branch', 'old', 'main')
    const sha = repository.push('old', { 'b.txt': 'b' })
    repository.push('main', { 'c.txt': 'c' })
    repository.settings.raceWording = wording
    const answer = await send('PATCH', 'refs/heads/main', { sha })
    expect(answer.status).toBe(status)
    expect((answer.body as { message: string }).message).toMatch(message)
  })

  test('says that an empty repository is empty', async () => {
    github.createRepository('acme/empty')
    const answer = await sendRest(github, 'GET', 'repos/acme/empty/git/ref/heads/main')
    expect(answer).toMatchObject({ status: 409, body: { message: 'Git Repository is empty.' } })
  })
})

test('a new commit may be unknown for some calls', async () => {
  repository.settings.lag.objects = 1
  const update = { name: 'refs/heads/b', afterOid: repository.head() }
  expect(await updateRefs(update)).toBe('Object does not exist')
  expect(await updateRefs(update)).toBeUndefined()
})

test('nothing is found below a submodule, and a symbolic link keeps its mode', async () => {
  repository.push('main', {
    sub: { submodule: missing },
    link: { content: 'a.txt', mode: '120000' },
  })
  const { data } = await sendGraphql(
    github,
    `{ repository(owner: "acme", name: "x") {
      below: object(expression: "main:sub/values") { oid }
      at: object(expression: "main:sub") { oid }
      root: object(expression: "main:") { ... on Tree {
        entries { name type mode submodule { subprojectCommitOid } object { oid } }
      } }
    } }`,
  )
  expect(data).toEqual({
    repository: {
      below: null,
      at: null,
      root: {
        entries: [
          expect.objectContaining({ name: 'a.txt', type: 'blob' }),
          expect.objectContaining({ name: 'link', mode: 0o120000, submodule: null }),
          {
            ...{ name: 'sub', type: 'commit', mode: 0o160000, object: null },
            submodule: { subprojectCommitOid: missing },
          },
        ],
      },
    },
  })
  repository.fsck()
})
