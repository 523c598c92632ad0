import { describe, expect, test } from '@jest/globals'
import { createNameMatcher } from '../../../src/core/glob.ts'
import type { RunFacts } from '../../../src/core/model.ts'
import { excludedEntries, planRun, type PlanContext } from '../../../src/core/plan/run.ts'
import type { SelectedRun } from '../../../src/core/select.ts'
import { parseTemplate } from '../../../src/core/template/parse.ts'
import { readContent, type FileState } from '../../../src/core/values-file/file.ts'
import { modelVersion, run, runId } from '../../fixtures/registry.ts'

const template = (() => {
  const parsed = parseTemplate(
    'vllm:\n  model: "${model.artifacts}"\n  lr: ${run.params.lr:-0.1}\n',
  )
  if (!parsed.ok) throw new Error(parsed.problems.join())
  return parsed.template
})()

const context: PlanContext = {
  head: 'c0ffee',
  models: createNameMatcher(['model']),
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

const currentText = `global:
  experimentId: "1"
  runid: ${runId}
  timestamp: 19700101
  modelName: model
  modelVersion: "2"
`

function fileState(text: string): FileState {
  return readContent(Buffer.from(text))
}

type PlanInput = { readonly state: FileState; readonly facts?: RunFacts | undefined }

function planFor({ state, ...input }: PlanInput) {
  const file = { path: `d/${runId}.yaml`, state, executable: false }
  return planRun({ selected, file, facts, ...input }, context)
}

describe('an active run', () => {
  test.each<[string, PlanInput, Partial<ReturnType<typeof planFor>>]>([
    ['without a file is created', { state: { kind: 'absent' } }, { outcome: 'created' }],
    [
      'whose file is current is unchanged',
      { state: fileState(currentText) },
      { outcome: 'unchanged' },
    ],
    [
      'whose file names an older version is updated and keeps the previous version in its record',
      { state: fileState(currentText.replace('"2"', '"1"')) },
      { outcome: 'updated', previousVersion: '1' },
    ],
    [
      'whose file lacks owned keys is updated',
      { state: fileState('replicaCount: 3\n') },
      { outcome: 'updated', previousVersion: null },
    ],
  ])('%s', (_name, input, expected) => {
    expect(planFor(input)).toMatchObject({ ...expected, reason: null, warning: undefined })
  })

  test('gets a new file with the owned values and the template', () => {
    expect(planFor({ state: { kind: 'absent' } }).edit).toEqual({
      path: `d/${runId}.yaml`,
      before: undefined,
      after: `${currentText}vllm:
  model: "/mlflow/{{ .Values.global.experimentId }}/{{ .Values.global.runid }}/artifacts/model"
  lr: 0.1
`,
      executable: false,
    })
  })

  test('has only the owned values of its file changed, and the mode kept', () => {
    const before = `# mine\n${currentText.replace('"2"', "'1' # old")}replicaCount:   3\n`
    const existing = { path: 'p.yaml', state: fileState(before), executable: true }
    const entry = planRun({ selected, file: existing, facts }, context)
    expect(entry.edit).toEqual({
      path: 'p.yaml',
      before,
      after: before.replace("'1'", "'2'"),
      executable: true,
    })
  })

  test('has a damaged file replaced, with a warning that names the commit of the old one', () => {
    const entry = planFor({ state: fileState('<<<<<<< HEAD\na: 1\n=======\na: 2\n>>>>>>> main\n') })
    expect(entry).toMatchObject({
      outcome: 'updated',
      warning: expect.stringMatching(
        /damaged \(line 1: merge-conflict markers\).*c0ffee/,
      ) as unknown,
    })
    expect(entry.edit?.after).toContain(`runid: ${runId}`)
  })
})

describe('the file of a run is left alone', () => {
  test.each<[string, PlanInput, 'failed' | 'held' | 'skipped', RegExp]>([
    [
      'has a link at its path',
      { state: { kind: 'blocked', reason: 'a symbolic link is in the way' } },
      'failed',
      /symbolic link/,
    ],
    [
      'is on hold',
      { state: fileState(`# mlflow-sync: hold\n${currentText}`), facts: undefined },
      'held',
      /hold/,
    ],
    [
      'has a file of the wrong shape',
      { state: fileState('- a\n'), facts: undefined },
      'failed',
      /list/,
    ],
    [
      'has a file that names another run',
      { state: fileState('global:\n  runid: other\n') },
      'failed',
      /another run/,
    ],
    [
      'has a file for a model that is not selected',
      { state: fileState('global:\n  modelName: theirs\n') },
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
      'no longer exists in MLflow',
      { state: fileState(currentText), facts: { ...facts, run: { kind: 'missing' } } },
      'skipped',
      /no longer/,
    ],
    [
      'is deleted in MLflow',
      {
        state: { kind: 'absent' },
        facts: { ...facts, run: { kind: 'found', run: run({ lifecycle: 'deleted' }) } },
      },
      'skipped',
      /deleted/,
    ],
    [
      'has artifacts whose location is unknown',
      {
        state: { kind: 'absent' },
        facts: { ...facts, source: { ok: false, problem: 'no response' } },
      },
      'failed',
      /^no response$/,
    ],
  ])('if it %s', (_name, input, outcome, reason) => {
    expect(planFor(input)).toMatchObject({
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

describe('excluded versions', () => {
  test('get an entry without a file, unless another version of the same run has one', () => {
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
