import { beforeEach, describe, expect, test } from '@jest/globals'
import { isRefUpdate, type Matcher } from '../../testing/github/faults.ts'
import { closePullRequest, editPullRequest } from '../../testing/github/people.ts'
import { mergePullRequest } from '../../testing/github/pull-requests.ts'
import type { Project } from '../../testing/project.ts'
import { headBranch, onlyPullRequest } from '../../testing/pull-requests.ts'
import { useWorld } from '../../testing/use-world.ts'
import { stepInProcess, type InProcessStep } from '../fixtures/step-in-process.ts'

const isPullRequestUpdate: Matcher = ({ method, path }) =>
  method === 'PATCH' && path.includes('/pulls/')

const world = await useWorld({ version: 3 })
let project: Project

beforeEach(async () => {
  project = world.createProject()
  await project.register('m')
  await sync()
})

function sync(inputs = {}) {
  return stepInProcess(world, project, { 'pull-request': 'true', ...inputs })
}

function withdraw() {
  return sync({ filter: "tags.nobody = 'has'" })
}

test.each([
  ['drop', isRefUpdate],
  ['lose-response', isRefUpdate],
  ['truncate', isRefUpdate],
  ['drop', isPullRequestUpdate],
  ['lose-response', isPullRequestUpdate],
] as const)('closing survives the fault %s', async (kind, match) => {
  world.github.inject({ kind }, { match })
  const step = await withdraw()
  expect(step.exitCode).toBe(0)
  expect(step.outputs).toMatchObject({
    operation: 'pull-request-closed',
    'pull-request-number': '1',
  })
  expect(onlyPullRequest(project).state).toBe('closed')
  expect(project.repository.head(headBranch)).toBe('')
  // It does not count as a rejection.
  expect((await sync()).outputs.operation).toBe('pull-request-created')
})

test('closing stops if a person pushes at that moment, and the pull request stays open', async () => {
  const { body } = onlyPullRequest(project)
  const push = () => project.repository.push(headBranch, { 'fix.txt': 'x' })
  world.github.inject({ kind: 'run-before', run: push }, { match: isRefUpdate })
  const step = await withdraw()
  expect(step.exitCode).toBe(1)
  expect(step.log).toMatch(/a commit that the action did not make/)
  expect(onlyPullRequest(project)).toMatchObject({ state: 'open', body })
  expect(project.repository.read('fix.txt', headBranch)).toBe('x')
})

describe('what a person writes into the text while the pull request is being closed', () => {
  const paragraph = 'Reviewed with QA, see ticket 42.'

  function comment(): void {
    const { body } = onlyPullRequest(project)
    editPullRequest(project.repository, 1, { body: `${paragraph}\n\n${body}` })
  }

  test('stays in the closed one', async () => {
    world.github.inject({ kind: 'run-before', run: comment }, { match: isRefUpdate })
    expect((await withdraw()).outputs.operation).toBe('pull-request-closed')
    expect(onlyPullRequest(project).body).toMatch(new RegExp(`^${paragraph}\\n`))
  })

  test('stays if it is not closed, because the person pushed as well', async () => {
    const { body } = onlyPullRequest(project)
    const push = (): void => {
      comment()
      project.repository.push(headBranch, { 'fix.txt': 'x' })
    }
    world.github.inject({ kind: 'run-before', run: push }, { match: isRefUpdate })
    await withdraw()
    expect(onlyPullRequest(project)).toMatchObject({
      state: 'open',
      body: `${paragraph}\n\n${body}`,
    })
  })
})

test('a pull request that could not be closed stops saying so, and closing it is a rejection', async () => {
  const { repository } = project
  const push = () => repository.push(headBranch, { 'fix.txt': 'x' })
  world.github.inject({ kind: 'run-before', run: push }, { match: isRefUpdate })
  const refusal = { kind: 'respond', status: 403, body: '{"message":"No"}' } as const
  world.github.inject(refusal, { match: isPullRequestUpdate, skip: 1, times: Infinity })
  expect((await withdraw()).exitCode).toBe(1)
  expect(onlyPullRequest(project).body).toContain('is being closed')
  world.github.clearFaults()
  expect((await withdraw()).exitCode).toBe(1)
  expect(onlyPullRequest(project).body).toContain('but stays open')
  closePullRequest(repository, 1)
  repository.git('update-ref', '-d', `refs/heads/${headBranch}`)
  expect((await sync()).outputs.operation).toBe('none')
})

