import { describe, expect, test } from '@jest/globals'
import type { DeployedVersion } from '../../../src/core/entry.ts'
import {
  createNameLookup,
  deployedIn,
  findDeployed,
  findSuperseded,
  isOlder,
  namesVersion,
} from '../../../src/core/plan/deployed.ts'
import { versionKey, type ModelVersion } from '../../../src/core/model.ts'
import type { Selection } from '../../../src/core/select.ts'
import { readContent } from '../../../src/core/values-file/file.ts'
import { everything, modelVersion } from '../../fixtures/registry.ts'

function values(runId: string, modelVersionText: string, timestamp = '20240101'): string {
  return `global: {runid: ${runId}, modelName: m, modelVersion: "${modelVersionText}", timestamp: ${timestamp}}\n`
}

function deployed(texts: Readonly<Record<string, string>>, listed: readonly ModelVersion[] = []) {
  return findDeployed(
    new Map(
      Object.entries(texts).map(([runId, text]) => [
        runId,
        {
          path: `${runId}.yaml`,
          state: readContent(Buffer.from(text)),
          executable: false,
        },
      ]),
    ),
    createNameLookup(listed),
  )
}

test('a file belongs to the model under its new name if that was renamed', () => {
  const renamed = modelVersion({
    name: 'new name',
    version: '3',
    runId: 'a',
    creationTime: Date.UTC(2024, 0, 1),
  })
  const files = { a: values('a', '3'), b: values('b', '2') }
  expect([...deployed(files, [renamed]).keys()]).toEqual(['new name', 'm'])
  expect([...deployed(files, [renamed, { ...renamed, name: 'm' }]).keys()]).toEqual(['m'])
  expect([...deployed(files, [{ ...renamed, version: '4' }]).keys()]).toEqual(['m'])
  const onAnotherDay = { ...renamed, creationTime: Date.UTC(2024, 0, 2) }
  expect([...deployed(files, [onAnotherDay]).keys()]).toEqual(['m'])
})

test('a file that cannot be read, or names no model or another run, belongs to no model', () => {
  const texts = { a: values('a', '3'), b: 'a: [', c: 'global: {runid: c}\n', d: values('x', '1') }
  expect([...deployed(texts)]).toEqual([['m', [expect.objectContaining({ runId: 'a' })]]])
})

describe('the version that a file deploys', () => {
  test.each([
    ['is in its owned values', values('a', '3'), '3'],
    ['is known of a file on hold', `# mlflow-sync: hold\n${values('a', '3')}`, '3'],
    ['is known of a file that names no run yet', 'global: {modelVersion: "3"}\n', '3'],
    ['is empty if the file does not say', 'replicaCount: 1\n', ''],
    ['is unknown of a file about another run', values('b', '3'), undefined],
    ['is unknown of a damaged file', 'a: [', undefined],
  ])('%s', (_name, text, version) => {
    expect(deployedIn(readContent(Buffer.from(text)), 'a')?.modelVersion).toBe(version)
  })
})

describe('a new file supersedes', () => {
  const created = (version: string) => ({
    runId: 'new',
    version: modelVersion({
      name: 'm',
      version,
      runId: 'new',
      creationTime: Date.UTC(2024, 0, 5),
    }),
  })

  const aliases: Selection = { ...everything, aliases: ['champion'] }

  function supersededBy5(
    texts: Record<string, string>,
    selection: Selection,
    { selected = [], listed = [] }: { selected?: readonly string[]; listed?: readonly string[] },
  ): string | undefined {
    return findSuperseded(created('5'), deployed(texts), {
      selection,
      selectedRunIds: new Set(['new', ...selected]),
      listedKeys: new Set(listed.map((version) => versionKey({ name: 'm', version }))),
    })?.modelVersion
  }

  const v3AndV9 = { a: values('a', '3'), b: values('b', '9', '20240109') }

  test.each([
    ['nothing if the model has no file', {}, {}, undefined],
    ['the newest older version, whether selected or not', v3AndV9, { selected: ['a'] }, '3'],
    ['never a newer one', { b: v3AndV9.b }, {}, undefined],
    ['nor one of the same age', { a: values('a', '5', '20240105') }, {}, undefined],
    [
      'the higher number of one day',
      { a: values('a', '9'), b: values('b', '3'), c: values('c', '10'), d: values('d', '4') },
      {},
      '10',
    ],
    [
      'the last date, since a model that is registered anew counts from 1',
      { a: values('a', '12', '20230101'), b: values('b', '1', '20240101') },
      {},
      '1',
    ],
  ])('%s', (_name, texts, context, version) => {
    expect(supersededBy5(texts, everything, context)).toBe(version)
  })

  test.each([
    ['the version that is no longer selected', { a: values('a', '3') }, {}, '3'],
    ['that one even if it is newer: a rollback', { b: v3AndV9.b }, {}, '9'],
    ['the newest of those', v3AndV9, {}, '9'],
    ['one that MLflow still lists, if there is one', v3AndV9, { listed: ['3'] }, '3'],
    ['or else the newest older version', v3AndV9, { selected: ['a', 'b'] }, '3'],
  ])('with aliases, %s', (_name, texts, context, version) => {
    expect(supersededBy5(texts, aliases, context)).toBe(version)
  })

  test('only versions of the same model', () => {
    const other = values('a', '3').replace('modelName: m', 'modelName: x')
    expect(supersededBy5({ a: other }, everything, {})).toBeUndefined()
  })
})

describe('a file names a version that is certainly older', () => {
  const version = modelVersion({ name: 'm', version: '5', creationTime: Date.UTC(2024, 0, 5) })
  const file: DeployedVersion = {
    runId: 'a',
    modelName: 'm',
    modelVersion: '4',
    timestamp: '20240105',
  }

  test.each<[string, Partial<DeployedVersion>, boolean]>([
    ['with a lower number', {}, true],
    ['with a lower number, created earlier', { timestamp: '20240104' }, true],
    ['with a lower number and no date', { timestamp: '' }, true],
    ['but not with a lower number and a later date', { timestamp: '20240106' }, false],
    ['but not with the same number', { modelVersion: '5' }, false],
    ['but not with a higher number', { modelVersion: '6', timestamp: '20240101' }, false],
    ['of another model, created earlier', { modelName: 'x', timestamp: '20240104' }, true],
    ['but not of another model on the same day', { modelName: 'x' }, false],
    ['but not of another model without a date', { modelName: 'x', timestamp: '' }, false],
  ])('%s', (_name, fields, older) => {
    expect(isOlder({ ...file, ...fields }, version)).toBe(older)
  })
})

test('a file names a version by its model and its number', () => {
  const file = { runId: 'a', modelName: 'm', modelVersion: '4', timestamp: '' }
  expect(namesVersion(file, { name: 'm', version: '4' })).toBe(true)
  expect(namesVersion(file, { name: 'm', version: '5' })).toBe(false)
  expect(namesVersion(file, { name: 'x', version: '4' })).toBe(false)
})
