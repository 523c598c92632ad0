import { beforeAll, beforeEach, expect, test } from '@jest/globals'
import { expectFailure } from '../../testing/expectations.ts'
import { isBranchRead, isCommit } from '../../testing/github/faults.ts'
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
  expectFailure(
    project,
    step,
    /There is no repository `acme\/nowhere`.*Check the input `repository`/,
  )
})

test('an unknown branch is reported together with the default branch', async () => {
  const step = await project.sync({ branch: 'nowhere' })
  expectFailure(
    project,
    step,
    /There is no branch `nowhere` in `acme\/deployments`.*default branch is `main`/,
  )
})

test('an unknown token is reported', async () => {
  const step = await project.sync({ 'github-token': 'wrong' })
  expectFailure(project, step, /does not accept the token/)
})

test('a missing contents: write permission is reported', async () => {
  const token = world.github.addToken({ contents: 'read', pullRequests: 'none' })
  const step = await project.sync({ 'github-token': token })
  expectFailure(
    project,
    step,
    /may not commit to `acme\/deployments`.*`contents: write` to the job's `permissions`/,
  )
})

test.each(['protection', 'ruleset'] as const)(
  'a commit that a branch %s forbids is not retried, and the error offers two solutions',
  async (kind) => {
    project.repository.settings.protectedBranches = { main: kind }
    const step = await project.sync()
    expectFailure(
      project,
      step,
      /A rule of `acme\/deployments` forbids this commit.*pull-request: true.*bypass/,
    )
    expect(step.githubRequests.filter(isCommit)).toHaveLength(1)
  },
)

/** Lets GitHub refuse the commit with an error of the GraphQL API. */
function refuseCommit(message: string, type = 'UNPROCESSABLE'): void {
  const errors = [{ type, path: ['createCommitOnBranch'], message }]
  const body = JSON.stringify({ data: { createCommitOnBranch: null }, errors })
  world.github.inject({ kind: 'respond', status: 200, body }, { match: isCommit })
}

test.each([
  ['Changes must be made through the merge queue', /merge queue.*pull-request: true.*bypass/],
  ['3 of 3 required status checks are expected.', /status checks.*pull-request: true.*bypass/],
  ["You're not authorized to push to this branch.", /may push.*pull-request: true.*bypass/],
  ['Commit message must match a given regex pattern: ^feat', /message.*input `commit-message`/],
  ['File path is restricted', /at this path.*input `path`/],
])('a rule is named with the way out that fits it, and is not retried: %s', async (rule, error) => {
  refuseCommit(`Repository rule violations found\n\n${rule}`)
  const step = await project.sync()
  expectFailure(project, step, error)
  expect(step.log).toContain(`${rule}]`)
  expect(step.log).not.toContain('contents: write')
  expect(step.githubRequests.filter(isCommit)).toHaveLength(1)
})

test.each([
  [
    'Resource protected by organization SAML enforcement. You must grant your Personal Access token access to this organization.',
    /single sign-on.*Authorize/,
  ],
  [
    'Although you appear to have the correct authorization credentials, the `acme` organization has an IP allow list enabled, and your IP address is not permitted to access this resource.',
    /IP allow list.*runner/,
  ],
  ['Resource not accessible by personal access token', /Edit the personal access token/],
])(
  'a token that is refused does not get the advice to add a permission: %s',
  async (words, error) => {
    refuseCommit(words, 'FORBIDDEN')
    const step = await project.sync()
    expectFailure(project, step, error)
    expect(step.log).not.toContain('contents: write')
  },
)

test('a page of a proxy that denies access is not mistaken for a missing permission', async () => {
  const headers = { 'content-type': 'text/html' }
  const body = '<!doctype html><html><body>Blocked by policy</body></html>'
  world.github.inject({ kind: 'respond', status: 403, headers, body }, { match: isBranchRead })
  const step = await project.sync()
  expectFailure(project, step, /in front of GitHub refused the request.*proxy or firewall/)
})

test.each(['README.md', 'README.md/values/deep'])(
  'a path that leads through a file is rejected: %s',
  async (path) => {
    const step = await project.sync({ path })
    expectFailure(project, step, /path `README\.md` is not a directory on branch `main`/)
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
  expectFailure(project, step, new RegExp(`limits the rate of requests until ${until}`))
  expect(step.githubRequests).toHaveLength(1)
})

test('an error with fail-on: never is a warning, and the step succeeds', async () => {
  const step = await project.sync({ branch: 'nowhere', 'fail-on': 'never' })
  expect(step.exitCode).toBe(0)
  expect(step.outputs.operation).toBe('failed')
  expect(step.log).toMatch(/^::warning.*There is no branch `nowhere`/m)
  expect(step.errors).toEqual([])
})
