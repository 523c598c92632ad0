import { beforeEach, expect, test } from '@jest/globals'
import {
  isCommit,
  isPullRequestCreation,
  isRefUpdate,
  type Matcher,
} from '../../testing/github/faults.ts'
import { graphqlErrors, queuedBranch } from '../../testing/github/responses.ts'
import { mergePullRequest } from '../../testing/github/pull-requests.ts'
import type { Project } from '../../testing/project.ts'
import { baseOfHeadBranch, headBranch, onlyPullRequest } from '../../testing/pull-requests.ts'
import { useWorld } from '../../testing/use-world.ts'
import { stepInProcess, type InProcessStep } from '../fixtures/step-in-process.ts'

const pullRequest = { 'pull-request': 'true' }

const world = await useWorld({ version: 3 })
let project: Project

const zeroOid = '0'.repeat(40)

beforeEach(async () => {
  project = world.createProject()
  await project.register('m')
})

test.each([
  ['opening it', isPullRequestCreation],
  ['creating its branch', isRefUpdate],
])(
  'two concurrent jobs open one pull request, and one of them reports it: %s',
  async (_at, match) => {
    const others: InProcessStep[] = []
    const run = async () => others.push(await stepInProcess(world, project, pullRequest))
    world.github.inject({ kind: 'run-before', run }, { match })
    const step = await stepInProcess(world, project, pullRequest)
    expect(step.exitCode).toBe(0)
    expect([step, ...others].map(({ outputs }) => outputs.operation).toSorted()).toEqual([
      'none',
      'pull-request-created',
    ])
    expect(project.repository.pullRequests.filter(({ state }) => state === 'open')).toHaveLength(1)
    expect(baseOfHeadBranch(project)).toBe(project.repository.head())
  },
)

test('a head branch that a person deletes right before the opening is created again', async () => {
  const { store } = project.repository
  const run = (): void => {
    store.updateRef(`refs/heads/${headBranch}`, zeroOid, project.repository.head(headBranch))
  }
  world.github.inject({ kind: 'run-before', run }, { match: isPullRequestCreation })
  const { exitCode, outputs } = await stepInProcess(world, project, pullRequest)
  expect(exitCode).toBe(0)
  expect(outputs).toMatchObject({ operation: 'pull-request-created', 'pull-request-number': '1' })
  expect(baseOfHeadBranch(project)).toBe(project.repository.head())
})

test.each([
  ['opening the pull request', isPullRequestCreation],
  ['moving the branch', isRefUpdate],
])(
  'after a lost response to %s, the pull request is reported as created and not opened twice',
  async (_request, match) => {
    world.github.inject({ kind: 'lose-response' }, { match })
    const step = await stepInProcess(world, project, pullRequest)
    expect(step.exitCode).toBe(0)
    expect(step.outputs).toMatchObject({
      operation: 'pull-request-created',
      'pull-request-number': '1',
    })
    expect(onlyPullRequest(project).state).toBe('open')
    expect(baseOfHeadBranch(project)).toBe(project.repository.head())
  },
)

test.each([422, 403, 404])(
  'a pull request that was opened although the response is HTTP %i is not closed again',
  async (status) => {
    const body = JSON.stringify({ message: 'Oops' })
    world.github.inject({ kind: 'respond-after', status, body }, { match: isPullRequestCreation })
    const step = await stepInProcess(world, project, pullRequest)
    expect(step.exitCode).toBe(0)
    expect(step.outputs).toMatchObject({
      operation: 'pull-request-created',
      'pull-request-number': '1',
    })
    expect(onlyPullRequest(project).state).toBe('open')
  },
)

test('a pull request in a merge queue is left as it is', async () => {
  await stepInProcess(world, project, pullRequest)
  await project.register('n')
  const head = project.repository.head(headBranch)
  const refusal = graphqlErrors([queuedBranch(headBranch)], { updateRefs: null })
  world.github.inject({ kind: 'respond', ...refusal }, { match: isRefUpdate })
  const step = await stepInProcess(world, project, pullRequest)
  expect(step.exitCode).toBe(1)
  expect(step.errors).toEqual([
    expect.stringMatching(/is in a merge queue.*first run after the merge.*from the queue/s),
  ])
  expect(step.log).not.toContain('pull-request-branch')
  expect(project.repository.head(headBranch)).toBe(head)
  mergePullRequest(project.repository, 1)
  const next = await stepInProcess(world, project, pullRequest)
  expect(next.outputs).toMatchObject({ operation: 'pull-request-created', 'created-count': '1' })
})

