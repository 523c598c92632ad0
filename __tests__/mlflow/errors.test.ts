import { expect, test } from '@jest/globals'
import { errorFromFailedCall } from '../../src/mlflow/errors.ts'

function messageFor(status: number, text: string): string {
  const result = { kind: 'response', status, headers: {}, text } as const
  return errorFromFailedCall({
    outcome: { result, tries: 1, retryAllowedAt: undefined },
    json: undefined,
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
    'MLflow at https://mlflow.example.com denies access: Not allowed for you [GET x, HTTP 403]',
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
