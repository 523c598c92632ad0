import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { connect } from 'node:net'
import { constants, gunzipSync } from 'node:zlib'
import { get } from 'node:http'
import { sendRest } from '../../testing/github/client.ts'
import * as matchers from '../../testing/github/matchers.ts'
import type { Repository } from '../../testing/github/repository.ts'
import * as responses from '../../testing/github/responses.ts'
import { startGitHub, type GitHub } from '../../testing/github/server.ts'

let github: GitHub
let repository: Repository

beforeEach(async () => {
  github = await startGitHub()
  repository = github.createRepository('acme/x', { files: { 'a.txt': 'a' } })
})

afterEach(() => github.close())

function createBranch(branch = 'b') {
  const body = { ref: `refs/heads/${branch}`, sha: repository.head() }
  return sendRest(github, 'POST', 'repos/acme/x/git/refs', body)
}

test('a reset connection is not carried out', async () => {
  github.inject({ kind: 'reset' })
  await expect(createBranch()).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } })
  expect(repository.head('b')).toBe('')
})

test('a request can be carried out and still be answered with something else', async () => {
  github.inject({ kind: 'respond-after', ...responses.jsonBody({ data: null }) })
  expect(await createBranch()).toMatchObject({ status: 200, body: { data: null } })
  expect(repository.head('b')).toBe(repository.head())
})

test.each(['hang', 'hang-after'] as const)('%s ends when the test says so', async (kind) => {
  github.inject({ kind })
  const request = createBranch().catch(() => 'closed')
  const other = await createBranch('c')
  expect(other.status).toBe(201)
  github.closeHanging()
  expect(await request).toBe('closed')
  expect(repository.head('b') === '').toBe(kind === 'hang')
})

test('a fault can skip requests, and last', async () => {
  const fault = { kind: 'respond', ...responses.tooManyRequests(1) } as const
  github.inject(fault, { match: matchers.isBranchCreation, skip: 1, times: Infinity })
  const answers = [await createBranch('a'), await createBranch('b'), await createBranch('c')]
  expect(answers.map(({ status }) => status)).toEqual([201, 429, 429])
  expect(answers[1]?.headers.get('retry-after')).toBe('1')
})

test('a small gzip body unfolds to more than 1 GiB', async () => {
  github.inject({ kind: 'gzip-bomb' })
  const body = await new Promise<Buffer>((resolve) => {
    get(`${github.apiUrl}/repos/acme/x`, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => {
        resolve(Buffer.concat(chunks))
      })
    })
  })
  expect(body.length).toBeLessThan(2 * 1024 * 1024)
  // Unfolding all of it takes seconds.
  const start = body.subarray(0, body.length / 16)
  const unfolded = gunzipSync(start, { finishFlush: constants.Z_SYNC_FLUSH })
  expect(unfolded.length * 16).toBeGreaterThan(1024 ** 3)
})

test('an endless body goes on until the client has enough', async () => {
  github.inject({ kind: 'endless' })
  const received = await new Promise<number>((resolve) => {
    get(`${github.apiUrl}/repos/acme/x`, (response) => {
      let bytes = 0
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length
        if (bytes > 4 * 1024 * 1024) response.destroy()
      })
      response.on('close', () => {
        resolve(bytes)
      })
    })
  })
  expect(received).toBeGreaterThan(4 * 1024 * 1024)
})

test('a redirect leads to another host', async () => {
  const location = `http://localhost:${new URL(github.apiUrl).port}/elsewhere`
  github.inject({ kind: 'respond', ...responses.redirect(location) })
  const url = `${github.apiUrl}/repos/acme/x`
  const response = await fetch(url, { redirect: 'manual' })
  expect([response.status, response.headers.get('location')]).toEqual([307, location])
})

test('a client that is killed in the middle of a request leaves no violation', async () => {
  const { port } = new URL(github.apiUrl)
  await new Promise<void>((resolve) => {
    const socket = connect(Number(port), '127.0.0.1', () => {
      socket.write('POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{"query":')
      setTimeout(() => socket.resetAndDestroy(), 50)
    })
    socket.on('close', () => setTimeout(resolve, 50))
  })
  expect(github.violations).toEqual([])
})

describe('matchers', () => {
  const request = { index: 0, operation: undefined, body: '' }
  const path = (below: string) => `/repos/acme/x/${below}`

  test.each([
    ['isTreeCreation', 'POST', 'git/trees'],
    ['isCommitCreation', 'POST', 'git/commits'],
    ['isBranchUpdate', 'PATCH', 'git/refs/heads/a/b'],
    ['isComparison', 'GET', 'compare/a...b'],
    ['isBranchRulesRead', 'GET', 'rules/branches/a/b'],
    ['isPullRequestList', 'GET', 'pulls'],
    ['isPullRequestCreation', 'POST', 'pulls'],
    ['isPullRequestUpdate', 'PATCH', 'pulls/1'],
    ['isLabelling', 'POST', 'issues/1/labels'],
    ['isReviewRequest', 'POST', 'pulls/1/requested_reviewers'],
  ] as const)('%s recognises only its request', (name, method, below) => {
    expect(matchers[name]({ ...request, method, path: path(below) })).toBe(true)
    expect(matchers[name]({ ...request, method: 'PUT', path: path(below) })).toBe(false)
    expect(matchers[name]({ ...request, method, path: path(`${below}/more/than/that`) })).toBe(
      ['isBranchUpdate', 'isComparison', 'isBranchRulesRead'].includes(name),
    )
  })

  test('isWrite tells a mutation from a query', () => {
    const graphql = { ...request, method: 'POST', path: '/graphql' }
    expect(matchers.isWrite({ ...graphql, body: '{"query":"mutation Commit($i' })).toBe(true)
    expect(matchers.isWrite({ ...graphql, body: '{"query":"query Branch($o' })).toBe(false)
    expect(matchers.isWrite({ ...request, method: 'GET', path: path('pulls') })).toBe(false)
    expect(matchers.isWrite({ ...request, method: 'PATCH', path: path('pulls/1') })).toBe(true)
  })
})
