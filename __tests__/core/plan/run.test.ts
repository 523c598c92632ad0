import { describe, expect, test } from '@jest/globals'
import { createNameMatcher } from '../../../src/core/glob.ts'
import type { RunFacts } from '../../../src/core/model.ts'
import {
  detailNeeded,
  excludedEntries,
  planRun,
  type PlanContext,
} from '../../../src/core/plan/run.ts'
import type { SelectedRun } from '../../../src/core/select.ts'
import { prose } from '../../../src/core/text/prose.ts'
import { readContent, type FileState } from '../../../src/core/values-file/file.ts'
import { everything, modelVersion, run, runFacts, runId } from '../../fixtures/registry.ts'
import { plainTexts } from '../../fixtures/plain-texts.ts'
import { parseValidTemplate } from '../../fixtures/templates.ts'

function templateOf(text: string) {
  return { template: parseValidTemplate(text), path: 'template.yaml' }
}

const template = templateOf('vllm:\n  model: "${model.artifacts}"\n  lr: ${run.params.lr:-0.1}\n')

const context: PlanContext = {
  head: 'c0ffee',
  selection: { ...everything, models: createNameMatcher(['model']) },
  template: () => template,
  deployed: new Map(),
  selectedRunIds: new Set([runId]),
  listedKeys: new Set(),
  removals: new Map(),
  target: 'd',
  uiUrl: 'https://mlflow.test',
}

const selected: SelectedRun = { runId, version: modelVersion({ version: '2' }) }

const facts = runFacts()

function artifactsAt(source: string): RunFacts['artifacts'] {
  return { source: { ok: true, source }, loggedModel: undefined }
}

