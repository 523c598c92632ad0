import { beforeAll, beforeEach, expect, test } from '@jest/globals'
import { expectFailure } from '../../testing/expectations.ts'
import { isCommit } from '../../testing/github/faults.ts'
import { useWorld } from '../../testing/use-world.ts'

const world = await useWorld({ version: 3 })
const project = world.createProject({ name: 'acme/deployments' })

beforeAll(() => project.register('model'))

beforeEach(() => {
  world.github.clearFaults()
  project.repository.settings.protectedBranches = {}
})

test('an unknown repository is reported by name', async () => {
  const step = await project.sync({ repository: 'acme/nowhere' })
  expectFailure(project, step, /There is no repository acme\/nowhere.*Check the input repository/)
})

test('an unknown branch is reported together with the default branch', async () => {
  const step = await project.sync({ branch: 'nowhere' })
  expectFailure(
    project,
    step,
    /There is no branch nowhere in acme\/deployments.*default branch is main/,
  )
})

test('an unknown token is reported', async () => {
  const step = await project.sync({ 'github-token': 'wrong' })
  expectFailure(project, step, /does not accept the token/)
})

test('a missing contents: write permission is reported', async () => {
  const token = world.github.addToken({ contents: 'read', pullRequests: 'none' })
  const step = await project.sync({ 'github-token': token })
  expectFailure(project, step, /may not do this in acme\/deployments.*permissions: contents: write/)
})

test.each(['protection', 'ruleset'] as const)(
  'a commit that a branch %s forbids is not retried, and the error offers two solutions',
  async (kind) => {
    project.repository.settings.protectedBranches = { main: kind }
    const step = await project.sync()
    expectFailure(
      project,
      step,
      /A rule of acme\/deployments forbids this commit.*pull-request: true.*bypass/,
    )
    expect(step.githubRequests.filter(isCommit)).toHaveLength(1)
  },
)

test.each(['README.md', 'README.md/values/deep'])(
  'a path that leads through a file is rejected: %s',
  async (path) => {
    const step = await project.sync({ path })
    expectFailure(project, step, /path README\.md is not a directory on branch main/)
  },
)

test('a rate limit that lasts too long is reported immediately, with the time when it ends', async () => {
  const reset = Math.floor(Date.now() / 1000) + 3600
  world.github.inject({
    kind: 'respond',
    status: 403,
    headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(reset) },
  })
  const step = await project.sync()
  const until = new Date(reset * 1000).toISOString().slice(0, 16)
  expectFailure(project, step, new RegExp(`rate limit holds until ${until}`))
  expect(step.githubRequests).toHaveLength(1)
})

test('an error with fail-on: never is a warning, and the step succeeds', async () => {
  const step = await project.sync({ branch: 'nowhere', 'fail-on': 'never' })
  expect(step.exitCode).toBe(0)
  expect(step.outputs.operation).toBe('failed')
  expect(step.log).toMatch(/^::warning.*There is no branch nowhere/m)
  expect(step.errors).toEqual([])
})
