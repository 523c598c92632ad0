import { beforeEach, expect, test } from '@jest/globals'
import { plain } from '../../src/core/text/prose.ts'
import { closePullRequest, editPullRequest, reopenByHand } from '../../testing/github/people.ts'
import { mergePullRequest, updateBranch } from '../../testing/github/pull-requests.ts'
import type { GatewayRule } from '../../testing/mlflow/gateway.ts'
import type { RegisteredVersion } from '../../testing/mlflow/api.ts'
import type { Project } from '../../testing/project.ts'
import { headBranch } from '../../testing/pull-requests.ts'
import { useWorld } from '../../testing/use-world.ts'
import { runInProcess, type JobOutcome } from '../fixtures/in-process-job.ts'

/** A person's "no" counts for each change of a pull request. */

const world = await useWorld({ version: 3, throughGateway: true })
let project: Project

beforeEach(() => {
  world.gateway.rule = undefined
  project = world.createProject()
})

type Inputs = Readonly<Record<string, string>>

function sync(inputs: Inputs = {}): Promise<JobOutcome> {
  return runInProcess(world, project, { path: 'deploy', 'pull-request': 'true', ...inputs })
}

function reject(number = 1): void {
  closePullRequest(project.repository, number)
}

const numbers = () => project.repository.pullRequests.map(({ number }) => number)

function expectRejected({ outputs, result }: JobOutcome, runs: readonly RegisteredVersion[]): void {
  expect(outputs.changed).toBe('false')
  const skipped = result.entries.filter(({ withheld }) => withheld === 'rejected')
  expect(skipped.map(({ runId }) => runId).toSorted()).toEqual(
    runs.map(({ runId }) => runId).toSorted(),
  )
}

/** MLflow rejects the filters of targets. */
const rejectFilters: GatewayRule = ({ url }) =>
  url.includes('filter=name') && !url.includes('mlflow-sync')
    ? { status: 400, body: '{"error_code":"INVALID_PARAMETER_VALUE","message":"no"}' }
    : undefined

test('what is left of a rejected proposal while a target fails stays rejected', async () => {
  const [a, b] = [await project.register('a'), await project.register('b')]
  const config = [
    'version: 1',
    'targets:',
    `  - { path: x, models: ['${project.model('a')}', '${project.model('c')}'] }`,
    `  - { path: y, models: ['${project.model('b')}'], filter: "name LIKE '%'" }`,
  ].join('\n')
  project.repository.push('main', { 'targets.yaml': `${config}\n` })
  const inputs = { config: 'targets.yaml', path: '' }
  await sync(inputs)
  reject()
  world.gateway.rule = rejectFilters
  const step = await sync(inputs)
  expect(step.exitCode).toBe(1)
  expectRejected(step, [a])

  // Two rejections together are about everything.
  const c = await project.register('c')
  expect((await sync(inputs)).outputs).toMatchObject({ 'pull-request-number': '2' })
  reject(2)
  world.gateway.rule = undefined
  const whole = await sync(inputs)
  expectRejected(whole, [a, b, c])
  expect(whole.outputs['pull-request-number']).toBe('2')
  const reasons = whole.result.entries.map(({ reason }) => JSON.stringify(reason))
  expect(reasons.filter((reason) => reason.includes('#1'))).toHaveLength(1)
  expect(numbers()).toEqual([1, 2])
})

test('a rejected page is not proposed because the target of another one fails', async () => {
  await project.register('a')
  const config = [
    'version: 1',
    'defaults: { index: INDEX.md }',
    'targets:',
    '  - { path: x }',
    `  - { path: y, filter: "name LIKE '%'" }`,
  ].join('\n')
  project.repository.push('main', { 'targets.yaml': `${config}\n` })
  const inputs = { config: 'targets.yaml', path: '' }
  await sync({ ...inputs, 'pull-request': 'false' })
  project.repository.push('main', { 'x/INDEX.md': 'Mine.\n', 'y/INDEX.md': 'Mine.\n' })
  await sync(inputs)
  reject()
  world.gateway.rule = rejectFilters
  expect((await sync(inputs)).outputs).toMatchObject({ 'pull-request-number': '1' })
  expect(numbers()).toEqual([1])
})

test('the rest stays rejected when a person commits a part of it, until there is a new change', async () => {
  const [taken, other] = [await project.register('a'), await project.register('b')]
  await sync()
  reject()
  const path = `deploy/${taken.runId}.yaml`
  project.repository.push('main', { [path]: project.repository.read(path, headBranch) })
  expectRejected(await sync(), [other])

  project.repository.push('main', { 'template.yaml': 'corrected: true\n' })
  const step = await sync({ template: 'template.yaml' })
  expect(step.outputs).toMatchObject({ operation: 'pull-request-created', 'created-count': '1' })
})

