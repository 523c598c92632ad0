import { describe, expect, test } from '@jest/globals'
import { storageUri } from '../../src/core/storage-uri.ts'
import { plain, prose } from '../../src/core/text/prose.ts'
import { run, runId } from '../fixtures/registry.ts'

function uriOf(source: string, fields = {}) {
  return storageUri({ ok: true, source }, run(fields))
}

function problemOf(source: string): string {
  const uri = uriOf(source)
  return uri.ok ? '' : plain(uri.problem)
}

test.each([
  's3://bucket/My%20Models/1/a%2Bb',
  'gs://bucket/models',
  'mlflow-artifacts:/1/abc/artifacts/model',
  'mlflow-artifacts://host:5000/1/abc/artifacts',
  'wasbs://container@account.blob.core.windows.net/models',
  'abfss://fs@account.dfs.core.windows.net/models?x=1',
  'sftp://deploy@host/models',
  'hf://org/model',
  '/srv/mlruns/1/abc/artifacts',
  'C:\\mlruns\\1',
  'https://models.example.com/a?versionId=3&design=b',
])('%s is the URI as MLflow has it', (source) => {
  expect(uriOf(source)).toEqual({ ok: true, source })
})

describe('artifacts of a run', () => {
  test.each([
    [`runs:/${runId}/model`, 's3://b/1/r/artifacts/model'],
    [`runs:/${runId}`, 's3://b/1/r/artifacts'],
  ])('%s are where the run has its artifacts', (source, expected) => {
    expect(uriOf(source, { artifactUri: 's3://b/1/r/artifacts' })).toEqual({
      ok: true,
      source: expected,
    })
  })

  test.each(['', 'runs:/other/model', 'models:/m/1', 'models:/m-0123'])(
    '%j is not a place',
    (source) => {
      expect(problemOf(source)).toBe('MLflow does not resolve its source to a storage URI')
    },
  )
})

test.each([
  ['s3://AKIA:hunter2@bucket/models', 'before the `@`'],
  ['s3://AKIA%3Ahunter2@bucket/models', 'before the `@`'],
  ['https://hunter2@models.example.com/x', 'before the `@`'],
  ['https://a.blob.core.windows.net/c/m?sv=2024&sig=hunter2', '`sig`'],
  ['https://b.s3.amazonaws.com/m?X-Amz-Credential=hunter2', '`X-Amz-Credential`'],
  ['https://b.s3.amazonaws.com/m?AWSAccessKeyId=hunter2', '`AWSAccessKeyId`'],
  ['https://storage.googleapis.com/m?x=1&X-Goog-Signature=hunter2', '`X-Goog-Signature`'],
  ['gs://b/m?access%5Ftoken=hunter2', '`access_token`'],
  ['ftp://h/m?a=%zz;password=hunter2', '`password`'],
])('%s has credentials, which no message contains', (source, place) => {
  expect(problemOf(source)).toContain(place)
  expect(problemOf(source)).not.toContain('hunter2')
})

test('a location that MLflow does not know stays unknown', () => {
  const unknown = { ok: false, problem: prose`no` } as const
  expect(storageUri(unknown, run())).toBe(unknown)
})
