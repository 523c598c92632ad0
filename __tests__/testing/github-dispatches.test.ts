import { afterAll, expect, test } from '@jest/globals'
import { sendRest } from '../../testing/github/client.ts'
import { startGitHub } from '../../testing/github/server.ts'

const github = await startGitHub()
afterAll(() => github.close())
github.createRepository('acme/x')

const dispatch = (body: object, secret?: string) =>
  sendRest(github, 'POST', 'repos/acme/x/dispatches', body, secret)
const properties = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`p${index}`, index]))

test('accepts an event with up to ten properties', async () => {
  const { status } = await dispatch({ event_type: 'a'.repeat(100), client_payload: properties(10) })
  expect(status).toBe(204)
})

test.each([
  ['no type', {}, '"event_type" wasn\'t supplied.'],
  ['a long type', { event_type: 'a'.repeat(101) }, 'event_type must be 100 characters or fewer.'],
  ['other keys', { event_type: 'a', id: 1, to: 2 }, '"id", "to" are not permitted keys.'],
  [
    'eleven properties',
    { event_type: 'a', client_payload: properties(11) },
    'No more than 10 properties are allowed; 11 were supplied.',
  ],
])('refuses an event with %s', async (_what, event, message) => {
  const expected = { status: 422, body: { message: `Invalid request.\n\n${message}` } }
  expect(await dispatch(event)).toMatchObject(expected)
})

test('refuses a token that may not write', async () => {
  const secret = github.addToken({ contents: 'read', pullRequests: 'write' })
  expect((await dispatch({ event_type: 'a' }, secret)).status).toBe(403)
})
