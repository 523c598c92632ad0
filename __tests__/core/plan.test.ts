import { describe, expect, test } from '@jest/globals'
import type { SelectedRun } from '../../src/core/select.ts'
import type { RunFacts } from '../../src/core/model.ts'
import { readContent, type FileState } from '../../src/core/values-file/file.ts'
import { nameMatcher } from '../../src/core/glob.ts'
import { excludedEntries, planRun, type PlanContext } from '../../src/core/plan.ts'
import { parseTemplate } from '../../src/core/template/parse.ts'
import { modelVersion, run, runId } from '../fixtures/registry.ts'

const template = (() => {
  const parsed = parseTemplate(
    'vllm:\n  model: "${model.artifacts}"\n  lr: ${run.params.lr:-0.1}\n',
  )
  if (!parsed.ok) throw new Error(parsed.problems.join())
  return parsed.template
})()

const context: PlanContext = {
  head: 'c0ffee',
  models: nameMatcher(['model']),
  template,
  uiUrl: 'https://mlflow.test',
}

const selected: SelectedRun = {
  runId,
  version: modelVersion({ version: '2' }),
  source: `mlflow-artifacts:/1/${runId}/artifacts/model`,
  sourceUnresolved: false,
  modelId: undefined,
}

const facts: RunFacts = {
  run: { kind: 'found', run: run() },
  source: { ok: true, source: selected.source },
  loggedModel: undefined,
  experimentName: undefined,
  aliases: [],
}

const current = `global:
  experimentId: "1"
  runid: ${runId}
  timestamp: 19700101
  modelName: model
  modelVersion: "2"
`

const file = (text: string): FileState => readContent(Buffer.from(text))

type Plan = { readonly state: FileState; readonly facts?: RunFacts | undefined }

const plan = ({ state, ...input }: Plan) => {
  const target = { path: `d/${runId}.yaml`, state, executable: false }
  return planRun({ selected, file: target, facts, ...input }, context)
}

describe('an up-to-date run', () => {
  test.each<[string, Plan, Partial<ReturnType<typeof plan>>]>([
    ['without a file is created', { state: { kind: 'absent' } }, { outcome: 'created' }],
    ['with its file is unchanged', { state: file(current) }, { outcome: 'unchanged' }],
    [
      'with an older version in its file is updated, and the older version is named',
      { state: file(current.replace('"2"', '"1"')) },
      { outcome: 'updated', previousVersion: '1' },
    ],
    [
      'whose file lacks owned keys gets them',
      { state: file('replicaCount: 3\n') },
      { outcome: 'updated', previousVersion: null },
    ],
  ])('%s', (_name, input, expected) => {
    expect(plan(input)).toMatchObject({ ...expected, reason: null, warning: undefined })
  })

  test('gets a new file from the template, with the owned values', () => {
    expect(plan({ state: { kind: 'absent' } }).edit).toEqual({
      path: `d/${runId}.yaml`,
      before: undefined,
      after: `${current}vllm:
  model: "/mlflow/{{ .Values.global.experimentId }}/{{ .Values.global.runid }}/artifacts/model"
  lr: 0.1
`,
      executable: false,
    })
  })

  test('changes only the owned values of an existing file, and keeps its mode', () => {
    const before = `# mine\n${current.replace('"2"', "'1' # old")}replicaCount:   3\n`
    const existing = { path: 'p.yaml', state: file(before), executable: true }
    const entry = planRun({ selected, file: existing, facts }, context)
    expect(entry.edit).toEqual({
      path: 'p.yaml',
      before,
      after: before.replace("'1'", "'2'"),
      executable: true,
    })
  })

  test('has a damaged file rewritten, with a warning that names the commit of the old one', () => {
    const entry = plan({ state: file('<<<<<<< HEAD\n\ta: [\n') })
    expect(entry).toMatchObject({
      outcome: 'updated',
      warning: expect.stringContaining('c0ffee') as unknown,
    })
    expect(entry.edit?.after).toContain(`runid: ${runId}`)
  })
})

describe('a run whose file must not be written', () => {
  test.each<[string, Plan, 'failed' | 'held' | 'skipped', RegExp]>([
    [
      'has a link at its path',
      { state: { kind: 'blocked', reason: 'a symbolic link is in the way' } },
      'failed',
      /symbolic link/,
    ],
    [
      'is on hold',
      { state: file(`# mlflow-sync: hold\n${current}`), facts: undefined },
      'held',
      /hold/,
    ],
    ['has a file of the wrong shape', { state: file('- a\n'), facts: undefined }, 'failed', /list/],
    [
      'has a file that names another run',
      { state: file('global:\n  runid: other\n') },
      'failed',
      /another run/,
    ],
    [
      'has a file of a model outside the selection',
      { state: file('global:\n  modelName: theirs\n') },
      'skipped',
      /theirs/,
    ],
    [
      'could not be read',
      {
        state: { kind: 'absent' },
        facts: { ...facts, run: { kind: 'failed', reason: 'corrupt row' } },
      },
      'failed',
      /^corrupt row$/,
    ],
    [
      'is gone',
      { state: file(current), facts: { ...facts, run: { kind: 'missing' } } },
      'skipped',
      /no longer/,
    ],
    [
      'is deleted',
      {
        state: { kind: 'absent' },
        facts: { ...facts, run: { kind: 'found', run: run({ lifecycle: 'deleted' }) } },
      },
      'skipped',
      /deleted/,
    ],
    [
      'has artifacts whose place is unknown',
      {
        state: { kind: 'absent' },
        facts: { ...facts, source: { ok: false, problem: 'no answer' } },
      },
      'failed',
      /^no answer$/,
    ],
  ])('because it %s', (_name, input, outcome, reason) => {
    expect(plan(input)).toMatchObject({
      path: `d/${runId}.yaml`,
      outcome,
      reason: expect.stringMatching(reason) as unknown,
      edit: undefined,
      modelName: 'model',
      modelVersion: '2',
      url: 'https://mlflow.test/#/models/model/versions/2',
    })
  })
})

describe('versions that are left out', () => {
  test('have an entry without a file, unless another version of the same run has one', () => {
    const excluded = [
      { version: modelVersion({ runId: 'other' }), reason: 'too young' },
      { version: modelVersion({ version: '1' }), reason: 'covered' },
      { version: modelVersion({ runId: '' }), reason: 'no run' },
    ].map((row) => ({ ...row, outcome: 'skipped' as const, protectsFile: true }))
    expect(
      excludedEntries(excluded, [selected], 'https://mlflow.test').map((entry) => [
        entry.runId,
        entry.path,
        entry.outcome,
        entry.reason,
      ]),
    ).toEqual([
      ['other', null, 'skipped', 'too young'],
      [null, null, 'skipped', 'no run'],
    ])
  })
})
