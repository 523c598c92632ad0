import { beforeEach, expect, test } from '@jest/globals'
import { isPullRequestCreation, isRefUpdate, type Matcher } from '../../testing/github/faults.ts'
import { editPullRequest } from '../../testing/github/people.ts'
import type { Project } from '../../testing/project.ts'
import { headBranch, onlyPullRequest } from '../../testing/pull-requests.ts'
import { useWorld } from '../../testing/use-world.ts'
import { stepInProcess } from '../fixtures/step-in-process.ts'

const world = await useWorld({ version: 3 })
let project: Project

beforeEach(async () => {
  project = world.createProject()
  await project.register('m')
})

function sync(inputs = {}) {
  return stepInProcess(world, project, {
    'pull-request': 'true',
    'pull-request-labels': 'models\nreview',
    ...inputs,
  })
}

test('what people change in the pull request stays when its proposal is rewritten', async () => {
  await sync()
  const { body } = onlyPullRequest(project)
  const edit = {
    title: 'Our release 7',
    body: `Please review by Friday.\r\n\r\n${body.replaceAll('\n', '\r\n')}\r\n\r\n- [x] evaluated`,
    labels: ['release'],
    assignees: ['ada'],
    draft: true,
  }
  editPullRequest(project.repository, 1, edit)
  const { name } = await project.register('n')
  const step = await sync()
  expect(step.outputs.operation).toBe('pull-request-updated')
  const pull = onlyPullRequest(project)
  expect(pull).toMatchObject({
    title: edit.title,
    labels: edit.labels,
    assignees: edit.assignees,
    draft: true,
  })
  expect(pull.body).toMatch(/^Please review by Friday\.\r\n\r\n<!-- mlflow-sync /)
  expect(pull.body).toMatch(/\r\n\r\n- \[x\] evaluated$/)
  expect(pull.body).toContain(name)
})

test('the title follows the proposal as long as nobody changes it', async () => {
  await sync()
  await project.register('n')
  await sync()
  expect(onlyPullRequest(project).title).toBe('Sync MLflow models: 2 created')
})

test('people who only edit the text cause no update', async () => {
  await sync()
  editPullRequest(project.repository, 1, { title: 'Mine', body: 'Mine' })
  const step = await sync()
  expect(step.outputs.operation).toBe('none')
  expect(onlyPullRequest(project)).toMatchObject({ title: 'Mine', body: 'Mine' })
})

test('the text is completed by the next sync if a job was killed after moving the branch', async () => {
  await sync()
  const before = { ...onlyPullRequest(project) }
  await project.register('n')
  await sync()
  editPullRequest(project.repository, 1, { title: before.title, body: before.body })
  const head = project.repository.head(headBranch)
  const step = await sync()
  expect(step.outputs.operation).toBe('pull-request-updated')
  expect(onlyPullRequest(project).title).toBe('Sync MLflow models: 2 created')
  expect(project.repository.head(headBranch)).toBe(head)
  expect((await sync()).outputs.operation).toBe('none')
})

test.each([
  ['the response to the opening was lost', { kind: 'lose-response' }, isPullRequestCreation],
  ['GitHub reported a 502', { kind: 'respond', status: 502 }, isPullRequestCreation],
  ['the response to the creation of the branch was lost', { kind: 'lose-response' }, isRefUpdate],
] as const)('labels are set although %s', async (_what, fault, match) => {
  world.github.inject(fault, { match })
  const step = await sync()
  expect(step.exitCode).toBe(0)
  expect(step.outputs.operation).toBe('pull-request-created')
  expect(step.log).not.toMatch(/another job opened/)
  expect(onlyPullRequest(project).labels).toEqual(['models', 'review'])
})

test.each([
  ['labels', { labels: 2, heads: 0 }],
  ['the head branch', { labels: 0, heads: 2 }],
])('GitHub may take a moment to know %s', async (_what, lag) => {
  Object.assign(project.repository.settings.lag, lag)
  const step = await sync()
  expect(step.exitCode).toBe(0)
  expect(step.log).not.toMatch(/could not be set/)
  expect(onlyPullRequest(project).labels).toEqual(['models', 'review'])
})

test('a text that GitHub does not let the action change fails the step, which says what was written', async () => {
  await sync()
  await project.register('n')
  const isUpdate: Matcher = ({ method, path }) => method === 'PATCH' && path.includes('/pulls/')
  const body = JSON.stringify({ message: 'Resource not accessible by integration' })
  world.github.inject({ kind: 'respond', status: 403, body }, { match: isUpdate })
  const step = await sync()
  expect(step.exitCode).toBe(1)
  expect(step.outputs).toMatchObject({
    operation: 'pull-request-updated',
    changed: 'true',
    'commit-sha': project.repository.head(headBranch),
  })
  expect(step.log).toMatch(/::error.*pull-requests: write/)
  expect((await sync()).outputs.operation).toBe('pull-request-updated')
  expect(onlyPullRequest(project).title).toBe('Sync MLflow models: 2 created')
})

test.each([
  ['edits', { title: 'Mine', body: 'Mine', state: 'open' }, 'pull-request-updated'],
  ['closes', { title: 'Add m', body: 'Mine', state: 'closed' }, 'pull-request-created'],
] as const)(
  'a person who %s it while its commit is made keeps their text',
  async (_what, edit, operation) => {
    await sync()
    await project.register('n')
    const run = () => editPullRequest(project.repository, 1, { ...edit })
    world.github.inject({ kind: 'run-before', run }, { match: isRefUpdate })
    const step = await sync()
    expect(step.outputs.operation).toBe(operation)
    const [pull] = project.repository.pullRequests
    expect(pull?.title).toBe(edit.title)
    expect(pull?.body).toMatch(edit.state === 'open' ? /^Mine\n\n<!-- mlflow-sync / : /^Mine$/)
  },
)

test('labels are set although the plan changed after the response to the opening was lost', async () => {
  world.github.inject({ kind: 'lose-response' }, { match: isPullRequestCreation })
  const isBranch: Matcher = ({ operation }) => operation === 'Branch'
  let reads = 0
  const run = () => project.repository.push('main', { 'a.txt': 'a' })
  world.github.inject(
    { kind: 'run-before', run },
    { match: (request) => isBranch(request) && (reads += 1) === 2 },
  )
  const step = await sync()
  expect(step.outputs.operation).toBe('pull-request-created')
  expect(onlyPullRequest(project).labels).toEqual(['models', 'review'])
})
