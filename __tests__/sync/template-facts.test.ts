import { beforeEach, describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { mlflowRequests } from '../../testing/count-requests.ts'
import type { Project } from '../../testing/project.ts'
import { useWorld } from '../../testing/use-world.ts'
import { stepInProcess } from '../fixtures/step-in-process.ts'

/** What templates can use that takes requests of its own, from both of MLflow's major versions. */

const template = [
  'path: ${model.path}',
  'uri: ${model.uri}',
  'status: ${run.status}',
  'user: ${run.user:-nobody}',
  'about: ${registered_model.description}',
  'team: ${run.params.team:-${registered_model.tags.team:-none}}',
  'args: ${json:run.params.args:-[]}',
  'selector: ${json:registered_model.tags.selector:-null}',
  '',
].join('\n')

for (const version of [2, 3] as const) {
  const world = await useWorld({ version, throughGateway: true })
  let project: Project

  beforeEach(() => {
    project = world.createProject({ files: { 'template.yaml': template } })
  })

  describe(`MLflow ${version}`, () => {
    test('has all facts, which cost one listing and one request per new file', async () => {
      const { name, runId, modelId } = await project.register('m', {
        tags: { 'mlflow.user': 'ada' },
        params: { args: '["--x", {"y": 1}]' },
      })
      const other = await project.register('n')
      await world.api.describeModel(name, 'Answers: questions', {
        team: 'llm',
        selector: '{"gpu": "a100"}',
      })
      const step = await stepInProcess(world, project, { template: 'template.yaml' })
      expect(step.exitCode).toBe(0)
      const { id } = world.experiment
      const rest =
        modelId === undefined
          ? `${id}/${runId}/artifacts/model`
          : `${id}/models/${modelId}/artifacts`
      expect(parse(project.repository.read(`${runId}.yaml`))).toMatchObject({
        path: `/mlflow/${rest}`,
        uri: `mlflow-artifacts:/${rest}`,
        status: 'FINISHED',
        user: 'ada',
        about: 'Answers: questions',
        team: 'llm',
        args: ['--x', { y: 1 }],
        selector: { gpu: 'a100' },
      })
      expect(parse(project.repository.read(`${other.runId}.yaml`))).toMatchObject({
        user: 'nobody',
        about: null,
        team: 'none',
        args: [],
        selector: null,
      })
      expect(mlflowRequests(step)).toMatchObject({
        'model-versions/search': 1,
        'registered-models/search': 1,
        'model-versions/get-download-uri': 2,
      })
    })

    test('is asked for nothing of it if no file is rendered, or no template uses it', async () => {
      await project.register('m')
      await stepInProcess(world, project, { template: 'template.yaml' })
      const extra = ['registered-models/search', 'model-versions/get-download-uri']
      const unchanged = await stepInProcess(world, project, { template: 'template.yaml' })
      expect(unchanged.outputs.operation).toBe('none')
      await project.register('n')
      const builtIn = await stepInProcess(world, project)
      expect(builtIn.outputs['created-count']).toBe('1')
      for (const step of [unchanged, builtIn]) {
        expect(Object.keys(mlflowRequests(step))).not.toEqual(
          expect.arrayContaining([expect.stringMatching(extra.join('|'))]),
        )
      }
    })

    test('shares the listing of the registered models with the selection by aliases', async () => {
      const { name } = await project.register('m')
      await world.api.setAlias(name, 'champion', '1')
      const step = await stepInProcess(world, project, {
        template: 'template.yaml',
        aliases: 'champion',
      })
      expect(step.outputs['created-count']).toBe('1')
      expect(mlflowRequests(step)).toMatchObject({ 'registered-models/search': 1 })
    })

    test('has a URI with credentials, which fails that run and appears nowhere', async () => {
      const { runId } = await project.register('m')
      const source = 's3://AKIA:hunter2@bucket/1/model'
      await project.registerExternal('secret', { source })
      project.repository.push('main', { 'template.yaml': 'uri: ${model.uri:-none}\n' })
      const step = await stepInProcess(world, project, { template: 'template.yaml' })
      expect(step.exitCode).toBe(1)
      expect(step.outputs).toMatchObject({ 'created-count': '1', 'failed-count': '1' })
      expect(project.repository.paths('main')).toContain(`${runId}.yaml`)
      expect(step.log).toMatch(
        /line 1 of the template `template\.yaml`: `\$\{model\.uri\}`: its storage URI contains credentials before the `@`/,
      )
      const everything = step.log + step.summary + JSON.stringify(step.outputs)
      expect(everything + JSON.stringify(step.report)).not.toContain('hunter2')
    })

    test('does not answer about a URI, which fails only that run', async () => {
      const { runId } = await project.register('m')
      const broken = await project.register('n')
      world.gateway.rule = ({ url }) =>
        url.includes('get-download-uri') && url.includes(broken.name)
          ? { status: 400, body: '{"error_code":"INVALID_PARAMETER_VALUE","message":"no"}' }
          : undefined
      const step = await stepInProcess(world, project, { template: 'template.yaml' })
      world.gateway.rule = undefined
      expect(step.outputs).toMatchObject({ 'created-count': '1', 'failed-count': '1' })
      expect(project.repository.paths('main')).toContain(`${runId}.yaml`)
      expect(step.log).toMatch(/`\$\{model\.uri\}`: MLflow did not say where its artifacts are/)
    })

    test('has JSON that is not valid, which fails that run at its line', async () => {
      await project.register('m', { params: { args: '{' } })
      const step = await stepInProcess(world, project, { template: 'template.yaml' })
      expect(step.changes[0]?.reason).toMatch(
        /^line 7 of the template `template\.yaml`: `\$\{json:run\.params\.args\}`: its value is not JSON/,
      )
    })

    test('hides a registered model, which is not a reason for a fallback', async () => {
      await project.register('m')
      world.gateway.rule = ({ url }) =>
        url.includes('registered-models/search') ? { status: 200, body: '{}' } : undefined
      const step = await stepInProcess(world, project, { template: 'template.yaml' })
      world.gateway.rule = undefined
      expect(step.outputs).toMatchObject({ 'failed-count': '1' })
      expect(step.changes[0]?.reason).toMatch(/MLflow does not list the registered model/)
    })
  })
}
