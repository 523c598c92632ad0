import { expect, test } from '@jest/globals'
import { redirectedRequest } from '../../src/mlflow/client.ts'

const request = {
  method: 'GET',
  url: 'https://mlflow.example.com/api/2.0/mlflow/model-versions/search?x=1',
  body: undefined,
  headers: { accept: 'application/json', authorization: 'Bearer secret', 'x-key': 'secret' },
}

function redirect(location: string, status = 302) {
  return {
    kind: 'response' as const,
    status,
    headers: { location },
    text: '',
  }
}

const origin = 'https://mlflow.example.com'

test('a redirect within the server keeps the credentials', () => {
  expect(redirectedRequest(request, redirect('/ml/search'), origin)).toEqual({
    ...request,
    url: 'https://mlflow.example.com/ml/search',
  })
})

test.each([
  'https://login.example.com/',
  'http://mlflow.example.com/x',
  'https://mlflow.example.com:8443/x',
])('a redirect to %s is followed without credentials', (location) => {
  expect(redirectedRequest(request, redirect(location), origin)?.headers).toEqual({
    accept: 'application/json',
  })
})

test('a redirected POST is only repeated if the status preserves the method', () => {
  const post = { ...request, method: 'POST', body: '{}' }
  expect(redirectedRequest(post, redirect('/x', 302), origin)).toBeUndefined()
  expect(redirectedRequest(post, redirect('/x', 307), origin)).toMatchObject({
    method: 'POST',
    body: '{}',
  })
})

test.each(['ftp://x/', 'javascript:alert(1)', 'http://['])(
  'a redirect to %s is not followed',
  (location) => {
    expect(redirectedRequest(request, redirect(location), origin)).toBeUndefined()
  },
)
