import { describe, expect, test } from '@jest/globals'
import { z } from 'zod'
import { GitHubError, isCertainRefusal } from '../../src/core/errors.ts'
import type { HttpResult } from '../../src/http/transport.ts'
import { resourceLimit } from '../../testing/github/responses.ts'
import { response, scriptedGitHub } from '../fixtures/scripted-github.ts'

const commit = { createCommitOnBranch: { commit: { oid: 'a' } } }
const schema = z.object({
  createCommitOnBranch: z.object({ commit: z.object({ oid: z.string() }) }),
})

function mutate(...results: HttpResult[]) {
  const github = scriptedGitHub(...results)
  return { github, result: github.client.mutate('commit', 'mutation', {}, schema) }
}

function openPullRequest(...results: HttpResult[]) {
  const github = scriptedGitHub(...results)
  const result = github.client.restOnce(
    'pull-request',
    z.object({ number: z.number() }),
    (octokit, at) => octokit.rest.pulls.create({ ...at, head: 'a', base: 'b', title: 'c' }),
  )
  return { github, result }
}

async function errorOf(result: Promise<unknown>): Promise<GitHubError> {
  const error: unknown = await result.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (error instanceof GitHubError) return error
  throw new Error('there was no GitHubError')
}

const failure = (reason: 'interrupted' | 'timeout' | 'refused' | 'unknown-host'): HttpResult => ({
  kind: 'failure',
  reason,
  detail: reason,
  connected: reason === 'interrupted' || reason === 'timeout',
})

const html = '<!doctype html><html></html>'
const data = { createCommitOnBranch: null }

function problem(fields: object) {
  return { path: ['createCommitOnBranch'], locations: [], ...fields }
}

describe('a mutation', () => {
  test.each<[string, HttpResult]>([
    ['an empty object', response(200, {})],
    ['no data', response(200, { data: null })],
    ['a field that is null', response(200, { data })],
    ['data of another shape', response(200, { data: { createCommitOnBranch: { commit: 1 } } })],
    ['an empty response', response(200, '')],
    ['a page of HTML', response(200, html)],
    ['a list', response(200, [])],
    ['HTTP 500', response(500, '')],
    ['HTTP 502', response(502, html)],
    ['HTTP 408', response(408, {})],
    ['a cut connection', failure('interrupted')],
    ['a time-out', failure('timeout')],
    [
      "GitHub's own failure",
      response(200, {
        data,
        errors: [problem({ message: 'Something went wrong while executing your query.' })],
      }),
    ],
    [
      'a time-out in the body',
      response(200, { errors: [{ message: "We couldn't respond to your request in time." }] }),
    ],
    ['an error without a type', response(200, { data, errors: [problem({ message: 'new' })] })],
    ['an error of an unknown shape', response(200, { errors: ['oh'] })],
    [
      'an error below the mutation',
      response(200, {
        data: { createCommitOnBranch: { commit: null } },
        errors: [
          problem({ type: 'FORBIDDEN', message: 'no', path: ['createCommitOnBranch', 'commit'] }),
        ],
      }),
    ],
    [
      'an error that nulled everything above',
      response(200, {
        data: null,
        errors: [
          problem({
            type: 'FORBIDDEN',
            message: 'no',
            path: ['createCommitOnBranch', 'commit', 'url'],
          }),
        ],
      }),
    ],
    [
      'a stale head below the mutation',
      response(200, {
        data: { createCommitOnBranch: { commit: null } },
        errors: [
          problem({
            type: 'STALE_DATA',
            message: 'Expected …',
            path: ['createCommitOnBranch', 'commit'],
          }),
        ],
      }),
    ],
    ['a limit of resources', response(200, { data, errors: [problem(resourceLimit)] })],
    [
      'a refusal next to an error without a type',
      response(200, {
        data,
        errors: [problem({ type: 'FORBIDDEN', message: 'no' }), problem({ message: 'new' })],
      }),
    ],
  ])('may have been carried out after %s', async (_, result) => {
    const { github, result: outcome } = mutate(result)
    const error = await errorOf(outcome)
    expect(error).toMatchObject({ outcomeUnknown: true, isRefused: false, reason: undefined })
    expect(isCertainRefusal(error)).toBe(false)
    expect(github.requests).toHaveLength(1)
  })

  test.each<[string, HttpResult]>([
    ['a refused connection', failure('refused')],
    ['an unknown host', failure('unknown-host')],
    ['a missing permission', response(403, { message: 'Resource not accessible by integration' })],
    ['an unknown type of HTTP 422', response(422, { message: 'new' })],
    [
      'a stale head',
      response(200, { data, errors: [problem({ type: 'STALE_DATA', message: 'Expected …' })] }),
    ],
    [
      'a rule',
      response(200, {
        data,
        errors: [problem({ message: 'Changes must be made through a pull request.' })],
      }),
    ],
    [
      'an invalid query',
      response(200, { errors: [{ message: 'no field', extensions: { code: 'undefinedField' } }] }),
    ],
    ['a redirect', response(302, '', { location: 'https://login.example.com/?token=x' })],
  ])('was certainly not carried out after %s', async (_, result) => {
    expect((await errorOf(mutate(result).result)).outcomeUnknown).toBe(false)
  })

  test('succeeded if the response has its data, whatever its errors say', async () => {
    const errors = [problem({ type: 'FORBIDDEN', message: 'no', path: ['x', 'y'] })]
    await expect(mutate(response(200, { data: commit, errors })).result).resolves.toEqual(commit)
  })

  test('did not succeed if a schema without demands matches a null', async () => {
    const github = scriptedGitHub(
      response(200, { data: { updateRefs: null }, errors: [{ type: 'STALE_DATA', message: 'x' }] }),
    )
    const loose = z.object({ updateRefs: z.unknown() })
    const error = await errorOf(github.client.mutate('propose', 'mutation', {}, loose))
    expect(error.reason).toBe('branch-moved')
    expect(error.message).toContain('the head branch moved')
  })
})

describe('opening a pull request', () => {
  test.each([
    ['HTTP 502', response(502, html)],
    ['a response without its number', response(201, {})],
    ['an empty response', response(201, '')],
  ])('may have been carried out after %s', async (_, result) => {
    const { github, result: outcome } = openPullRequest(result)
    const error = await errorOf(outcome)
    expect(error.outcomeUnknown).toBe(true)
    expect(error.reason).toBeUndefined()
    expect(github.requests).toHaveLength(1)
  })

  test('was not carried out after a refusal', async () => {
    const error = await errorOf(
      openPullRequest(
        response(422, {
          message: 'Validation Failed',
          errors: [
            {
              resource: 'PullRequest',
              code: 'custom',
              message: 'A pull request already exists for a:b.',
            },
          ],
        }),
      ).result,
    )
    expect(error).toMatchObject({ reason: 'already-exists', outcomeUnknown: false, status: 422 })
  })
})

test('a query with errors fails, whatever data it has', async () => {
  const errors = [{ type: 'NOT_FOUND', path: ['repository', 'x'], message: 'Could not resolve' }]
  const { client } = scriptedGitHub(response(200, { data: commit, errors }))
  const error = await errorOf(client.query('query', {}, schema))
  expect(error).toMatchObject({ status: 404, outcomeUnknown: false })
})
