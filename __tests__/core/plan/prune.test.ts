import { describe, expect, test } from '@jest/globals'
import { entryWithoutEdit, type Entry } from '../../../src/core/entry.ts'
import { createNameMatcher } from '../../../src/core/glob.ts'
import type { RunFacts } from '../../../src/core/model.ts'
import { isVersionNumber } from '../../../src/core/plan/deployed.ts'
import type { PruneInput } from '../../../src/core/plan/orphans.ts'
import { limitDeletions, proposeDeletions } from '../../../src/core/plan/prune.ts'
import type {
  ExcludedVersion,
  Exclusion,
  SelectedRun,
  Selection,
} from '../../../src/core/select.ts'
import { prose } from '../../../src/core/text/prose.ts'
import { readContent, type FileState } from '../../../src/core/values-file/file.ts'
import { everything, modelVersion, run, runFacts } from '../../fixtures/registry.ts'
import { plainTexts } from '../../fixtures/plain-texts.ts'

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
  return { version: modelVersion({ runId }), exclusion, outcome: 'skipped', reason: prose`` }
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
    target: 'd',
  })
}

const champions: Selection = { ...everything, aliases: ['champion'] }

/** An input with one selected run whose file is deployed, so that something always remains. */
function inputOf({ files = new Map(), runs = [], ...fields }: Partial<PruneInput>): PruneInput {
  const remaining = new Map(filesOf({ remaining: valuesFor('remaining', 'other') }))
  return {
    selection: everything,
    runs: [selected('remaining'), ...runs],
    excluded: [],
    listed: [modelVersion({ runId: 'remaining', name: 'other' })],
    gaps: [],
    facts: new Map(),
    files: new Map([...remaining, ...files]),
    entries: [],
    maxDeletions: 10,
    origins: new Map(),
    uiUrl: 'https://mlflow.test',
    target: 'd',
    ...fields,
  }
}

function plan(fields: Partial<PruneInput>) {
  return proposeDeletions(inputOf(fields))
}

function deletedRuns(fields: Partial<PruneInput>) {
  return plan(fields).deletions.map(({ runId }) => runId)
}

describe('a file is deleted', () => {
  test('if no selected version names its run', () => {
    const { deletions, kept, warning } = plan({ files: filesOf({ a: valuesFor('a') }) })
    expect(deletions).toEqual([
      {
        path: 'd/a.yaml',
        outcome: 'deleted',
        runId: 'a',
        experimentId: '1',
        modelName: 'model',
        modelVersion: '1',
        previousVersion: '1',
        url: 'https://mlflow.test/#/models/model/versions/1',
        reason: prose`no selected model version belongs to this run any more`,
        target: 'd',
        previous: { runId: 'a', modelName: 'model', modelVersion: '1', timestamp: '' },
        withheld: undefined,
        warning: undefined,
        location: undefined,
        edit: { path: 'd/a.yaml', before: valuesFor('a'), after: undefined, executable: false },
      },
    ])
    expect([kept, warning]).toEqual([[], undefined])
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
    const young = {
      ...excluded('young', 'unusable'),
      version: modelVersion({ name: 'model-2', runId: 'young' }),
    }
    const given = [excluded('gated', 'run-filter'), young]
    expect(deletedRuns({ files, excluded: given })).toEqual(['gated'])
  })
})

test('files of runs that are no longer selected come before those of deleted runs', () => {
  const texts = ['d', 'a', 'c', 'b'].map((runId) => [runId, valuesFor(runId)])
  expect(
    deletedRuns({
      runs: [selected('c', 'model'), selected('d', 'model')],
      facts: new Map(['c', 'd'].map((runId) => [runId, factsOf({ kind: 'missing' })])),
      files: filesOf(Object.fromEntries(texts) as Record<string, string>),
    }),
  ).toEqual(['a', 'b', 'd', 'c'])
})