const unknownArtifacts: RunFacts['artifacts'] = {
  source: { ok: false, problem: prose`no response` },
  loggedModel: undefined,
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

  test.each([
    ['a: ${model.name} ${model.aliases}\n', `${currentText}a: "model production"\n`, null],
    [currentText.replace('"2"', '"${model.version}"'), currentText, null],
    [
      'a: ${run.params.lr}\n',
      undefined,
      /^line 1 of the template `template\.yaml`: `\$\{run\.params\.lr\}` has no value/,
    ],
    [
      'global:\n  a: |\n    text',
      undefined,
      /^the template `template\.yaml` can't be .*: it can't take .*: the file ends within a block of text/,
    ],
  ])('gets a file from the template %j', (text, after, reason) => {
    const file = { path: 'p.yaml', state: { kind: 'absent' }, executable: false } as const
    const given = { selected, file, facts: runFacts({ aliases: ['production'] }) }
    const entry = planRun(given, { ...context, template: () => templateOf(text) })
    expect(entry.edit?.after).toBe(after)
    if (reason !== null) expect(entry).toMatchObject({ outcome: 'failed', edit: undefined })
    expect(plainTexts(entry.reason ?? '')).toMatch(reason ?? /^$/)
    expect(entry.experimentId).toBe('1')
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
    const entry = planFor({ state: fileState('<<<<<<< HEAD\na: 1\n=======\na: 2\n>>>>>>> b\n') })
    expect(plainTexts(entry)).toMatchObject({
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
      { state: { kind: 'blocked', reason: prose`a symbolic link is in the way` } },
      'failed',
      /symbolic link/,
    ],
    [
      'has a file that GitHub did not send',
      { state: { kind: 'unread' }, facts: undefined },
      'failed',
      /could not be read from GitHub/,
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
      'has a file that cannot take the owned values',
      { state: fileState('global:\n  a: |\n    text') },
      'failed',
      /^not changed: line 1: the file ends within a block of text.* `# mlflow-sync: hold`\.$/,
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
        facts: { ...facts, run: { kind: 'failed', reason: prose`corrupt row`, cause: 'rejected' } },
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
        facts: runFacts({ artifacts: unknownArtifacts }),
      },
      'failed',
      /^no response$/,
    ],
  ])('if it %s', (_name, input, outcome, reason) => {
    expect(plainTexts(planFor(input))).toMatchObject({
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

describe('the logged model of a version', () => {
  const modelId = `m-${'a'.repeat(32)}`
  const withModel = currentText.replace('  timestamp', `  modelid: ${modelId}\n  timestamp`)
  const usesModelId = 'path: "/mlflow/{{ .Values.global.modelid }}"\n'

  test.each<[string, string, RunFacts['artifacts'], 'unchanged' | 'updated']>([
    ['is not needed for a file that names the version', withModel, unknownArtifacts, 'unchanged'],
    [
      'is written if the file names another one',
      withModel,
      artifactsAt(`models:/m-${'b'.repeat(32)}`),
      'updated',
    ],
    [
      'is written to a file whose paths use it',
      withModel + usesModelId,
      artifactsAt(`models:/m-${'b'.repeat(32)}`),
      'updated',
    ],
    ['is removed from the file if there is none', withModel, artifactsAt('s3://b/m'), 'updated'],
    [
      'need not exist if the file does not name one',
      currentText + usesModelId,
      artifactsAt('s3://b/m'),
      'unchanged',
    ],
  ])('%s', (_name, text, artifacts, outcome) => {
    const given = runFacts({ artifacts })
    expect(planFor({ state: fileState(text), facts: given })).toMatchObject({ outcome })
  })

  test('has to be known for a file that names another version', () => {
    const state = fileState(withModel.replace('"2"', '"1"'))
    expect(
      plainTexts(planFor({ state, facts: runFacts({ artifacts: unknownArtifacts }) })),
    ).toMatchObject({
      outcome: 'failed',
      reason: 'not changed: no response',
    })
  })

  test('is not removed from a file whose paths use it', () => {
    const given = runFacts({ artifacts: artifactsAt('s3://b/m') })
    expect(
      plainTexts(planFor({ state: fileState(withModel + usesModelId), facts: given })),
    ).toMatchObject({
      outcome: 'failed',
      reason: expect.stringMatching(/has no logged model, but the file refers to/) as unknown,
    })
  })
})

describe('an update whose artifacts are elsewhere', () => {
  const newPath =
    '/mlflow/{{ .Values.global.experimentId }}/{{ .Values.global.runid }}/artifacts/new'
  const moved = runFacts({
    artifacts: artifactsAt(`mlflow-artifacts:/1/${runId}/artifacts/new`),
    previousArtifacts: artifactsAt(`mlflow-artifacts:/1/${runId}/artifacts/old`),
  })
  const olderText = currentText.replace('"2"', '"1"')

  test('is a warning that names the file and the place', () => {
    const { outcome, warning } = planFor({ state: fileState(olderText), facts: moved })
    expect(outcome).toBe('updated')
    expect(plainTexts(warning)).toContain(`\`d/${runId}.yaml\` now names \`model\` version 2`)
    expect(plainTexts(warning)).toContain(`artifacts are at \`${newPath}\` instead of`)
  })

  test('is a warning with the source of a version whose artifacts have no path', () => {
    const previousArtifacts = artifactsAt('s3://weights/old')
    const { warning } = planFor({
      state: fileState(olderText),
      facts: { ...moved, previousArtifacts },
    })
    expect(plainTexts(warning)).toContain(
      `artifacts are at \`${newPath}\` instead of \`s3://weights/old\`.`,
    )
  })

  test.each<[string, string, RunFacts]>([
    ['the file already has the new path', `${olderText}path: "${newPath}"\n`, moved],
    [
      'the artifacts are where they were',
      olderText,
      runFacts({ previousArtifacts: facts.artifacts }),
    ],
    [
      'the path only differs in the logged model, which is in global',
      olderText,
      runFacts({
        artifacts: artifactsAt(`mlflow-artifacts:/1/models/m-${'a'.repeat(32)}/artifacts`),
        previousArtifacts: artifactsAt(`mlflow-artifacts:/1/models/m-${'b'.repeat(32)}/artifacts`),
      }),
    ],
    ['the version is the same', currentText.replace('timestamp: 19700101', 'timestamp: 1'), moved],
    ['the previous version is not known', olderText, { ...moved, previousArtifacts: undefined }],
  ])('is not a warning if %s', (_name, text, given) => {
    expect(planFor({ state: fileState(text), facts: given })).toMatchObject({
      outcome: 'updated',
      warning: undefined,
    })
  })
})

test('a new file names the version that it supersedes', () => {
  const previous = { runId: 'old', modelName: 'model', modelVersion: '1', timestamp: '19700101' }
  const deployed = new Map([['model', [previous]]])
  const file = { path: 'p.yaml', state: { kind: 'absent' }, executable: false } as const
  expect(planRun({ selected, file, facts }, { ...context, deployed })).toMatchObject({
    outcome: 'created',
    previousVersion: '1',
    previous,
  })
})

test('excluded versions get an entry without a file', () => {
  const excluded = [
    { version: modelVersion({ runId: 'other' }), reason: prose`too young` },
    { version: modelVersion({ name: '', version: '', runId: '' }), reason: prose`unreadable` },
  ].map((row) => ({ ...row, exclusion: 'unusable' as const, outcome: 'failed' as const }))
  expect(excludedEntries(excluded, context)).toMatchObject([
    {
      runId: 'other',
      path: null,
      outcome: 'failed',
      modelName: 'model',
      reason: prose`too young`,
      url: 'https://mlflow.test/#/models/model/versions/1',
    },
    { runId: null, path: null, modelName: null, modelVersion: null, url: null },
  ])
})

test.each<[FileState, 'full' | 'basic' | undefined]>([
  [{ kind: 'absent' }, 'full'],
  [fileState('a: ['), 'full'],
  [fileState(currentText), 'basic'],
  [fileState('- a\n'), undefined],
  [{ kind: 'unread' }, undefined],
])('a file needs of its run only what its change depends on (%#)', (state, detail) => {
  expect(detailNeeded(state)).toBe(detail)
})

test('facts that were not read are a programming error', () => {
  expect(() => planFor({ state: { kind: 'absent' }, facts: undefined })).toThrow('were not read')
})
