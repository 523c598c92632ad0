import { expect, test } from '@jest/globals'
import { z } from 'zod'
import { response, scriptedGitHub } from '../fixtures/scripted-github.ts'

const id = { 'x-github-request-id': 'AB12:34' }

test('each try of a request is in the log at debug level, by name, without anything from its body', async () => {
  const body = { data: { repository: { id: 1 } } }
  const github = scriptedGitHub(response(503, '', id), response(200, body, id))
  await github.client.query('query Branch($ref: String!) { x }', { ref: 'secret' }, z.unknown())
  expect(github.lines).toEqual([
    "GitHub GraphQL Branch -> 503 in 0 ms, 0 bytes (try 1), GitHub's id AB12:34",
    `GitHub GraphQL Branch -> 200 in 0 ms, ${JSON.stringify(body).length} bytes (try 2), GitHub's id AB12:34`,
  ])
})

test('a REST request is in the log by its path, without the query', async () => {
  const github = scriptedGitHub(response(200, []))
  await github.client.rest('read', z.unknown(), (octokit, at) =>
    octokit.rest.pulls.list({ ...at, head: 'secret' }),
  )
  expect(github.requests[0]?.url).toContain('secret')
  expect(github.lines).toEqual([
    'GitHub GET /repos/acme/deployments/pulls -> 200 in 0 ms, 2 bytes (try 1)',
  ])
})

test.each([
  [
    'a lost connection',
    { kind: 'failure', reason: 'tls', detail: 'no', connected: false } as const,
  ],
  ['a redirect', response(302, '', { location: 'https://login.example.com/' })],
  ['a rate limit', response(429, '', { 'retry-after': '9999' })],
  ['half a response', response(200, '{')],
  ['a long maintenance', response(503, '', { 'retry-after': '9999' })],
])('an error because of %s names the request', async (_, result) => {
  const { client } = scriptedGitHub(result)
  await expect(client.query('query Branch { x }', {}, z.unknown())).rejects.toMatchObject({
    message: expect.stringMatching(/ \[GraphQL Branch\]$/),
    advice: expect.any(Array),
  })
})
