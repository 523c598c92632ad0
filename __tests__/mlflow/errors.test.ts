import { expect, test } from '@jest/globals'
import { errorFromFailedCall } from '../../src/mlflow/errors.ts'

function messageFor(status: number, text: string, json?: unknown): string {
  const result = { kind: 'response', status, headers: {}, text } as const
  return errorFromFailedCall({
    outcome: { result, tries: 1, retryAllowedAt: undefined },
    json,
    endpoint: 'GET x',
    baseUrl: 'https://mlflow.example.com',
    redirectedTo: undefined,
  }).message
}

test('the detail of a page of HTML is the text that a browser shows', () => {
  const page = [
    '<html><head><title>T</title><STYLE type="x">a<b { }</STYLE></head>',
    '<body><h1>Not allowed</h1>for <b>you</b><script>if (a<b) { c() }</script></body></html>',
  ]
  expect(messageFor(403, page.join('\n'))).toBe(
    'MLflow at `https://mlflow.example.com` denies access: Not allowed for you [`GET x`, HTTP 403]',
  )
})

test.each(['<', '<style', '<script>', '</script', '<input ', '<input type=', ' x'])(
  'a large page of %j is explained in linear time',
  (part) => {
    const page = `<html>${part.repeat(1_000_000 / part.length)}`
    expect(messageFor(200, page)).toMatch(/page of HTML/)
    expect(messageFor(403, page)).toMatch(/denies access/)
  },
)

test.each([
  ['an array', '[['.repeat(100_000) + ']]'.repeat(100_000)],
  ['an object', '{}'],
  ['a number', '1'],
])('a message that is %s is shown as the beginning of the body', (_, value) => {
  const text = `{"message":${value},"error_code":${value}}`
  expect(messageFor(500, text, JSON.parse(text))).toBe(
    `MLflow at \`https://mlflow.example.com\` responded: ${text.slice(0, 300)} [\`GET x\`, HTTP 500]`,
  )
})

test('a long message of the server is cut', () => {
  const message = 'x'.repeat(100_000)
  expect(messageFor(500, '', { message })).toBe(
    `MLflow at \`https://mlflow.example.com\` responded: ${'x'.repeat(1000)} [\`GET x\`, HTTP 500]`,
  )
})

test('a redirect without a target says so', () => {
  expect(messageFor(301, '')).toBe(
    'MLflow at `https://mlflow.example.com` redirects to nowhere: the response has no `Location` [`GET x`, HTTP 301]',
  )
})
