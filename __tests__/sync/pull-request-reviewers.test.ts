import { beforeEach, expect, test } from '@jest/globals'
import {
  isLabelling,
  isPullRequestCreation,
  isReviewRequest,
} from '../../testing/github/matchers.ts'
import { editPullRequest } from '../../testing/github/people.ts'
import { secondaryLimit } from '../../testing/github/responses.ts'
import type { Project } from '../../testing/project.ts'
import { onlyPullRequest } from '../../testing/pull-requests.ts'
import { useWorld } from '../../testing/use-world.ts'
import { stepInProcess, type InProcessStep } from '../fixtures/step-in-process.ts'

const world = await useWorld({ version: 3 })
let project: Project

beforeEach(async () => {
  project = world.createProject()
  await project.register('m')
})

function sync(reviewers: string, inputs = {}): Promise<InProcessStep> {
  return stepInProcess(world, project, {
    'pull-request': 'true',
    'pull-request-reviewers': reviewers,
    ...inputs,
  })
}

function reviewRequests({ githubRequests }: InProcessStep): unknown[] {
  return githubRequests.filter(isReviewRequest).map(({ body }): unknown => JSON.parse(body))
}

function warningsOf({ log }: InProcessStep): string[] {
  return log.match(/^::warning .*$/gm) ?? []
}

test('users and teams are asked in one request, when the pull request is opened', async () => {
  const step = await sync('Ada\n@grace\nADA\nAcme/Models', { 'pull-request-labels': 'models' })
  expect(step.exitCode).toBe(0)
  expect(reviewRequests(step)).toEqual([
    { reviewers: expect.anything() as unknown, team_reviewers: ['models'] },
  ])
  expect(onlyPullRequest(project)).toMatchObject({
    reviewers: ['ada', 'grace'],
    teamReviewers: ['models'],
    labels: ['models'],
  })
  expect(warningsOf(step)).toEqual([])
})

test('those that GitHub refuses are named in a warning, and the others are asked', async () => {
  const step = await sync('ada\nnobody\nacme/models\nacme/nothing')
  expect(step.exitCode).toBe(0)
  expect(step.outputs.operation).toBe('pull-request-created')
  expect(reviewRequests(step)).toHaveLength(5)
  expect(onlyPullRequest(project)).toMatchObject({ reviewers: ['ada'], teamReviewers: ['models'] })
  expect(warningsOf(step).join('\n')).toMatch(
    /The review of pull request #1 .*could not be requested from `nobody`, `acme\/nothing`: Only users and teams with access .*\[GitHub: Reviews may only be requested from collaborators\. .*correct `pull-request-reviewers`/,
  )
  expect(warningsOf(step).join('\n')).not.toMatch(/`(ada|acme\/models)`/)
})

test('are not asked one by one while GitHub limits the rate of requests', async () => {
  const body = JSON.stringify({ message: secondaryLimit })
  world.github.inject(
    { kind: 'respond', status: 403, body, headers: { 'retry-after': '7200' } },
    { match: isReviewRequest, times: Infinity },
  )
  const step = await sync('ada\ngrace')
  expect(step.exitCode).toBe(0)
  expect(reviewRequests(step)).toHaveLength(1)
  expect(warningsOf(step).join('\n')).toMatch(/from `ada`, `grace`: GitHub limits the rate/)
  world.github.clearFaults()
})

test('the author of the pull request, or a single one, is refused in one request', async () => {
  const step = await sync('github-actions[bot]')
  expect(reviewRequests(step)).toHaveLength(1)
  expect(step.exitCode).toBe(0)
  expect(step.log).toMatch(
    /can't review their own pull request \[GitHub: Review cannot be requested/,
  )
})

test("a team is not asked again and again if the token can't see teams", async () => {
  project.repository.settings.showsTeams = false
  const step = await sync('ada\nacme/models')
  expect(reviewRequests(step)).toHaveLength(3)
  expect(onlyPullRequest(project)).toMatchObject({ reviewers: ['ada'], teamReviewers: [] })
  expect(step.log).toMatch(
    /`acme\/models`: The token can't see the organization's teams .*GitHub App/,
  )
})

test('a team of another organization is named in a warning, and not asked', async () => {
  const step = await sync('ada\nother/models')
  expect(reviewRequests(step)).toEqual([{ reviewers: ['ada'], team_reviewers: [] }])
  expect(step.log).toMatch(
    /The team `other\/models` can't review pull request #1.*not in the organization of `acme\/project-\d+`/,
  )
})

test('whoever was removed from the reviewers is not asked again', async () => {
  await sync('ada\nnobody')
  editPullRequest(project.repository, 1, { reviewers: [] })
  expect(reviewRequests(await sync('ada\nnobody'))).toEqual([])
  await project.register('n')
  const step = await sync('ada\nnobody')
  expect(step.outputs.operation).toBe('pull-request-updated')
  expect(reviewRequests(step)).toEqual([])
  expect(onlyPullRequest(project).reviewers).toEqual([])
})

test.each([
  ['the response to the opening was lost', { kind: 'lose-response' }, isPullRequestCreation],
  ['GitHub reported a 502', { kind: 'respond', status: 502 }, isPullRequestCreation],
  ['the response to the request was lost', { kind: 'lose-response' }, isReviewRequest],
] as const)('reviewers are asked although %s', async (_what, fault, match) => {
  world.github.inject(fault, { match })
  const step = await sync('ada', { 'pull-request-labels': 'models' })
  expect(step.exitCode).toBe(0)
  expect(onlyPullRequest(project)).toMatchObject({ reviewers: ['ada'], labels: ['models'] })
  expect(warningsOf(step)).toEqual([])
})

test('reviewers are asked by the next sync if a job was killed after it opened the pull request', async () => {
  await stepInProcess(world, project, { 'pull-request': 'true' })
  expect(reviewRequests(await sync('ada'))).toHaveLength(1)
  expect(onlyPullRequest(project).reviewers).toEqual(['ada'])
})

test('a refusal that concerns all of them is one warning with all names', async () => {
  world.github.inject({ kind: 'respond', status: 403 }, { match: isReviewRequest, times: Infinity })
  const step = await sync('ada\ngrace', { 'pull-request-labels': 'models' })
  expect(step.exitCode).toBe(0)
  expect(reviewRequests(step)).toHaveLength(3)
  expect(step.githubRequests.filter(isLabelling)).toHaveLength(1)
  expect(step.log).toMatch(/could not be requested from `ada`, `grace`: /)
})
