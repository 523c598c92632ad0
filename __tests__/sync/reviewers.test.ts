import { beforeEach, expect, test } from '@jest/globals'
import { isReviewRequest } from '../../testing/github/matchers.ts'
import type { Project } from '../../testing/project.ts'
import { onlyPullRequest } from '../../testing/pull-requests.ts'
import { useWorld } from '../../testing/use-world.ts'
import { stepInProcess, type InProcessStep } from '../fixtures/step-in-process.ts'

const world = await useWorld({ version: 3, throughGateway: true })
let project: Project

beforeEach(async () => {
  project = world.createProject()
  await project.register('m')
})

function sync(): Promise<InProcessStep> {
  const reviewers = 'ada\ngrace\nacme/models'
  return stepInProcess(world, project, {
    path: 'values',
    'pull-request': 'true',
    'pull-request-reviewers': reviewers,
  })
}

test.each([403, 404, 422])(
  'one that is refused with %d keeps no other from being asked',
  async (status) => {
    world.github.inject({ kind: 'respond', status }, { match: isReviewRequest, times: 2 })
    const step = await sync()
    expect(onlyPullRequest(project)).toMatchObject({
      reviewers: ['grace'],
      teamReviewers: ['models'],
    })
    expect(step.report.warnings).toEqual([
      expect.stringMatching(/^The review of .* could not be requested from `ada`: /),
    ])
  },
)

test('those that are refused for the same reason are named in one warning', async () => {
  world.github.inject({ kind: 'respond', status: 403 }, { match: isReviewRequest, times: Infinity })
  const step = await sync()
  expect(step.report.warnings).toEqual([
    expect.stringMatching(/could not be requested from `ada`, `grace`, `acme\/models`: /),
  ])
})
