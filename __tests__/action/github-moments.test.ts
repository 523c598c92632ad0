import { beforeEach, expect, test } from '@jest/globals'
import { expectFailure } from '../../testing/expectations.ts'
import {
  isBranchRead,
  isCommit,
  isPullRequestCreation,
  type Matcher,
} from '../../testing/github/faults.ts'
import type { Project } from '../../testing/project.ts'
import { onlyPullRequest, syncPullRequest } from '../../testing/pull-requests.ts'
import { useWorld } from '../../testing/use-world.ts'

const world = await useWorld({ version: 3 })
let project: Project

beforeEach(async () => {
  project = world.createProject()
  await project.register('model')
})

const isLabelling: Matcher = ({ path }) => path.endsWith('/labels')

test('a pull request and its labels survive that GitHub has not caught up yet', async () => {
  Object.assign(project.repository.settings.lag, { heads: 1, labels: 1 })
  const step = await syncPullRequest(project, { 'pull-request-labels': 'models' })
  expect(step.exitCode).toBe(0)
  expect(step.outputs).toMatchObject({
    operation: 'pull-request-created',
    'pull-request-number': '1',
  })
  expect(onlyPullRequest(project).labels).toEqual(['models'])
  expect(step.warnings).toEqual([])
  expect(step.githubRequests.filter(isPullRequestCreation)).toHaveLength(2)
  expect(step.githubRequests.filter(isLabelling)).toHaveLength(2)
})

test.each([
  'Something went wrong while executing your query. This may be the result of a timeout, or it could be a GitHub bug.',
  "We couldn't respond to your request in time. Sorry about that. Please try resubmitting your request.",
])('a read that GitHub itself calls a temporary failure is repeated: %s', async (message) => {
  const body = JSON.stringify({ errors: [{ message }] })
  world.github.inject({ kind: 'respond', status: 200, body }, { match: isBranchRead })
  const step = await project.sync()
  expect(step.outputs.operation).toBe('committed')
  expect(step.githubRequests.filter(isBranchRead)).toHaveLength(2)
})

test('a commit that GitHub itself calls a temporary failure is looked for, and made once', async () => {
  const errors = [{ message: 'Something went wrong while executing your query.' }]
  const body = JSON.stringify({ data: { createCommitOnBranch: null }, errors })
  world.github.inject({ kind: 'respond', status: 200, body }, { match: isCommit })
  const step = await project.sync()
  expect(step.outputs).toMatchObject({ operation: 'committed', 'created-count': '1' })
  expect(project.repository.commitCount()).toBe(2)
})

test('a secondary limit in the body of a commit is waited for', async () => {
  const message = 'You have exceeded a secondary rate limit. Please wait a few minutes.'
  const body = JSON.stringify({ data: null, errors: [{ message }] })
  const headers = { 'retry-after': '1' }
  world.github.inject({ kind: 'respond', status: 200, headers, body }, { match: isCommit })
  const step = await project.sync()
  expect(step.outputs.operation).toBe('committed')
  expect(step.log).toMatch(/GitHub: rate limit; retry 1 in 1\.\d s/)
  expect(step.githubRequests.filter(isCommit)).toHaveLength(2)
})

test('a login that GitHub redirects to is named, and gets no request', async () => {
  const headers = { location: 'https://login.example.com/start?relay=secret' }
  world.github.inject({ kind: 'respond', status: 302, headers, body: '' }, { match: isBranchRead })
  const step = await project.sync()
  expectFailure(
    project,
    step,
    /redirects to `https:\/\/login\.example\.com` \(HTTP 302\)\. Nothing was sent there.*proxy or a login/,
  )
  expect(step.log).not.toContain('relay=secret')
  expect(step.githubRequests).toHaveLength(1)
})

test('a page of HTML instead of the branch is requested three times', async () => {
  const body = '<!doctype html><html><body>Maintenance</body></html>'
  const headers = { 'content-type': 'text/html' }
  world.github.inject(
    { kind: 'respond', status: 200, headers, body },
    { match: isBranchRead, times: 9 },
  )
  const step = await project.sync()
  expectFailure(project, step, /GitHub's response can't be used/)
  expect(step.githubRequests).toHaveLength(3)
})
