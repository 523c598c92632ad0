import { describe, expect, test } from '@jest/globals'
import { createNameMatcher } from '../../../src/core/glob.ts'
import type { RunFacts } from '../../../src/core/model.ts'
import { orphanRunIds, planDeletions, type PruneInput } from '../../../src/core/plan/prune.ts'
import type { SelectedRun } from '../../../src/core/select.ts'
import { readContent } from '../../../src/core/values-file/file.ts'
import { modelVersion, run } from '../../fixtures/registry.ts'

function valuesFor(runId: string, modelName = 'model'): string {
  return `global:\n  experimentId: "1"\n  runid: ${runId}\n  modelName: ${modelName}\n  modelVersion: "1"\n`
}

function filesOf(texts: Readonly<Record<string, string>>): PruneInput['files'] {
  return new Map(
    Object.entries(texts).map(([runId, text]) => [
      runId,
      { path: `d/${runId}.yaml`, state: readContent(Buffer.from(text)), executable: false },
    ]),
  )
}

function selected(runId: string): SelectedRun {
  return {
    runId,
    version: modelVersion({ runId }),
    source: '',
    sourceUnresolved: false,
    modelId: undefined,
  }
}

function factsOf(lookup: RunFacts['run']): RunFacts {
  return {
    run: lookup,
    source: { ok: true, source: '' },
    loggedModel: undefined,
    experimentName: undefined,
    aliases: [],
  }
}

function plan(fields: Partial<PruneInput>) {
  return planDeletions({
    runs: [],
    listed: [modelVersion({ runId: 'selected' })],
    facts: new Map(),
    files: new Map(),
    models: createNameMatcher(['*']),
    maxDeletions: 10,
    ...fields,
  })
}

function deletedRuns(fields: Partial<PruneInput>) {
  return plan(fields).deletions.map(({ runId }) => runId)
}

describe('possible orphans', () => {
  test('are files named after a run without a selected or protected version', () => {
    const excluded = [
      { version: modelVersion({ runId: 'young' }), protectsFile: true },
      { version: modelVersion({ runId: 'gated' }), protectsFile: false },
    ].map((row) => ({ ...row, outcome: 'skipped' as const, reason: '' }))
    const names = ['a.yaml', 'b.yaml', 'young.yaml', 'gated.yaml', 'a.yml', '.x.yaml', 'README.md']
    expect(orphanRunIds(names, [selected('a')], excluded)).toEqual(['b', 'gated'])
  })
})

describe('a file is deleted', () => {
  test('if no selected version names its run', () => {
    const { deletions, kept, warning, error } = plan({ files: filesOf({ a: valuesFor('a') }) })
    expect(deletions).toEqual([
      {
        path: 'd/a.yaml',
        outcome: 'deleted',
        runId: 'a',
        experimentId: '1',
        modelName: 'model',
        modelVersion: '1',
        previousVersion: '1',
        url: null,
        reason: 'no selected model version names this run any more',
        warning: undefined,
        edit: { path: 'd/a.yaml', before: valuesFor('a'), after: undefined, executable: false },
      },
    ])
    expect([kept, warning, error]).toEqual([[], undefined, undefined])
  })

  test.each<[string, RunFacts['run'], boolean]>([
    ['deleted in MLflow', { kind: 'found', run: run({ lifecycle: 'deleted' }) }, true],
    ['gone from MLflow', { kind: 'missing' }, true],
    ['active', { kind: 'found', run: run() }, false],
  ])('only if its selected run is gone: %s', (_name, lookup, deleted) => {
    expect(
      deletedRuns({
        runs: [selected('a')],
        facts: new Map([['a', factsOf(lookup)]]),
        files: filesOf({ a: valuesFor('a') }),
      }),
    ).toEqual(deleted ? ['a'] : [])
  })
})

describe('a file is kept', () => {
  test.each([
    ['it is on hold', `# mlflow-sync: hold\n${valuesFor('a')}`, ['held']],
    ['it names another run', valuesFor('b'), []],
    ['it names no run', 'replicaCount: 1\n', []],
    ['it is not a values file', '- a\n', []],
    ['it is damaged', 'a: [\n', []],
    ['its model is not selected', valuesFor('a', 'theirs'), []],
  ])('if %s', (_name, text, kept) => {
    const planned = plan({ files: filesOf({ a: text }), models: createNameMatcher(['model']) })
    expect(planned.deletions).toEqual([])
    expect(planned.kept.map(({ outcome }) => outcome)).toEqual(kept)
  })

  test('if MLflow still lists its version, but without the run', () => {
    const planned = plan({
      files: filesOf({ a: valuesFor('a') }),
      listed: [modelVersion({ runId: '' })],
    })
    expect(planned.deletions).toEqual([])
    expect(planned.kept).toMatchObject([{ outcome: 'skipped', runId: 'a' }])
  })
})

describe('nothing is deleted', () => {
  const two = filesOf({ a: valuesFor('a'), b: valuesFor('b') })

  test('if MLflow lists nothing', () => {
    expect(plan({ files: two, listed: [] })).toMatchObject({
      deletions: [],
      warning: expect.stringContaining('no model version at all') as unknown,
    })
  })

  test('if a run could not be read', () => {
    const facts = new Map([['c', factsOf({ kind: 'failed', reason: 'x' })]])
    expect(plan({ files: two, facts })).toMatchObject({
      deletions: [],
      warning: expect.stringContaining('could not be read') as unknown,
    })
  })

  test('if there are more deletions than the limit, and the error lists them', () => {
    expect(plan({ files: two, maxDeletions: 1 })).toMatchObject({
      deletions: [],
      error: { message: expect.stringContaining('d/a.yaml, d/b.yaml') as unknown },
    })
    expect(deletedRuns({ files: two, maxDeletions: 2 })).toEqual(['a', 'b'])
  })

  test('and nothing is reported if there is nothing to delete', () => {
    expect(plan({ listed: [] })).toMatchObject({ warning: undefined, error: undefined })
  })
})
