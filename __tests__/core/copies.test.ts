import { describe, expect, test } from '@jest/globals'
import { createCopyResolver } from '../../src/core/copies.ts'
import type { ModelVersion } from '../../src/core/model.ts'
import { prose } from '../../src/core/text/prose.ts'
import { modelVersion } from '../fixtures/registry.ts'

const origin = modelVersion({ name: 'staging', source: 's3://b/origin', creationTime: 1 })
const copy = modelVersion({ name: 'prod', source: 'models:/staging/1', creationTime: 2 })
const copyOfCopy = modelVersion({ name: 'live', source: 'models:/prod/1', creationTime: 3 })

function resolve(version: ModelVersion, known: readonly ModelVersion[]) {
  return createCopyResolver(known)(version)
}

describe('the source of a version', () => {
  test.each([
    ['that is not a copy is its own', origin, [], 's3://b/origin'],
    ['that is a copy is that of its origin', copy, [origin], 's3://b/origin'],
    [
      'is followed through copies of copies',
      copyOfCopy,
      [origin, copy, copyOfCopy],
      's3://b/origin',
    ],
    [
      'that is a copy may be a logged model',
      copy,
      [{ ...origin, source: `models:/m-${'a'.repeat(32)}` }],
      `models:/m-${'a'.repeat(32)}`,
    ],
    [
      'is certain whatever versions the run got later',
      copy,
      [origin, modelVersion({ name: 'x', source: 's3://b/later', creationTime: 2 })],
      's3://b/origin',
    ],
  ])('%s', (_name, version, known, source) => {
    expect(resolve(version, known)).toEqual({ source, isCertain: true })
  })

  test('is not certain if the run had another source before: names can be swapped', () => {
    const other = modelVersion({ name: 'tmp', source: 's3://b/other', creationTime: 0 })
    expect(resolve(copy, [origin, other])).toEqual({ source: 's3://b/origin', isCertain: false })
    expect(resolve(origin, [origin, other])).toMatchObject({ isCertain: true })
  })
})

describe('only MLflow knows the source of a copy', () => {
  test.each<[string, ModelVersion, readonly ModelVersion[]]>([
    ['whose origin is not listed', copy, [copy]],
    ['whose origin belongs to another run', copy, [{ ...origin, runId: 'other' }]],
    ['whose origin names no run', { ...copy, runId: '' }, [{ ...origin, runId: '' }]],
    [
      'whose origin is younger: its name was registered anew',
      copy,
      [{ ...origin, creationTime: 3 }],
    ],
    ['whose origin is as young', copy, [{ ...origin, creationTime: 2 }]],
    ['whose origin is a copy that cannot be followed', copyOfCopy, [copy]],
    ['whose origin is a copy of another run', copyOfCopy, [copy, { ...origin, runId: 'other' }]],
    ['whose origin has invalid fields', copy, [{ ...origin, problem: prose`no time` }]],
    ['that refers to an alias', { ...copy, source: 'models:/staging@champion' }, [origin]],
    ['that refers to itself', { ...copy, source: 'models:/prod/1' }, [copy]],
  ])('%s', (_name, version, known) => {
    expect(resolve(version, known)).toEqual({ source: undefined, isCertain: false })
  })
})

test('a chain of copies is followed up to its twentieth version', () => {
  const chain = Array.from({ length: 21 }, (_, index) =>
    modelVersion({
      name: `m${index}`,
      source: index === 0 ? 's3://b/origin' : `models:/m${index - 1}/1`,
      creationTime: index,
    }),
  )
  const sources = chain.map((version) => resolve(version, chain).source)
  expect(sources.slice(18)).toEqual(['s3://b/origin', 's3://b/origin', undefined])
})
