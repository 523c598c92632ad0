import { describe, expect, test } from '@jest/globals'
import { z } from 'zod'
import { GitHubError } from '../../src/core/errors.ts'
import type { HttpResult } from '../../src/http/transport.ts'
import { response, scriptedGitHub, type ScriptedGitHub } from '../fixtures/scripted-github.ts'
import { resourceLimit, tooQuickly } from '../../testing/github/responses.ts'
import { plainTexts } from '../fixtures/plain-texts.ts'

const success = response(200, { data: { x: { y: 1 } } })
const schema = z.object({ x: z.object({ y: z.number() }) })

function query({ client }: ScriptedGitHub) {
  return client.query('query', {}, schema)
}

function mutate({ client }: ScriptedGitHub) {
  return client.mutate('commit', 'mutation', {}, schema)
}

function addLabels({ client }: ScriptedGitHub) {
  return client.rest('pull-request', z.array(z.unknown()), (octokit, at) =>
    octokit.rest.issues.addLabels({ ...at, issue_number: 1, labels: ['x'] }),
  )
}

function openPullRequest({ client }: ScriptedGitHub) {
  return client.restOnce('pull-request', z.object({ number: z.number() }), (octokit, at) =>
    octokit.rest.pulls.create({ ...at, head: 'a', base: 'b', title: 'c' }),
  )
}

function graphqlError(message: string, fields = {}): HttpResult {
  return response(200, { errors: [{ message, ...fields }] })
}

const secondary = 'You have exceeded a secondary rate limit. Please wait a few minutes.'
const abuse = 'You have triggered an abuse detection mechanism. Please wait a few minutes.'

