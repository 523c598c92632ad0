import { beforeEach, expect, test } from '@jest/globals'
import { plain } from '../../src/core/text/prose.ts'
import { closePullRequest } from '../../testing/github/people.ts'
import { mergePullRequest } from '../../testing/github/pull-requests.ts'
import type { RegisteredVersion } from '../../testing/mlflow/api.ts'
import type { Project } from '../../testing/project.ts'
import { headBranch } from '../../testing/pull-requests.ts'
import { useWorld } from '../../testing/use-world.ts'
import { runInProcess, type JobOutcome } from '../fixtures/in-process-job.ts'

/** What becomes of the index in a pull request that a person closed, or that waits with a failed run. */

const world = await useWorld({ version: 3 })
let project: Project
let rejected: RegisteredVersion

type Inputs = Readonly<Record<string, string>>

function sync(inputs: Inputs = {}): Promise<JobOutcome> {
  const all = { path: 'models', index: 'INDEX.md', 'pull-request': 'true', ...inputs }
  return runInProcess(world, project, { models: project.model('own-*'), ...all })
}

/** Another job commits a file without updating the index. */
async function commitOther(name: string, inputs: Inputs = {}): Promise<RegisteredVersion> {
  const version = await project.register(`other-${name}`)
  const job = { path: 'models', models: project.model('other-*'), ...inputs }
  const { exitCode } = await runInProcess(world, project, job)
  expect(exitCode).toBe(0)
  return version
}

beforeEach(async () => {
  project = world.createProject()
  rejected = await project.register('own-rejected')
})

function reject(number = 1): void {
  closePullRequest(project.repository, number)
}

const merge = (number: number) => mergePullRequest(project.repository, number, 'squash')

/** Ids of the runs in the index of a branch, which are links to files. */
function indexed(branch: string, path = 'models/INDEX.md'): string[] {
  const text = project.repository.read(path, branch)
  return [...text.matchAll(/\]\((\w+)\.yaml\)/g)].map(([, runId = '']) => runId)
}

function filesOn(branch: string, directory = 'models'): string[] {
  return project.repository
    .paths(branch, directory)
    .flatMap((path) => /(\w+)\.yaml$/.exec(path)?.[1] ?? [])
}

function expectTrue(branch: string): void {
  expect(indexed(branch).toSorted()).toEqual(filesOn(branch).toSorted())
}

const states = () => project.repository.pullRequests.map(({ state }) => state)

function expectSkipped({ result }: JobOutcome): void {
  const entry = result.entries.find(({ runId }) => runId === rejected.runId)
  expect(entry).toMatchObject({ outcome: 'skipped', withheld: 'rejected' })
}

test('the page of what others committed is proposed without the rejected file', async () => {
  await sync()
  reject()
  const other = await commitOther('a')
  const step = await sync()
  expect(step.outputs).toMatchObject({
    ...{ operation: 'pull-request-created', 'pull-request-number': '2', 'created-count': '0' },
  })
  expectSkipped(step)
  expect(indexed(headBranch)).toEqual([other.runId])
  expectTrue(headBranch)

  // Neither does the open pull request bring the rejected file back.
  const again = await sync()
  expect(again.outputs).toMatchObject({ operation: 'none', 'pull-request-number': '2' })
  expectSkipped(again)
  await commitOther('b')
  expect((await sync()).outputs).toMatchObject({ operation: 'pull-request-updated' })
  expectTrue(headBranch)
  expect(filesOn(headBranch)).not.toContain(rejected.runId)

  merge(2)
  expectTrue('main')
  expect((await sync()).outputs).toMatchObject({ operation: 'none', 'pull-request-number': '1' })
  expect(states()).toEqual(['closed', 'closed'])
})

test('a page that was rejected, too, is not proposed alone until it changes', async () => {
  await commitOther('a')
  await sync()
  reject()
  const step = await sync()
  expect(step.outputs).toMatchObject({ operation: 'none', 'pull-request-number': '1' })
  expectSkipped(step)
  await commitOther('b')
  expect((await sync()).outputs).toMatchObject({ operation: 'pull-request-created' })
  expectTrue(headBranch)
  expect(filesOn(headBranch)).not.toContain(rejected.runId)
  reject(2)
  expect((await sync()).outputs).toMatchObject({ operation: 'none' })
})

test('a new change proposes every difference, and the page that is true after its merge', async () => {
  await sync()
  reject()
  await commitOther('a')
  await sync()
  const added = await project.register('own-new')
  const step = await sync()
  expect(step.outputs).toMatchObject({ operation: 'pull-request-updated', 'created-count': '2' })
  expect(filesOn(headBranch)).toEqual(expect.arrayContaining([rejected.runId, added.runId]))
  expectTrue(headBranch)
  merge(2)
  expectTrue('main')
})

test('an open pull request with nothing but the page is closed once the page is right', async () => {
  await sync()
  reject()
  await commitOther('a')
  await sync()
  const page = project.repository.read('models/INDEX.md', headBranch)
  project.repository.push('main', { 'models/INDEX.md': page }, 'Update the index by hand')
  const step = await sync()
  expect(step.outputs).toMatchObject({ operation: 'pull-request-closed' })
  expectSkipped(step)
  expect(states()).toEqual(['closed', 'closed'])
  expect((await sync()).outputs).toMatchObject({ operation: 'none', 'pull-request-number': '1' })
})

test('the page of another target is proposed', async () => {
  const config = [
    'version: 1',
    'defaults: { index: INDEX.md }',
    'targets:',
    '  - path: models',
    '  - path: staging',
    `    models: ['${project.model('other-*')}']`,
  ].join('\n')
  project.repository.push('main', { 'targets.yaml': `${config}\n` })
  const inputs = { config: 'targets.yaml', path: '', index: '' }
  await sync(inputs)
  reject()
  const other = await commitOther('a', { path: 'staging' })
  const step = await sync(inputs)
  expect(step.outputs).toMatchObject({ operation: 'pull-request-created', 'created-count': '0' })
  expectSkipped(step)
  expect(indexed(headBranch, 'staging/INDEX.md')).toEqual([other.runId])
  expect(filesOn(headBranch)).toEqual([])
})

test('an open pull request waits with the row of a run that fails for now', async () => {
  project.repository.push('main', { 'small.yaml': 'tier: ${model.tags.tier}\n' })
  const inputs = { template: 'small.yaml' }
  const tag = (version: RegisteredVersion) =>
    world.api.setVersionTag(version.name, version.version, 'tier', 'gold')
  const failing = await project.register('own-failing')
  for (const version of [rejected, failing]) await tag(version)
  await sync(inputs)
  const head = project.repository.git('rev-parse', headBranch)
  expect(indexed(headBranch)).toContain(failing.runId)

  await world.api.deleteVersionTag(failing.name, failing.version, 'tier')
  const step = await sync(inputs)
  expect([step.exitCode, step.outputs.operation]).toEqual([1, 'none'])
  expect(project.repository.git('rev-parse', headBranch)).toBe(head)
  const [warning = []] = step.result.warnings
  expect(plain(warning)).toContain('was left as it is')

  // Something else that changes is proposed with a page that is true.
  await tag(await project.register('own-new'))
  await sync(inputs)
  expect(project.repository.git('rev-parse', headBranch)).not.toBe(head)
  expect(filesOn(headBranch)).not.toContain(failing.runId)
  expectTrue(headBranch)
})
