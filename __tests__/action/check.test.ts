import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { createWorld, type World } from '../../testing/world.ts'

let world: World

beforeAll(async () => {
  world = await createWorld({ version: 3 })
  await world.api.register('model', await world.api.createExperiment('e'))
})

afterAll(async () => {
  // No check may have left a trace.
  expect(world.repository.git('for-each-ref', '--format=%(refname)').trim()).toBe('refs/heads/main')
  expect(world.repository.git('rev-list', '--count', 'main').trim()).toBe('1')
  expect(world.repository.pullRequests).toEqual([])
  await world.close()
})

type Connection = { name: string; status: string; detail: string; advice: string }

const check = async (inputs: Record<string, string> = {}) => {
  const step = await world.sync({ mode: 'check', ...inputs })
  const connections = JSON.parse(step.outputs.connections ?? '') as Connection[]
  const failed = connections.filter(({ status }) => status === 'failed').map(({ name }) => name)
  return { step, connections, failed }
}

test('when all is well, every connection says so and the step is green', async () => {
  const { step, connections, failed } = await check({ 'pull-request': 'true' })
  expect(failed).toEqual([])
  expect(step.exitCode).toBe(0)
  expect(step.outputs).toMatchObject({ operation: 'checked', changed: 'false' })
  expect(connections.map(({ status }) => status)).not.toContain('skipped')
  expect(step.summary).toContain('Everything that was checked works')
})

test('a read-only token is found before the first real run does', async () => {
  const token = world.github.addToken({ contents: 'read', pullRequests: 'none' })
  const { step, failed, connections } = await check({
    'github-token': token,
    'pull-request': 'true',
  })
  expect(failed).toEqual(['GitHub: contents: write', 'GitHub: pull-requests: write'])
  expect(step.exitCode).toBe(1)
  expect(connections.find(({ name }) => name === 'GitHub: contents: write')?.advice).toContain(
    'permissions: contents: write',
  )
  expect(step.stdout).toMatch(/::error.*contents: write/)
})

test('everything that is wrong is reported at once', async () => {
  const { failed, step } = await check({
    'mlflow-tracking-uri': 'http://127.0.0.1:9',
    branch: 'nowhere',
  })
  expect(failed).toEqual(['MLflow: model versions', 'GitHub: repository and branch'])
  expect(step.summary).toMatch(/2 of \d+ checks failed/)
})

test('a template that is missing, and a filter that MLflow refuses, are found', async () => {
  const { failed } = await check({ template: 'nowhere.yaml', 'run-filter': 'nonsense ~' })
  expect(failed).toEqual(['MLflow: selection', 'Template'])
})

test('a ruleset that wants pull requests is found, unless they are what is wanted', async () => {
  world.repository.settings.protectedBranches = { main: 'ruleset' }
  expect((await check()).failed).toEqual(['GitHub: branch rules'])
  expect((await check({ 'pull-request': 'true' })).failed).toEqual([])
  world.repository.settings.protectedBranches = {}
})
