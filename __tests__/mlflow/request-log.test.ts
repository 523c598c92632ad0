import { expect, test } from '@jest/globals'
import { z } from 'zod'
import { createWaitBudget } from '../../src/http/retry.ts'
import type { HttpResult } from '../../src/http/transport.ts'
import { createMlflowClient } from '../../src/mlflow/client.ts'

test('each try of a request, and each redirect, is in the log at debug level without query, headers and body', async () => {
  const lines: string[] = []
  const results: HttpResult[] = [
    { kind: 'response', status: 503, headers: {}, text: '' },
    { kind: 'response', status: 307, headers: { location: 'https://b.test/x?q=secret' }, text: '' },
    { kind: 'response', status: 200, headers: {}, text: '{"é":1}' },
  ]
  const client = createMlflowClient({
    connection: {
      baseUrl: 'https://a.test/ml',
      headers: { authorization: 'Bearer secret' },
      policy: { retries: 1, backoffMs: () => 0, firstContactMs: 0 },
    },
    transport: {
      send: () => Promise.resolve(results.shift() ?? Promise.reject(new Error('no result'))),
      close: () => Promise.resolve(),
    },
    clock: { now: () => 0, random: () => 0, sleep: () => Promise.resolve() },
    budget: createWaitBudget,
    progress: () => undefined,
    log: { debug: (line) => lines.push(line), info: () => undefined },
  })
  await client.get('runs/get', { run_id: 'secret' }, z.unknown())
  expect(lines).toEqual([
    'MLflow GET /ml/api/2.0/mlflow/runs/get -> 503 in 0 ms, 0 bytes (try 1)',
    'MLflow GET /ml/api/2.0/mlflow/runs/get -> 307 in 0 ms, 0 bytes (try 2)',
    'MLflow GET https://b.test/x -> 200 in 0 ms, 8 bytes (try 2)',
  ])
})
