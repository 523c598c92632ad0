import { describe, expect, test } from '@jest/globals'
import { createNameMatcher } from '../../../src/core/glob.ts'
import type { RunFacts } from '../../../src/core/model.ts'
import type { PruneInput } from '../../../src/core/plan/orphans.ts'
import { planDeletions } from '../../../src/core/plan/prune.ts'
import { entryWithoutEdit, type Entry } from '../../../src/core/result.ts'
import type { ExcludedVersion, Exclusion, SelectedRun } from '../../../src/core/select.ts'
import { readContent, type FileState } from '../../../src/core/values-file/file.ts'
import { modelVersion, run, runFacts } from '../../fixtures/registry.ts'

function valuesFor(runId: string, modelName = 'model'): string {
  return `global:\n  experimentId: "1"\n  runid: ${runId}\n  modelName: ${modelName}\n  modelVersion: "1"\n`
}

function fileOf(runId: string, state: FileState) {
  return { path: `d/${runId}.yaml`, state, executable: false }
}

function filesOf(texts: Readonly<Record<string, string>>): PruneInput['files'] {
  return new Map(
    Object.entries(texts).map(([runId, text]) => [
      runId,
      fileOf(runId, readContent(Buffer.from(text))),
    ]),
  )
}

function selected(runId: string, name = 'other'): SelectedRun {
  return { runId, version: modelVersion({ runId, name }) }
}

function factsOf(lookup: RunFacts['run']): RunFacts {
  return runFacts({ run: lookup })
}

function excluded(runId: string, exclusion: Exclusion): ExcludedVersion {
  return { version: modelVersion({ runId }), exclusion, outcome: 'skipped', reason: '' }
}

function entry(runId: string, outcome: Entry['outcome']): Entry {
  return entryWithoutEdit({
    path: `d/${runId}.yaml`,
    outcome,
    runId,
    experimentId: '1',
    modelName: 'model',
    modelVersion: '2',
    previousVersion: null,
    url: null,
    reason: null,
  })
}

/** Plans with one selected run whose file is deployed, so that something always remains. */
function plan({ files = new Map(), runs = [], ...fields }: Partial<PruneInput>) {
  const remaining = new Map(filesOf({ remaining: valuesFor('remaining', 'other') }))
  return planDeletions({
    runs: [selected('remaining'), ...runs],
    excluded: [],
    listed: [modelVersion({ runId: 'remaining', name: 'other' })],
    gaps: [],
    facts: new Map(),
    files: new Map([...remaining, ...files]),
    entries: [],
    models: createNameMatcher(['*']),
    maxDeletions: 10,
    ...fields,
  })
}

function deletedRuns(fields: Partial<PruneInput>) {
  return plan(fields).deletions.map(({ runId }) => runId)
}

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
        previous: { runId: 'a', modelName: 'model', modelVersion: '1', timestamp: '' },
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
        runs: [selected('a', 'model')],
        facts: new Map([['a', factsOf(lookup)]]),
        files: filesOf({ a: valuesFor('a') }),
      }),
    ).toEqual(deleted ? ['a'] : [])
  })

  test('if run-filter rejects its run, but not if its version is only excluded for now', () => {
    const files = filesOf({ gated: valuesFor('gated'), young: valuesFor('young', 'model-2') })
    const given = [excluded('gated', 'run-filter'), excluded('young', 'unusable')]
    expect(deletedRuns({ files, excluded: given })).toEqual(['gated'])
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

  test.each([
    ['without the run', modelVersion({ runId: '' })],
    ['with invalid fields', modelVersion({ runId: 'b', problem: 'no time' })],
  ])('if MLflow still lists its version, but %s', (_name, version) => {
    const planned = plan({ files: filesOf({ a: valuesFor('a') }), listed: [version] })
    expect(planned.deletions).toEqual([])
    expect(planned.kept).toMatchObject([{ outcome: 'skipped', runId: 'a' }])
  })
})

describe('the file of a model stays until its successor is deployed', () => {
  const files = new Map([
    ...filesOf({ old: valuesFor('old') }),
    ['new', fileOf('new', { kind: 'absent' })] as const,
  ])
  const runs = [selected('new', 'model')]

  test.each([
    ['created', /version 1 is deployed first; a later sync deletes it/],
    ['failed', /version 1 could not be deployed/],
  ] as const)('while it is %s', (outcome, reason) => {
    const planned = plan({ files, runs, entries: [entry('new', outcome)] })
    expect(planned.deletions).toEqual([])
    expect(planned.kept).toMatchObject([
      { runId: 'old', outcome: 'skipped', reason: expect.stringMatching(reason) as unknown },
    ])
  })

  test.each(['not-ready', 'too-young'] as const)('while it is %s', (exclusion) => {
    const given = {
      files: filesOf({ old: valuesFor('old') }),
      excluded: [excluded('x', exclusion)],
    }
    expect(plan(given).kept).toMatchObject([{ runId: 'old', outcome: 'skipped' }])
  })

  test('and no longer', () => {
    const deployed = filesOf({ old: valuesFor('old'), new: valuesFor('new') })
    const entries = [entry('new', 'unchanged')]
    expect(deletedRuns({ files: deployed, runs, entries })).toEqual(['old'])
    expect(deletedRuns({ files, runs, entries: [entry('new', 'skipped')] })).toEqual(['old'])
  })

  test('but the successor of one model does not keep the file of another', () => {
    const mixed = new Map([...files, ...filesOf({ old: valuesFor('old', 'unrelated') })])
    expect(deletedRuns({ files: mixed, runs, entries: [entry('new', 'created')] })).toEqual(['old'])
  })
})

describe('nothing is deleted', () => {
  const two = filesOf({ a: valuesFor('a'), b: valuesFor('b') })

  test.each<[string, Partial<PruneInput>, RegExp]>([
    ['MLflow lists nothing', { listed: [] }, /no model version at all/],
    [
      'a run could not be read',
      { facts: new Map([['c', factsOf({ kind: 'failed', reason: 'x' })]]) },
      /1 run could not be read/,
    ],
    [
      'the selection asks for something that MLflow does not have',
      { gaps: [{ message: 'no alias', advice: undefined }] },
      /asks for something/,
    ],
    [
      'the content of a file of the directory could not be fetched',
      { files: new Map([...two, ['c', fileOf('c', { kind: 'unread' })]]) },
      /1 file could not be read from GitHub/,
    ],
  ])('if %s', (_name, fields, reason) => {
    expect(plan({ files: two, ...fields })).toMatchObject({
      deletions: [],
      warning: expect.stringMatching(reason) as unknown,
    })
  })

  test('if no run is selected', () => {
    const input = { excluded: [], listed: [modelVersion()], gaps: [], facts: new Map() }
    const rest = { entries: [], models: createNameMatcher(['*']), maxDeletions: 10 }
    expect(planDeletions({ ...input, ...rest, runs: [], files: two })).toMatchObject({
      deletions: [],
      warning: 'Nothing is pruned: no run is selected',
    })
  })

  test('if no file would remain, unless another one is created', () => {
    const runs = [selected('new')]
    const fields = { files: two, runs, listed: [modelVersion()], excluded: [], gaps: [] }
    const rest = { facts: new Map(), models: createNameMatcher(['*']), maxDeletions: 10 }
    expect(planDeletions({ ...fields, ...rest, entries: [] })).toMatchObject({
      deletions: [],
      warning: expect.stringMatching(
        /would leave the directory without any values file/,
      ) as unknown,
    })
    const entries = [entry('new', 'created')]
    expect(planDeletions({ ...fields, ...rest, entries }).deletions).toHaveLength(2)
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
