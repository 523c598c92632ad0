import { afterEach, beforeAll, expect, test } from '@jest/globals'
import type { Step } from '../../testing/step.ts'
import { useWorld } from '../../testing/use-world.ts'

const world = await useWorld({ version: 3 })
const project = world.createProject()
const { repository } = project

beforeAll(() => project.register('model'))

afterEach(() => {
  repository.settings.protectedBranches = {}
  // A check must not leave a trace.
  expect(repository.git('for-each-ref', '--format=%(refname)')).toBe('refs/heads/main')
  expect(repository.commitCount()).toBe(1)
  expect(repository.pullRequests).toEqual([])
})

function check(inputs = {}) {
  return project.sync({ mode: 'check', ...inputs })
}

function failedChecks({ connections }: Step): string[] {
  return connections.filter(({ status }) => status === 'failed').map(({ name }) => name)
}

test('succeeds and confirms every connection when everything works', async () => {
  const step = await check({ 'pull-request': 'true' })
  expect(failedChecks(step)).toEqual([])
  expect(step.exitCode).toBe(0)
  expect(step.outputs).toMatchObject({ operation: 'checked', changed: 'false' })
  expect(step.connections.map(({ status }) => status)).not.toContain('skipped')
  expect(step.connections).not.toEqual([])
  expect(step.summary).toContain('Everything that was checked works')
})

test('finds a read-only token before the first sync does', async () => {
  const token = world.github.addToken({ contents: 'read', pullRequests: 'none' })
  const step = await check({ 'github-token': token, 'pull-request': 'true' })
  expect(failedChecks(step)).toEqual(['GitHub: contents: write', 'GitHub: pull-requests: write'])
  expect(step.exitCode).toBe(1)
  const contents = step.connections.find(({ name }) => name === 'GitHub: contents: write')
  expect(contents?.advice).toContain('permissions: contents: write')
  expect(step.log).toMatch(/::error.*contents: write/)
})

test('reports all problems at once', async () => {
  const step = await check({ 'mlflow-tracking-uri': 'http://127.0.0.1:9', branch: 'nowhere' })
  expect(failedChecks(step)).toEqual(['MLflow: model versions', 'GitHub: repository and branch'])
  expect(step.summary).toMatch(/2 of \d+ checks failed/)
})

test('finds a missing template and a filter that MLflow rejects', async () => {
  const step = await check({ template: 'nowhere.yaml', 'run-filter': 'nonsense ~' })
  expect(failedChecks(step)).toEqual(['MLflow: selection', 'Template'])
})

test('finds a ruleset that requires pull requests', async () => {
  repository.settings.protectedBranches = { main: 'ruleset' }
  expect(failedChecks(await check())).toEqual(['GitHub: branch rules'])
})

test('accepts a ruleset that requires pull requests when the action opens them', async () => {
  repository.settings.protectedBranches = { main: 'ruleset' }
  expect(failedChecks(await check({ 'pull-request': 'true' }))).toEqual([])
})
