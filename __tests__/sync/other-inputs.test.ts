import { beforeEach, describe, expect, test } from '@jest/globals'
import { plain } from '../../src/core/text/prose.ts'
import type { Project } from '../../testing/project.ts'
import { headBranch } from '../../testing/pull-requests.ts'
import { useWorld } from '../../testing/use-world.ts'
import { runInProcess } from '../fixtures/in-process-job.ts'

/** Two jobs with one head branch that differ in other inputs than `models`, `path` and `branch`. */

const world = await useWorld({ version: 3 })
let project: Project

type Inputs = Readonly<Record<string, string>>

beforeEach(async () => {
  project = world.createProject()
  await project.register('m')
  await world.api.createVersion(await project.register('m'))
  await world.api.setAlias(project.model('m'), 'champion', '1')
  await world.api.setAlias(project.model('m'), 'challenger', '2')
  project.repository.push('main', { 'other.yaml': 'vllm: {}\n' })
})

/** As on a runner; the workflow file is of the same commit unless another one is given. */
function sync(inputs: Inputs, { job = 'one', sha = '1' } = {}) {
  const variables = {
    GITHUB_WORKFLOW_REF: 'acme/deployments/.github/workflows/sync.yml@refs/heads/main',
    GITHUB_WORKFLOW_SHA: sha.repeat(40),
    GITHUB_JOB: job,
  }
  return runInProcess(world, project, { 'pull-request': 'true', ...inputs }, { variables })
}

const head = (): string => project.repository.head(headBranch)

async function expectStop(inputs: Inputs, where = {}): Promise<void> {
  const before = head()
  const { exitCode, result } = await sync(inputs, where)
  expect(exitCode).toBe(1)
  expect(plain(result.error?.message ?? [])).toMatch(/has the proposal of a job with other inputs/)
  expect(plain(result.error?.advice ?? [])).toMatch(/`aliases`.*`minimum-age`.*`template`/)
  expect(head()).toBe(before)
  expect(project.repository.pullRequests.map(({ state }) => state)).toEqual(['open'])
}

const first: Inputs = { aliases: 'champion' }

describe('the second job stops', () => {
  test.each<[string, Inputs]>([
    ['other aliases', { aliases: 'challenger' }],
    ['another template', { ...first, template: 'other.yaml' }],
    ['a filter that leaves nothing to propose', { ...first, filter: "tags.nobody = 'has'" }],
  ])('with %s', async (_what, second) => {
    await sync(first)
    await expectStop(second, { job: 'two', sha: '2' })
    // Jobs of a matrix have the same name.
    await expectStop(second)
  })
})

describe('a job without the index of another one', () => {
  const indexed = { ...first, index: 'README.md' }
  const unknownJob = (inputs: Inputs) =>
    runInProcess(world, project, { 'pull-request': 'true', ...inputs })

  test('stops, whether or not the jobs are known', async () => {
    await sync(indexed)
    const before = head()
    for (const step of [
      await sync(first, { job: 'two', sha: '2' }),
      await sync({ ...first, index: 'MODELS.md' }, { job: 'two' }),
      await unknownJob(first),
      await sync({ ...first, mode: 'check' }, { job: 'two' }),
    ]) {
      expect(step.exitCode).toBe(1)
      const { error, connections = [] } = step.result
      const problems = [
        error,
        ...connections.map(({ detail, advice }) => ({ message: detail, advice })),
      ]
      const said = problems.map((problem) => plain(problem?.message ?? [])).join('\n')
      expect(said).toContain('proposes the index `README.md`, which another job must have written')
      const advice = problems.map((problem) => plain(problem?.advice ?? [])).join('\n')
      expect(advice).toContain('different `models`, `path`, `index` or `branch`')
      expect(head()).toBe(before)
    }
  })

  test('is overtaken by the job with the index, and then stops itself', async () => {
    await sync(first, { job: 'two' })
    expect((await sync(indexed)).outputs).toMatchObject({ operation: 'pull-request-updated' })
    expect((await sync(first, { job: 'two' })).exitCode).toBe(1)
    expect((await sync(indexed)).outputs).toMatchObject({ operation: 'none' })
  })

  test('goes on if it is the same job, whose inputs somebody edited', async () => {
    await sync(indexed)
    const { outputs } = await sync(first, { sha: '2' })
    expect(outputs).toMatchObject({ operation: 'pull-request-updated' })
    expect(project.repository.read('README.md', headBranch)).not.toContain('mlflow-sync:index')
  })
})

test('the same job goes on once somebody edited its inputs', async () => {
  await sync(first)
  const { outputs } = await sync({ aliases: 'challenger' }, { sha: '2' })
  expect(outputs).toMatchObject({ operation: 'pull-request-updated', 'created-count': '1' })
})

test('the same job with the same inputs goes on', async () => {
  await sync(first)
  await world.api.setAlias(project.model('m'), 'champion', '2')
  const { outputs } = await sync(first)
  expect(outputs).toMatchObject({ operation: 'pull-request-updated' })
})

test('another job that keeps everything goes on', async () => {
  await sync(first)
  const { outputs } = await sync({}, { job: 'two' })
  expect(outputs).toMatchObject({ operation: 'pull-request-updated', 'created-count': '2' })
  // Now the proposal is that job's.
  await expectStop(first)
})

test('nothing is known outside of GitHub Actions', async () => {
  const inputs = { 'pull-request': 'true', ...first }
  await runInProcess(world, project, inputs)
  const { exitCode } = await runInProcess(world, project, { ...inputs, aliases: 'challenger' })
  expect(exitCode).toBe(0)
})
