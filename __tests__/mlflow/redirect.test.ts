import { expect, test } from '@jest/globals'
import { z } from 'zod'
import { createWaitBudget } from '../../src/http/retry.ts'
import type { HttpResult } from '../../src/http/transport.ts'

import { plainTexts } from '../fixtures/plain-texts.ts'
import { createMlflowClient } from '../../src/mlflow/client.ts'
import { redirectedRequest } from '../../src/mlflow/redirects.ts'

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

/** A client whose server redirects to another one, which gives this result. */
function redirectedClient(result: HttpResult) {
  return createMlflowClient({
    connection: {
      baseUrl: origin,
      headers: { authorization: 'Bearer secret' },
      policy: { retries: 0, backoffMs: () => 0, firstContactMs: 0 },
    },
    transport: {
      send: ({ url }) =>
        Promise.resolve(url.startsWith(origin) ? redirect('https://login.example.com/x') : result),
      close: () => Promise.resolve(),
    },
    clock: { now: () => 0, random: () => 0, sleep: () => Promise.resolve() },
    budget: createWaitBudget,
    progress: () => undefined,
    log: { debug: () => undefined, info: () => undefined },
  })
}

test.each<[HttpResult]>([
  [{ kind: 'response', status: 401, headers: {}, text: 'who are you' }],
  [{ kind: 'response', status: 403, headers: {}, text: '{"message":"denied"}' }],
  [{ kind: 'response', status: 404, headers: {}, text: '<html>Nothing here</html>' }],
  [{ kind: 'response', status: 200, headers: {}, text: '<html>Sign in</html>' }],
  [{ kind: 'failure', reason: 'unknown-host', detail: 'getaddrinfo ENOTFOUND', connected: false }],
])(
  'an error of another host that MLflow redirects to does not blame the password: %j',
  async (result) => {
    const error: unknown = await redirectedClient(result)
      .get('x', {}, z.object({}))
      .catch((reason: unknown) => reason)
    expect(plainTexts(error)).toMatchObject({
      message: expect.stringMatching(
        /^MLflow at `https:\/\/mlflow.example.com` redirects to `https:\/\/login.example.com`, which /,
      ),
      advice: expect.stringMatching(
        /^If this is a login in front of MLflow.*`mlflow-tracking-uri`/,
      ),
    })
  },
)