test('the record of a file says what it deploys and why it is kept or deleted', () => {
  const held = plan({ files: filesOf({ a: `# mlflow-sync: hold\n${valuesFor('a')}` }) })
  expect(held.kept).toMatchObject([
    { modelName: 'model', modelVersion: '1', previousVersion: '1', outcome: 'held' },
  ])
  const gone = plan({
    runs: [selected('a', 'model')],
    facts: new Map([['a', factsOf({ kind: 'missing' })]]),
    files: filesOf({ a: valuesFor('a') }),
  })
  expect(gone.deletions).toMatchObject([{ reason: prose`the run is deleted in MLflow` }])
})

describe('a file is kept', () => {
  test.each([
    ['it is on hold', `# mlflow-sync: hold\n${valuesFor('a')}`, ['held']],
    ['it names another run', valuesFor('b'), []],
    ['it names no run', 'global: {modelName: model, modelVersion: "1"}\n', []],
    ['it is on hold and names another run', `# mlflow-sync: hold\n${valuesFor('b')}`, ['held']],
    ['it names no model', 'global: {runid: a, modelVersion: "1"}\n', []],
    ['it is not a values file', '- a\n', []],
    ['it is damaged', 'a: [\n', []],
    ['its model is not selected', valuesFor('a', 'theirs'), []],
    ['it names no version', 'global: {runid: a, modelName: model}\n', ['skipped']],
    [
      'it names no version that MLflow can have',
      'global: {runid: a, modelName: model, modelVersion: "1.0"}\n',
      ['skipped'],
    ],
  ])('if %s', (_name, text, kept) => {
    const selection = { ...everything, models: createNameMatcher(['model']) }
    const planned = plan({ files: filesOf({ a: text }), selection })
    expect(planned.deletions).toEqual([])
    expect(planned.kept.map(({ outcome }) => outcome)).toEqual(kept)
  })

  test('if MLflow lists its version, but not with enough about it', () => {
    const planned = plan({
      files: filesOf({ a: valuesFor('a') }),
      excluded: [excluded('', 'unusable')],
    })
    expect(planned.deletions).toEqual([])
    const reason = 'kept: MLflow still lists its model version, but does not say enough about it'
    expect(plainTexts(planned.kept)).toMatchObject([
      { outcome: 'skipped', runId: 'a', modelVersion: '1', reason },
    ])
  })

  test('if its run has a version that cannot be used', () => {
    const unusable = { ...excluded('a', 'unusable'), version: modelVersion({ version: '2' }) }
    const given = [{ ...unusable, version: { ...unusable.version, runId: 'a' } }]
    const planned = plan({ files: filesOf({ a: valuesFor('a') }), excluded: given })
    expect(planned).toEqual({ deletions: [], kept: [], blocked: [], warning: undefined })
  })

  test('if it names no model, whatever models matches', () => {
    const text = 'global: {runid: a, modelVersion: "1"}\n'
    expect(deletedRuns({ files: filesOf({ a: text }) })).toEqual([])
  })

  test('but not if the selection rejects that version', () => {
    const listed = [modelVersion({ runId: '' })]
    expect(deletedRuns({ files: filesOf({ a: valuesFor('a') }), listed })).toEqual(['a'])
  })
})