test.each([
  ['its text is changed', isPullRequestUpdate],
  ['its branch is deleted', isRefUpdate],
] as const)(
  'a pull request that is merged before %s is not reported as closed',
  async (_when, match) => {
    const merge = () => mergePullRequest(project.repository, 1)
    world.github.inject({ kind: 'run-before', run: merge }, { match })
    const step = await withdraw()
    expect(step.exitCode).toBe(0)
    expect(step.outputs.operation).toBe('none')
  },
)

test('a pull request that was about to be closed shows its proposal again when there is one', async () => {
  world.github.inject({ kind: 'respond', status: 400 }, { match: isRefUpdate })
  const message = { kind: 'respond', status: 400 } as const
  world.github.inject(message, {
    match: (request) => isPullRequestUpdate(request) && request.body.includes('closed"'),
  })
  await withdraw()
  expect(onlyPullRequest(project)).toMatchObject({ state: 'open' })
  expect(onlyPullRequest(project).body).toMatch(/Nothing is left to propose/)
  world.github.clearFaults()
  const step = await sync()
  expect(step.outputs.operation).toBe('pull-request-updated')
  expect(onlyPullRequest(project).body).not.toMatch(/Nothing is left to propose/)
})

test('a branch that GitHub does not let the action delete is a warning', async () => {
  const errors = [
    {
      type: 'UNPROCESSABLE',
      message: 'Repository rule violations found\n\nCannot delete this branch',
    },
  ]
  const body = JSON.stringify({ data: { updateRefs: null }, errors })
  world.github.inject({ kind: 'respond', status: 200, body }, { match: isRefUpdate })
  const step = await withdraw()
  expect(step.exitCode).toBe(0)
  expect(step.outputs.operation).toBe('pull-request-closed')
  expect(step.log).toMatch(/::warning.*The branch `mlflow-sync\/main` could not be deleted/)
  expect(onlyPullRequest(project).state).toBe('closed')
})

test.each([
  ['before the branch moves', isRefUpdate, 'merge'],
  ['before the branch moves', isRefUpdate, 'squash'],
  ['before the text is updated', isPullRequestUpdate, 'merge'],
  ['before the text is updated', isPullRequestUpdate, 'squash'],
] as const)('a pull request that is merged %s is left alone (%s)', async (_when, match, method) => {
  await project.register('n')
  const merge = () => mergePullRequest(project.repository, 1, method)
  world.github.inject({ kind: 'run-before', run: merge }, { match })
  const step = await sync()
  expect(step.exitCode).toBe(0)
  const open = project.repository.pullRequests.filter(({ state }) => state === 'open')
  expect(project.repository.pullRequests[0]?.mergedAt).not.toBeNull()
  // What was merged is in the base; what was not is proposed.
  const proposed = new Set([
    ...project.repository.paths('main'),
    ...(open.length > 0 ? project.repository.paths(headBranch) : []),
  ])
  expect([...proposed].filter((path) => path.endsWith('.yaml'))).toHaveLength(2)
})

test('two jobs that withdraw at the same time do not leave a rejection behind', async () => {
  const others: InProcessStep[] = []
  const run = async () => others.push(await withdraw())
  world.github.inject({ kind: 'run-before', run }, { match: isRefUpdate })
  const step = await withdraw()
  expect([step, ...others].map(({ exitCode }) => exitCode)).toEqual([0, 0])
  const operations = [step, ...others].map(({ outputs }) => outputs.operation)
  expect(operations.toSorted()).toEqual(['none', 'pull-request-closed'])
  expect((await sync()).outputs.operation).toBe('pull-request-created')
})
