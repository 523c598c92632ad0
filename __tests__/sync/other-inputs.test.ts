import { beforeEach, describe, expect, test } from '@jest/globals'
import { plain } from '../../src/core/text/prose.ts'
import { closePullRequest } from '../../testing/github/people.ts'
import type { Project } from '../../testing/project.ts'
import { headBranch } from '../../testing/pull-requests.ts'
import { useWorld } from '../../testing/use-world.ts'
import { runInProcess } from '../fixtures/in-process-job.ts'

/** Two jobs with one head branch that differ in other inputs than `models`, `path` and `branch`. */

const world = await useWorld({ version: 3, throughGateway: true })
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

describe('a job with equal inputs', () => {
  const moveAlias = () => world.api.setAlias(project.model('m'), 'champion', '2')
  const atOtherAddress = (): Inputs => {
    const url = new URL(world.gateway.url)
    url.hostname = 'localhost'
    return { ...first, 'mlflow-tracking-uri': url.href }
  }

  test('of another name goes on, unless it does not see the models of the proposal', async () => {
    await sync(first)
    await moveAlias()
    const { outputs } = await sync(first, { job: 'two' })
    expect(outputs).toMatchObject({ operation: 'pull-request-updated' })
    const before = head()
    world.gateway.rule = ({ url }) =>
      url.includes('registered-models/search') || url.includes('model-versions/search')
        ? { status: 200, body: '{}', headers: { 'content-type': 'application/json' } }
        : undefined
    const { exitCode, result } = await sync(first)
    world.gateway.rule = undefined
    expect(exitCode).toBe(1)
    expect(plain(result.error?.message ?? [])).toContain(
      'the proposal of another job, which sees other models in MLflow',
    )
    expect(head()).toBe(before)
  })

  test('and another MLflow server stops, unless somebody edited the job', async () => {
    await sync(first)
    expect(project.repository.store.commit(head()).message).not.toContain('127.0.0.1')
    await moveAlias()
    await expectStop(atOtherAddress(), { job: 'two', sha: '2' })
    await expectStop(atOtherAddress())
    const { outputs } = await sync(atOtherAddress(), { sha: '2' })
    expect(outputs).toMatchObject({ operation: 'pull-request-updated' })
  })
})

describe('a configuration', () => {
  const configure = (targets: string, name = 'c.yaml') =>
    project.repository.push('main', { [name]: `version: 1\ntargets:\n${targets}` })
  const configured: Inputs = { config: 'c.yaml' }

  test('can be edited while its proposal waits', async () => {
    configure('  - path: p\n    aliases: [champion]\n  - path: q\n')
    await sync(configured)
    configure('  - path: p2\n    aliases: [challenger]\n')
    expect((await sync({ ...configured, mode: 'check' })).exitCode).toBe(0)
    const { outputs } = await sync(configured)
    expect(outputs).toMatchObject({ operation: 'pull-request-updated', 'created-count': '1' })
    expect(project.repository.paths(headBranch).filter((path) => /^[pq]/.test(path))).toEqual([
      expect.stringMatching(/^p2\//),
    ])
  })

  test('of another name stops, until its proposal is closed by a person', async () => {
    configure('  - path: p\n')
    configure('  - path: q\n', 'd.yaml')
    await sync(configured)
    const { exitCode, result } = await sync({ config: 'd.yaml' })
    expect(exitCode).toBe(1)
    const advice = plain(result.error?.advice ?? [])
    expect(advice).toContain('two jobs with different `config`, or other targets in it,')
    expect(advice).toContain('merge or close it first.')
    closePullRequest(project.repository, 1)
    const { outputs } = await sync({ config: 'd.yaml' })
    expect(outputs).toMatchObject({ operation: 'pull-request-created', 'created-count': '2' })
  })
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