describe('the file of a model stays until its successor is deployed', () => {
  const old = filesOf({ old: valuesFor('old') })
  const files = new Map([...old, ['new', fileOf('new', { kind: 'absent' })] as const])
  const runs = [selected('new', 'model')]

  test.each([
    ['created', everything, /version 1 has to be deployed first; this file stays until then/],
    ['updated', everything, /version 1 has to be deployed first/],
    ['failed', champions, /version 1 has to be deployed first, which failed/],
    ['held', champions, /version 1 has to be deployed first, but is held/],
    ['skipped', champions, /version 1 has to be deployed first, which failed/],
    [
      'failed',
      { ...everything, filter: "tags.x = 'y'" },
      /version 1 has to be deployed first, which failed/,
    ],
  ] as const)('while it is %s', (outcome, selection, reason) => {
    const planned = plan({ files, runs, selection, entries: [entry('new', outcome)] })
    expect(planned.deletions).toEqual([])
    expect(plainTexts(planned.kept)).toMatchObject([
      { runId: 'old', outcome: 'skipped', reason: expect.stringMatching(reason) as unknown },
    ])
  })

  test.each([
    ['not-ready', everything],
    ['too-young', everything],
    ['unusable', champions],
  ] as const)('while it is %s', (exclusion, selection) => {
    const given = [{ ...excluded('x', exclusion), version: modelVersion({ version: '2' }) }]
    const state = `has to be deployed first, which ${exclusion === 'unusable' ? 'failed' : 'is not possible yet'}`
    const reason = `kept: \`model\` version 2 ${state}; this file stays until then`
    expect(plainTexts(plan({ files: old, selection, excluded: given }).kept)).toMatchObject([
      { runId: 'old', outcome: 'skipped', reason },
    ])
  })

  test('and no longer', () => {
    const deployed = filesOf({ old: valuesFor('old'), new: valuesFor('new') })
    const entries = [entry('new', 'unchanged')]
    expect(deletedRuns({ files: deployed, runs, selection: champions, entries })).toEqual(['old'])
    const failing = [entry('new', 'failed')]
    expect(deletedRuns({ files: deployed, runs, selection: champions, entries: failing })).toEqual([
      'old',
    ])
  })

  test.each(['failed', 'skipped', 'held'] as const)(
    'but every version stands for itself if nothing points to one: %s',
    (outcome) => {
      expect(deletedRuns({ files, runs, entries: [entry('new', outcome)] })).toEqual(['old'])
      const unusable = [{ ...excluded('x', 'unusable'), version: modelVersion({ version: '2' }) }]
      expect(deletedRuns({ files: old, excluded: unusable })).toEqual(['old'])
    },
  )

  test('but a successor keeps only one file, the newest', () => {
    const newer = valuesFor('newer').replace('modelVersion: "1"', 'modelVersion: "3"')
    const three = new Map([...files, ...filesOf({ newer, oldest: valuesFor('oldest') })])
    const planned = plan({ files: three, runs, entries: [entry('new', 'created')] })
    expect(planned.kept.map(({ runId }) => runId)).toEqual(['newer'])
    expect(planned.deletions.map(({ runId }) => runId).toSorted()).toEqual(['old', 'oldest'])
  })

  test('but a version that the selection rejects is not a successor', () => {
    const version = modelVersion({ version: '2' })
    const given = [{ ...excluded('x', 'run-filter'), version }]
    expect(deletedRuns({ files: old, selection: champions, excluded: given })).toEqual(['old'])
  })

  test('but the successor of one model does not keep the file of another', () => {
    const mixed = new Map([...files, ...filesOf({ old: valuesFor('old', 'unrelated') })])
    expect(deletedRuns({ files: mixed, runs, entries: [entry('new', 'created')] })).toEqual(['old'])
  })
})

describe('no deletion is proposed', () => {
  const two = filesOf({ a: valuesFor('a'), b: valuesFor('b') })

  test.each<[string, Partial<PruneInput>, RegExp]>([
    ['MLflow lists nothing', { listed: [] }, /no model version at all/],
    [
      'MLflow rejects a request about a run',
      { facts: new Map([['c', factsOf({ kind: 'failed', reason: prose`x`, cause: 'rejected' })]]) },
      /1 run could not be read/,
    ],
    [
      'the selection asks for something that MLflow does not have',
      { gaps: [{ message: prose`no alias`, advice: undefined, mistakes: [] }] },
      /asks for something/,
    ],
    [
      'the content of a file of the directory could not be fetched',
      { files: new Map([...two, ['c', fileOf('c', { kind: 'unread' })]]) },
      /1 file could not be read from GitHub/,
    ],
  ])('if %s', (_name, fields, reason) => {
    expect(plainTexts(plan({ files: two, ...fields }))).toMatchObject({
      deletions: [],
      warning: expect.stringMatching(reason) as unknown,
    })
  })

  test('if no run is selected', () => {
    expect(plainTexts(proposeDeletions({ ...inputOf({ files: two }), runs: [] }))).toMatchObject({
      deletions: [],
      warning: 'Nothing is pruned: no run is selected',
    })
  })

  test('because of the data of one run', () => {
    const malformed = factsOf({ kind: 'failed', reason: prose`x`, cause: 'malformed' })
    expect(deletedRuns({ files: two, facts: new Map([['c', malformed]]) })).toEqual(['a', 'b'])
  })

  test('and nothing is reported if there is nothing to delete', () => {
    expect(plan({ listed: [] })).toMatchObject({ warning: undefined })
  })
})

