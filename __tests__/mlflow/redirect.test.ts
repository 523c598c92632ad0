import { expect, test } from '@jest/globals'
import { nextLocation } from '../../src/mlflow/client.ts'

const request = {
  method: 'GET',
  url: 'https://mlflow.example.com/api/2.0/mlflow/model-versions/search?x=1',
  headers: { accept: 'application/json', authorization: 'Bearer secret', 'x-key': 'secret' },
}

const redirect = (location: string, status = 302) => ({
  kind: 'response' as const,
  status,
  headers: { location },
  text: '',
})

const origin = 'https://mlflow.example.com'

test('a redirect within the server keeps the credentials', () => {
  expect(nextLocation(request, redirect('/ml/search'), origin)).toEqual({
    ...request,
    url: 'https://mlflow.example.com/ml/search',
  })
})

test.each([
  'https://login.example.com/',
  'http://mlflow.example.com/x',
  'https://mlflow.example.com:8443/x',
])('a redirect to %s is followed without a credential', (location) => {
  expect(nextLocation(request, redirect(location), origin)?.headers).toEqual({
    accept: 'application/json',
  })
})

test('a POST is repeated only where HTTP says so', () => {
  const post = { ...request, method: 'POST', body: '{}' }
  expect(nextLocation(post, redirect('/x', 302), origin)).toBeUndefined()
  expect(nextLocation(post, redirect('/x', 307), origin)).toMatchObject({
    method: 'POST',
    body: '{}',
  })
})

test.each(['ftp://x/', 'javascript:alert(1)', 'http://['])('%s is not followed', (location) => {
  expect(nextLocation(request, redirect(location), origin)).toBeUndefined()
})