test('a rejected creation is not proposed alone because the deletions are withheld', async () => {
  const names = ['a', 'b', 'c', 'd']
  const options = { versionTags: { deploy: 'yes' } }
  const versions: RegisteredVersion[] = []
  for (const name of names) versions.push(await project.register(name, options))
  const inputs = { filter: "tags.deploy = 'yes'", prune: 'true', 'max-deletions': '1' }
  await sync({ ...inputs, 'pull-request': 'false' })
  const deselect = async ({ name, version }: RegisteredVersion) => {
    await world.api.deleteVersionTag(name, version, 'deploy')
  }
  const [first, second] = versions
  if (first === undefined || second === undefined) throw new Error('there are four')
  await deselect(first)
  const added = await project.register('e', options)
  await sync(inputs)
  reject()
  await deselect(second)
  const step = await sync(inputs)
  expectRejected(step, [added])
  expect(numbers()).toEqual([1])
})

test('a part stays rejected after "Update branch", whatever the body says', async () => {
  const [a] = [await project.register('a'), await project.register('b')]
  await sync()
  project.repository.push('main', { 'other.txt': 'x' })
  updateBranch(project.repository, 1)
  reject()
  expectRejected(await sync({ models: project.model('a') }), [a])
  editPullRequest(project.repository, 1, { body: 'No.' })
  expectRejected(await sync({ models: project.model('a') }), [a])
})

test('a branch can be reopened although its runs fail for a moment', async () => {
  project.repository.push('main', { 'small.yaml': 'tier: ${model.tags.tier}\n' })
  const version = await project.register('a', { versionTags: { tier: 'gold' } })
  const inputs = { template: 'small.yaml' }
  await sync(inputs)
  reject()
  await world.api.deleteVersionTag(version.name, version.version, 'tier')
  const step = await sync(inputs)
  expect([step.exitCode, step.outputs.operation]).toEqual([1, 'none'])
  expect(step.result.warnings.map(plain).join()).toMatch(
    /was not deleted: pull request #1 .* can only be reopened with it/,
  )
  reopenByHand(project.repository, 1)
  await world.api.setVersionTag(version.name, version.version, 'tier', 'gold')
  expect((await sync(inputs)).outputs).toMatchObject({ 'pull-request-number': '1' })
  expect(numbers()).toEqual([1])
})

test.each([false, true])(
  'a file that a person put on hold on the base is no longer proposed (beside others: %s)',
  async (hasOthers) => {
    const { repository } = project
    const { runId } = await project.register('a')
    await sync()
    const path = `deploy/${runId}.yaml`
    repository.push('main', { [path]: '# mlflow-sync: hold\nglobal: {}\n' })
    if (hasOthers) await project.register('b')
    const { outputs, result } = await sync()
    expect(result.warnings.map(plain)).toEqual([])
    expect(outputs).toMatchObject({
      operation: hasOthers ? 'pull-request-updated' : 'pull-request-closed',
      'held-count': '1',
    })
    if (hasOthers) mergePullRequest(repository, 1)
    expect(repository.read(path)).toMatch(/^# mlflow-sync: hold/)
  },
)

test('what only `recreate` proposes waits, and does not return by itself once it is gone', async () => {
  const removed = await project.register('a')
  const inputs = { index: 'INDEX.md' }
  await sync({ ...inputs, 'pull-request': 'false' })
  const path = `deploy/${removed.runId}.yaml`
  project.repository.push('main', { [path]: null }, 'Remove it')
  await project.register('b')
  await sync({ ...inputs, recreate: removed.runId })
  const head = project.repository.head(headBranch)
  const left = await sync(inputs)
  expect(left.outputs.operation).toBe('none')
  expect(left.result.warnings.map(plain).join()).toContain(
    `was left as it is: it proposes \`${path}\`, which a person deleted. Merge it to have the file back`,
  )
  expect(project.repository.head(headBranch)).toBe(head)

  await project.register('c')
  const rewritten = await sync(inputs)
  expect(rewritten.outputs.operation).toBe('pull-request-updated')
  const [warning = [], ...others] = rewritten.result.warnings
  expect(plain(warning)).toContain(`no longer proposes \`${path}\`, which a person deleted before`)
  expect(others).toEqual([])
  expect(project.repository.paths(headBranch, 'deploy')).not.toContain(path)
})