describe('confirmed deletions', () => {
  const two = filesOf({ a: valuesFor('a'), b: valuesFor('b') })
  const deletions = plan({ files: two }).deletions
  const kept = entry('c', 'skipped')

  test('are made within the limit', () => {
    const input = inputOf({ files: two, maxDeletions: 2 })
    expect(limitDeletions([...deletions, kept], input)).toEqual({
      entries: [...deletions, kept],
      blocked: [],
      warning: undefined,
      error: undefined,
    })
  })

  test('are withheld above the limit, with their reasons, and the error says what to do', () => {
    const input = inputOf({ files: two, maxDeletions: 1 })
    const { entries, error, warning } = limitDeletions([...deletions, kept], input)
    expect(entries).toHaveLength(3)
    expect(entries[0]).toEqual(kept)
    expect(plainTexts(entries.slice(1))).toEqual(
      deletions.map(({ path, runId, url, previous }) => ({
        path,
        outcome: 'skipped',
        runId,
        experimentId: '1',
        modelName: 'model',
        modelVersion: '1',
        previousVersion: '1',
        url,
        reason:
          'no selected model version belongs to this run any more; kept because of `max-deletions: 1`',
        target: 'd',
        edit: undefined,
        previous,
        withheld: 'too-many-deletions',
        warning: undefined,
        location: undefined,
      })),
    )
    expect(warning).toBeUndefined()
    expect(plainTexts(error)).toEqual({
      message:
        'Prune would delete 2 files, more than `max-deletions: 1` allows, so none is deleted',
      advice: expect.stringMatching(
        /^First check .* run once with `max-deletions: 2`\.$/,
      ) as unknown,
      mistakes: [],
    })
  })

  test('above the limit make no longer error if there are more', () => {
    const runIds = Array.from({ length: 500 }, (_, index) => `r${index + 1}`)
    const files = filesOf(Object.fromEntries(runIds.map((id) => [id, valuesFor(id)])))
    const { entries, error } = limitDeletions(plan({ files }).deletions, inputOf({ files }))
    expect(entries.map(({ withheld }) => withheld)).toEqual(runIds.map(() => 'too-many-deletions'))
    expect(plainTexts(error?.message ?? [])).toHaveLength(86)
  })

  test('are not made if no file would remain, unless another one is created', () => {
    const theirs = filesOf({ theirs: 'replicaCount: 1\n' })
    const failed = [entry('new', 'failed')]
    const input = {
      ...inputOf({ entries: failed }),
      files: new Map([...two, ...theirs, ['new', fileOf('new', { kind: 'absent' })] as const]),
    }
    expect(plainTexts(limitDeletions(deletions, input))).toMatchObject({
      entries: [],
      warning: 'Nothing is pruned: it would leave the directory without any values file',
    })
    const entries = [entry('new', 'created')]
    expect(limitDeletions(deletions, { ...input, entries }).entries).toEqual(deletions)
    const held = filesOf({ c: `# mlflow-sync: hold\n${valuesFor('c')}` })
    const files = new Map([...two, ...held])
    expect(limitDeletions(deletions, { ...input, files }).entries).toEqual(deletions)
  })
})

test('there is nothing to limit without deletions', () => {
  const input = { ...inputOf({}), files: new Map() }
  const expected = { entries: [], blocked: [], warning: undefined, error: undefined }
  expect(limitDeletions([], input)).toEqual(expected)
})

test.each([
  ['1', true],
  ['12', true],
  ['9'.repeat(18), true],
  ['9'.repeat(19), false],
  ['0', false],
  ['01', false],
  ['v1', false],
  ['1x', false],
  ['', false],
])('%j is a version number: %s', (text, expected) => {
  expect(isVersionNumber(text)).toBe(expected)
})