test('a pull request that was merged while the sync reads is not proposed again', async () => {
  await stepInProcess(world, project, pullRequest)
  const isList: Matcher = ({ method, path }) => method === 'GET' && path.endsWith('/pulls')
  const isHead: Matcher = ({ operation }) => operation === 'HeadBranch'
  for (const match of [isList, isHead]) {
    const merge = () => {
      const [pull] = project.repository.pullRequests
      if (pull?.state === 'open') mergePullRequest(project.repository, 1)
    }
    world.github.inject({ kind: 'run-before', run: merge }, { match })
  }
  const step = await stepInProcess(world, project, pullRequest)
  expect(step.exitCode).toBe(0)
  expect(project.repository.pullRequests).toHaveLength(1)
})

test('what was written is reported although a later attempt fails', async () => {
  const template = 'template.yaml'
  project.repository.push('main', { [template]: 'vllm: {}\n' })
  const breakIt = () => project.repository.push('main', { [template]: null })
  let reads = 0
  world.github.inject({ kind: 'lose-response' }, { match: isCommit })
  world.github.inject(
    { kind: 'run-before', run: breakIt },
    { match: ({ operation }) => operation === 'History' && (reads += 1) === 1 },
  )
  const step = await stepInProcess(world, project, { template })
  expect(step.exitCode).toBe(0)
  expect(step.outputs).toMatchObject({ operation: 'committed', 'created-count': '1' })
})

test("a rejected update of the head branch is reported immediately, with GitHub's message", async () => {
  const message = "cannot lock ref 'refs/heads/mlflow-sync/main': 'refs/heads/mlflow-sync' exists"
  const body = JSON.stringify({ data: null, errors: [{ type: 'UNPROCESSABLE', message }] })
  world.github.inject({ kind: 'respond', status: 200, body }, { match: isRefUpdate, times: 5 })
  const step = await stepInProcess(world, project, pullRequest)
  expect(step.exitCode).toBe(1)
  expect(step.log).toContain("'refs/heads/mlflow-sync' exists")
  expect(step.githubRequests.filter(isRefUpdate)).toHaveLength(1)
})

test('a missing permission is reported, and no branch is left behind', async () => {
  const token = world.github.addToken({ contents: 'write', pullRequests: 'none' })
  const step = await stepInProcess(world, project, { ...pullRequest, 'github-token': token })
  expect(step.exitCode).toBe(1)
  expect(step.log).toMatch(/needs `pull_requests=write`.*pull-requests: write/)
  expect(project.repository.head(headBranch)).toBe('')
})

test('a setting that forbids pull requests is reported, and no branch is left behind', async () => {
  project.repository.settings.actionsMayCreatePullRequests = false
  const step = await stepInProcess(world, project, pullRequest)
  expect(step.exitCode).toBe(1)
  expect(step.log).toMatch(/Allow GitHub Actions to create and approve pull requests/)
  expect(project.repository.head(headBranch)).toBe('')
})

test('a branch that cannot be deleted again does not hide why there is no pull request', async () => {
  project.repository.settings.actionsMayCreatePullRequests = false
  const errors = [
    { type: 'UNPROCESSABLE', message: `is at ${'a'.repeat(40)} but expected nothing` },
  ]
  const body = JSON.stringify({ data: null, errors })
  world.github.inject(
    { kind: 'respond', status: 200, body },
    {
      match: (request) => isRefUpdate(request) && request.body.includes(`"afterOid":"${zeroOid}"`),
    },
  )
  const step = await stepInProcess(world, project, pullRequest)
  expect(step.exitCode).toBe(1)
  expect(step.log).toMatch(/Allow GitHub Actions to create and approve pull requests/)
  expect(step.githubRequests.filter(isPullRequestCreation)).toHaveLength(1)
})

test('a lost response to deleting the branch still counts as closed', async () => {
  await stepInProcess(world, project, pullRequest)
  world.github.inject({ kind: 'lose-response' }, { match: isRefUpdate })
  const step = await stepInProcess(world, project, {
    ...pullRequest,
    filter: "tags.nobody = 'has'",
  })
  expect(step.exitCode).toBe(0)
  expect(step.outputs).toMatchObject({
    operation: 'pull-request-closed',
    'pull-request-number': '1',
  })
  expect(onlyPullRequest(project).state).toBe('closed')
  expect(project.repository.head(headBranch)).toBe('')
})

test('the base branch is rejected as the head branch', async () => {
  const step = await stepInProcess(world, project, {
    ...pullRequest,
    'pull-request-branch': 'main',
  })
  expect(step.exitCode).toBe(1)
  expect(step.log).toMatch(/`pull-request-branch` is the branch `main` itself/)
})