describe('a rate limit', () => {
  test.each<[string, HttpResult, number]>([
    [
      'primary, in a 200',
      response(
        200,
        { errors: [{ type: 'RATE_LIMITED', message: 'API rate limit exceeded' }] },
        { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1030' },
      ),
      30_000,
    ],
    ['secondary, in a 200', graphqlError(secondary), 60_000],
    ['secondary, in the old wording', graphqlError(abuse), 60_000],
    ['secondary, without a list of errors', response(200, { message: secondary }), 60_000],
    ['secondary, in a 403', response(403, { message: secondary }), 60_000],
    ['secondary, in a 403 in the old wording', response(403, { message: abuse }), 60_000],
    ['secondary, with a time', response(403, { message: secondary }, { 'retry-after': '7' }), 7000],
    ['HTTP 429', response(429, ''), 60_000],
  ])('is waited for, also before a write: %s', async (_, limit, waitMs) => {
    for (const send of [query, mutate]) {
      const github = scriptedGitHub(limit, success)
      await expect(send(github)).resolves.toEqual({ x: { y: 1 } })
      expect(github.waits).toEqual([waitMs])
    }
  })

  test('is waited for if something was submitted too quickly', async () => {
    const github = scriptedGitHub(response(422, tooQuickly), response(201, { number: 1 }))
    await expect(openPullRequest(github)).resolves.toEqual({ number: 1 })
    expect(github.waits).toEqual([60_000])
  })

  test.each([403, 422])('is not found in a name: HTTP %d', async (status) => {
    const message = 'Required status check "was submitted too quickly" is expected.'
    const github = scriptedGitHub(response(status, { message }))
    await expect(openPullRequest(github)).rejects.toThrow(/status checks are required first/)
    expect(github.waits).toEqual([])
  })

  test('is not found in data', async () => {
    const x = { y: 1, content: `"type": "RATE_LIMITED" ${secondary} something went wrong` }
    const github = scriptedGitHub(response(200, { data: { x }, message: secondary }))
    await query(github)
    const commits = scriptedGitHub(response(201, { message: secondary, sha: 'a' }))
    await commits.client.rest('commit', z.object({ sha: z.string() }), (octokit, at) =>
      octokit.rest.git.createCommit({ ...at, message: 'x', tree: 'a' }),
    )
    expect([...github.waits, ...commits.waits]).toEqual([])
  })

  test('does not repeat a write that was carried out', async () => {
    const errors = [{ type: 'RATE_LIMITED', message: 'x' }]
    const github = scriptedGitHub(response(200, { data: { x: { y: 1 } }, errors }))
    await expect(mutate(github)).resolves.toEqual({ x: { y: 1 } })
    expect(github.requests).toHaveLength(1)
  })

  test('repeats a read that has only a part of its data', async () => {
    const errors = [{ type: 'RATE_LIMITED', message: 'x' }]
    const github = scriptedGitHub(
      response(200, { data: { x: { y: 2 }, z: null }, errors }),
      success,
    )
    await expect(query(github)).resolves.toEqual({ x: { y: 1 } })
  })

  test('that does not end is reported as one, and nothing was written', async () => {
    const github = scriptedGitHub(graphqlError(secondary))
    await expect(mutate(github)).rejects.toMatchObject({
      message:
        'GitHub still limits the rate of requests after 6 tries (HTTP 200) [GraphQL request]',
      outcomeUnknown: false,
    })
    expect(github.requests).toHaveLength(6)
  })
})

describe("GitHub's own failure in a 200", () => {
  const messages = [
    'Something went wrong while executing your query. This may be the result of a timeout, or it could be a GitHub bug.',
    'Something went wrong while executing your query on 2026-01-01T00:00:00Z. Please include `0:1` when reporting this issue.',
    "We couldn't respond to your request in time. Sorry about that. Please try resubmitting your request.",
    'Timeout on validation of query',
    'Timeout on Query.search',
    'upstream connect error or disconnect/reset before headers',
  ]

  test.each(messages)('is retried when reading: %s', async (message) => {
    const github = scriptedGitHub(graphqlError(message), success)
    await expect(query(github)).resolves.toEqual({ x: { y: 1 } })
    expect(github.waits).toEqual([1000])
  })

  test.each(messages)('is not repeated when writing: %s', async (message) => {
    const github = scriptedGitHub(graphqlError(message), success)
    await expect(mutate(github)).rejects.toMatchObject({ outcomeUnknown: true })
    expect(github.requests).toHaveLength(1)
  })

  test('that does not end is reported with its words', async () => {
    const github = scriptedGitHub(graphqlError('Something went wrong'))
    const error: unknown = await query(github).catch((reason: unknown) => reason)
    expect(plainTexts(error)).toMatchObject({
      message: expect.stringMatching(/could not carry out.*Something went wrong/),
      advice: expect.stringContaining('githubstatus.com'),
    })
    expect(github.requests).toHaveLength(6)
  })

  test('is not seen in the name of something that is missing', async () => {
    const message = "Could not resolve to a Repository with the name 'acme/timed out'."
    const github = scriptedGitHub(graphqlError(message, { type: 'NOT_FOUND' }))
    await expect(query(github)).rejects.toMatchObject({ status: 404 })
    expect(github.requests).toHaveLength(1)
  })
})

describe('what is not ready yet', () => {
  const unresolved = response(422, {
    message: "Could not resolve to a node with the global id of 'PR_x'.",
  })
  const hiddenTeam = response(422, {
    message: "Could not resolve to a node with the global id of 'T_x'.",
  })
  const invalidHead = response(422, {
    message: 'Validation Failed',
    errors: [{ resource: 'PullRequest', field: 'head', code: 'invalid' }],
  })

  test('is tried again in a moment', async () => {
    const labels = scriptedGitHub(unresolved, response(200, []))
    await expect(addLabels(labels)).resolves.toEqual([])
    const pulls = scriptedGitHub(invalidHead, response(201, { number: 1 }))
    await expect(openPullRequest(pulls)).resolves.toEqual({ number: 1 })
    expect([labels.waits, pulls.waits]).toEqual([[1000], [1000]])
  })

  test('is explained if it never is', async () => {
    await expect(addLabels(scriptedGitHub(unresolved))).rejects.toThrow(
      /^GitHub does not find the new pull request in `acme\/deployments`/,
    )
  })

  test('is neither a team that the token may not see nor a name', async () => {
    const message = 'Required status check "tree sha does not exist" is expected.'
    for (const refused of [hiddenTeam, response(422, { message })]) {
      const github = scriptedGitHub(refused)
      await expect(addLabels(github)).rejects.toThrow(/can't see|status checks/)
      expect(github.requests).toHaveLength(1)
    }
  })

  test('is given up after a few tries', async () => {
    const github = scriptedGitHub(invalidHead)
    await expect(openPullRequest(github)).rejects.toMatchObject({
      reason: undefined,
      message: expect.stringContaining("does not find the pull request's head branch"),
    })
    expect(github.requests).toHaveLength(4)
  })
})

test("a query over GitHub's resource limits is not sent again", async () => {
  const problems = [{ ...resourceLimit, path: ['x', 'b7'] }, { message: 'new' }]
  const github = scriptedGitHub(response(200, { data: { x: { y: 1 } }, errors: problems }))
  await expect(query(github)).rejects.toMatchObject({ reason: 'too-large' })
  expect(github.requests).toHaveLength(1)
})

test('a page of HTML is retried twice', async () => {
  const github = scriptedGitHub(response(200, '<!doctype html><html></html>'))
  await expect(query(github)).rejects.toThrow(/not a complete JSON document/)
  expect(github.requests).toHaveLength(3)
})

test.each([
  [2, 'too-large', 2],
  [1, undefined, 6],
])('after a 502, a tree of %d files is %s', async (size, reason, requests) => {
  const github = scriptedGitHub(response(502, '<html></html>'))
  const files = Array.from({ length: size }, (_, index) => ({ path: `${index}`, content: '' }))
  const tree = github.client.rest('commit', z.unknown(), (octokit, at) =>
    octokit.rest.git.createTree({ ...at, tree: files }),
  )
  await expect(tree).rejects.toMatchObject({ reason })
  expect(github.requests).toHaveLength(requests)
})

test('a page of a proxy is not quoted as if it were from GitHub', async () => {
  const github = scriptedGitHub(response(401, '<html>Sign in</html>'))
  await expect(query(github)).rejects.toMatchObject({
    message:
      "Something in front of GitHub refused the request to read `acme/deployments` (HTTP 401; the response is not GitHub's)",
  })
})

test('a long wait for a server that is not available is not called a rate limit', async () => {
  const github = scriptedGitHub(response(503, '', { 'retry-after': '7200' }))
  await expect(query(github)).rejects.toMatchObject({
    message: expect.stringMatching(/^GitHub is not available until 1970-01-01T02:16:40/),
  })
  expect(github.requests).toHaveLength(1)
})

describe('a redirect', () => {
  test('to another host names that host, and sends nothing there', async () => {
    const github = scriptedGitHub(
      response(302, '', { location: 'https://login.example.com/start?secret=1' }),
    )
    const error: unknown = await query(github).catch((reason: unknown) => reason)
    expect(plainTexts(error)).toMatchObject({
      message:
        'GitHub at `https://api.github.example.com` redirects to `https://login.example.com` (HTTP 302). Nothing was sent there [GraphQL request]',
      advice: expect.stringContaining('proxy or a login'),
    })
    expect(github.requests).toHaveLength(1)
  })

  test.each(['/repositories/1/labels', '/repos/acme/renamed/labels', '/api/v3/repositories/1'])(
    'to another repository hints at a new name: %s',
    async (location) => {
      const github = scriptedGitHub(response(301, {}, { location }))
      const error: unknown = await addLabels(github).catch((reason: unknown) => reason)
      expect(plainTexts(error)).toMatchObject({
        advice: expect.stringContaining('renamed'),
      })
    },
  )

  test('to a login of the same server does not', async () => {
    const github = scriptedGitHub(response(302, {}, { location: '/login?return_to=secret' }))
    const error: unknown = await addLabels(github).catch((reason: unknown) => reason)
    expect(plainTexts(error)).toMatchObject({
      message: expect.stringContaining('redirects to `/login` (HTTP 302)'),
      advice: expect.stringContaining('proxy or a login'),
    })
  })
})

describe('a response of another shape', () => {
  const untyped = response(200, { data: null, errors: [{ message: 'new words' }] })
  const unknownType = graphqlError('new words', { type: 'NEW' })

  test.each<[string, HttpResult]>([
    ['an empty object', response(200, {})],
    ['null', response(200, null)],
    ['a list', response(200, [])],
    ['data of another shape', response(200, { data: { x: 1 } })],
    ['errors without a type', untyped],
    ['errors of an unknown type', unknownType],
  ])('to a query is requested again, twice at most: %s', async (_, unexpected) => {
    const once = scriptedGitHub(unexpected, success)
    await expect(query(once)).resolves.toEqual({ x: { y: 1 } })
    expect(once.waits).toEqual([1000])
    const lasting = scriptedGitHub(unexpected)
    await expect(query(lasting)).rejects.toMatchObject({ outcomeUnknown: false })
    expect(lasting.requests).toHaveLength(3)
  })

  test.each([{}, null, { data: null, errors: [{ message: 'x' }] }])(
    'to a REST request is requested again: %j',
    async (body) => {
      const once = scriptedGitHub(response(200, body), response(200, []))
      await expect(addLabels(once)).resolves.toEqual([])
      const lasting = scriptedGitHub(response(200, body))
      await expect(addLabels(lasting)).rejects.toThrow(/response can't be used/)
      expect(lasting.requests).toHaveLength(3)
    },
  )

  test('to a probe is requested again, and so is a fault before it', async () => {
    const stale = graphqlError('new words', { type: 'STALE_DATA' })
    const github = scriptedGitHub(response(502, ''), untyped, stale)
    const probe = github.client.probe('commit', 'mutation', {}, schema)
    await expect(probe).rejects.toMatchObject({ reason: 'branch-moved', outcomeUnknown: false })
    expect(github.requests).toHaveLength(3)
  })

  test('to a write ends it', async () => {
    for (const unexpected of [untyped, unknownType, response(200, {})]) {
      const github = scriptedGitHub(unexpected, success)
      await expect(mutate(github)).rejects.toMatchObject({ outcomeUnknown: true })
      expect(github.requests).toHaveLength(1)
    }
  })

  test('is not repeated if one of the errors says what is wrong', async () => {
    const errors = [{ message: 'new' }, { message: 'no field', extensions: { code: 'x' } }]
    const github = scriptedGitHub(response(200, { errors }))
    await expect(query(github)).rejects.toThrow(/new/)
    expect(github.requests).toHaveLength(1)
  })
})

describe('Retry-After of a write that got an HTTP 503', () => {
  test('is waited for before the sync goes on', async () => {
    const github = scriptedGitHub(response(503, '', { 'retry-after': '20' }))
    await expect(mutate(github)).rejects.toMatchObject({ outcomeUnknown: true })
    expect(github.waits).toEqual([20_000])
    expect(github.requests).toHaveLength(1)
  })

  test('is reported if a sync may not wait that long', async () => {
    const github = scriptedGitHub(response(503, '', { 'retry-after': '7200' }))
    await expect(mutate(github)).rejects.toMatchObject({
      message: expect.stringContaining('not available until 1970-01-01T02:16:40'),
      outcomeUnknown: true,
    })
    expect(github.waits).toEqual([])
  })
})

test('a time far beyond any calendar is reported as a year from now', async () => {
  const headers = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '99999999999999999' }
  const github = scriptedGitHub(response(403, { message: 'x' }, headers))
  await expect(query(github)).rejects.toThrow(/until 1971-01-01T00:16:40.000Z/)
})

test("a bug of our own is not called GitHub's", async () => {
  const github = scriptedGitHub()
  const bug = /^no result$/
  await expect(query(github)).rejects.toThrow(bug)
  await expect(query(github)).rejects.not.toBeInstanceOf(GitHubError)
  await expect(addLabels(github)).rejects.toThrow(bug)
})

test('a message of any length is cut', async () => {
  const long = 'x'.repeat(3_000_000)
  for (const result of [
    response(422, { message: long }),
    graphqlError(long, { type: 'UNPROCESSABLE' }),
    graphqlError(`Something went wrong ${long}`),
  ]) {
    const error: unknown = await mutate(scriptedGitHub(result)).catch((reason: unknown) => reason)
    expect(error instanceof GitHubError && error.message.length).toBeLessThan(1200)
  }
})
