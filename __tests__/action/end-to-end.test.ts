import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import type { RegisteredVersion } from '../../testing/mlflow/api.ts'
import type { Project } from '../../testing/project.ts'
import { createWorld, type World } from '../../testing/world.ts'

describe.each([3, 2] as const)('a sync with MLflow %i', (version) => {
  let world: World
  let project: Project
  let summarizer: RegisteredVersion
  let translator: RegisteredVersion

  beforeAll(async () => {
    world = await createWorld({ version })
    project = world.createProject()
    summarizer = await project.register('summarizer', {
      params: { base: 'llama' },
      metrics: { accuracy: 0.9 },
    })
    translator = await project.register('translator')
  })

  afterAll(() => world.close())

  const pathOf = ({ runId }: RegisteredVersion): string => `values/${runId}.yaml`

  test('shows every file and writes nothing in mode plan', async () => {
    const head = project.repository.head()
    const step = await project.sync({ path: 'values', mode: 'plan' })
    expect(step.exitCode).toBe(0)
    expect(step.outputs).toMatchObject({
      operation: 'planned',
      changed: 'true',
      'created-count': '2',
    })
    expect(step.summary.match(/^ {2}runid: /gm)).toHaveLength(2)
    const paths = step.report.diffs?.map(({ path }) => path)
    expect(paths?.toSorted()).toEqual(step.changes.map(({ path }) => path).toSorted())
    expect(project.repository.head()).toBe(head)
  })

  test('creates one file per run, all in one commit on the head that it read', async () => {
    const head = project.repository.head()
    const step = await project.sync({ path: 'values' })
    expect(step.exitCode).toBe(0)
    expect(step.outputs).toMatchObject({
      operation: 'committed',
      changed: 'true',
      'created-count': '2',
      'failed-count': '0',
      'commit-sha': project.repository.head(),
    })
    expect(project.repository.git('rev-parse', 'main^')).toBe(head)
    expect(project.repository.paths('main', 'values').toSorted()).toEqual(
      [pathOf(summarizer), pathOf(translator)].toSorted(),
    )
    const message = project.repository.lastMessage()
    expect(message).toMatch(/^Sync MLflow models: 2 created\n/)
    expect(message).toContain(`MLflow-Run-Id: ${translator.runId}`)
    expect(message).toContain(`MLflow-Model-Version: ${translator.name}/1`)
  })

  test('writes the ids of the version and the path of its artifacts', () => {
    const today = Number(new Date().toISOString().slice(0, 10).replaceAll('-', ''))
    const { runId, modelId, name } = summarizer
    const file: unknown = parse(project.repository.read(pathOf(summarizer)))
    expect(file).toMatchObject({
      vllm: {
        vllm: {
          model:
            version === 3
              ? '/mlflow/{{ .Values.global.experimentId }}/models/{{ .Values.global.modelid }}/artifacts'
              : '/mlflow/{{ .Values.global.experimentId }}/{{ .Values.global.runid }}/artifacts/model',
        },
        fullnameOverride: `vllm-${name}-${runId.slice(0, 8)}`,
      },
    })
    expect(file).toHaveProperty('global', {
      experimentId: world.experiment.id,
      runid: runId,
      ...(modelId === undefined ? {} : { modelid: modelId }),
      timestamp: today,
      modelName: name,
      modelVersion: '1',
    })
  })

  test('sends at most two requests to MLflow and three to GitHub when nothing changed', async () => {
    const head = project.repository.head()
    const step = await project.sync({ path: 'values' })
    expect(step.outputs).toMatchObject({
      operation: 'none',
      changed: 'false',
      'unchanged-count': '2',
    })
    expect(project.repository.head()).toBe(head)
    expect(step.report.requests).toEqual({ mlflow: 2, github: step.githubRequests.length })
    expect(step.githubRequests.length).toBeLessThanOrEqual(3)
  })

  test('changes one value for a newer version of the run and keeps manual edits', async () => {
    const path = pathOf(summarizer)
    const edited = project.repository
      .read(path)
      .replace('maxModelLen: 4096', 'maxModelLen:   8192 # longer')
    expect(edited).toContain('8192')
    project.repository.push('main', { [path]: edited, 'values/notes.txt': 'ours' })
    await world.api.createVersion(summarizer)
    const step = await project.sync({ path: 'values' })
    expect(step.outputs).toMatchObject({ 'updated-count': '1', 'unchanged-count': '1' })
    expect(project.repository.read(path)).toBe(
      edited.replace('modelVersion: "1"', 'modelVersion: "2"'),
    )
    expect(step.changes).toEqual([
      expect.objectContaining({
        path,
        outcome: 'updated',
        modelVersion: '2',
        previousVersion: '1',
      }),
    ])
    expect(project.repository.git('log', '-1', '--format=%s', 'main')).toBe(
      `Update ${summarizer.name} to version 2 (${summarizer.runId.slice(0, 8)})`,
    )
  })

  test('keeps the file of a deleted run and creates none for it', async () => {
    const deleted = await project.register('deleted')
    await world.api.deleteRun(deleted.runId)
    await world.api.deleteRun(translator.runId)
    const head = project.repository.head()
    const step = await project.sync({ path: 'values' })
    expect(step.outputs).toMatchObject({ operation: 'none', 'skipped-count': '2' })
    expect(step.exitCode).toBe(0)
    expect(project.repository.head()).toBe(head)
  })

  test('keeps a file until its version is gone, and prune then deletes it', async () => {
    const inputs = { path: 'pruned', prune: 'true', models: project.model('pruned-*') }
    const kept = await project.register('pruned-kept')
    const gone = await project.register('pruned-gone')
    await project.sync(inputs)
    expect((await project.sync(inputs)).outputs.operation).toBe('none')
    await world.api.deleteVersion(gone.name, gone.version)
    const step = await project.sync(inputs)
    expect(step.outputs).toMatchObject({ operation: 'committed', 'deleted-count': '1' })
    expect(project.repository.paths('main', 'pruned')).toEqual([`pruned/${kept.runId}.yaml`])
  })

  test("a copy keeps its own run's artifacts after its origin's name was registered anew", async () => {
    const origin = await project.register('staging')
    const source = `models:/${origin.name}/1`
    const copy = await project.registerExternal('prod', { runId: origin.runId, source })
    await world.api.deleteModel(origin.name)
    const impostor = await project.register('staging')
    await project.sync({ path: 'copies', models: copy.name })
    const file = project.repository.read(`copies/${origin.runId}.yaml`)
    expect(file).toContain(`modelName: ${copy.name}`)
    expect(file).toMatch(/model: "\/mlflow\/\{\{ .Values.global.experimentId \}\}\/.*artifacts/)
    for (const id of [impostor.runId, impostor.modelId ?? impostor.runId]) {
      expect(file).not.toContain(id)
    }
  })
})
