import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { startGateway, type Gateway } from '../../testing/mlflow/gateway.ts'
import type { StepResult } from '../../testing/action.ts'
import { createWorld, type World } from '../../testing/world.ts'

let world: World
let gateway: Gateway

beforeAll(async () => {
  world = await createWorld({ version: 3 })
  gateway = await startGateway(world.mlflow.url)
  const experiment = await world.api.createExperiment('e')
  await world.api.register('model', experiment)
})

afterAll(async () => {
  await gateway.close()
  await world.close()
})

beforeEach(() => {
  gateway.rule = undefined
  world.github.clearFaults()
})

/** A failed step: red, all outputs set, one error annotation, nothing written. */
const expectFailure = (step: StepResult, message: RegExp): void => {
  expect(step.stdout).toMatch(message)
  expect(step.exitCode).toBe(1)
  expect(step.outputs).toMatchObject({
    operation: 'failed',
    changed: 'false',
    'created-count': '0',
    changes: '[]',
    'commit-sha': '',
  })
  expect(step.stdout.match(/^::error/gm)).toHaveLength(1)
  expect(step.summary).toMatch(/failed/i)
  expect(world.repository.git('rev-list', '--count', 'main').trim()).toBe('1')
}

const through = (inputs: Record<string, string> = {}): Promise<StepResult> =>
  world.sync({ 'mlflow-tracking-uri': gateway.url, ...inputs })

describe('MLflow', () => {
  test('a server that is down is named, with the advice to look at host and port', async () => {
    const step = await world.sync({ 'mlflow-tracking-uri': 'http://127.0.0.1:1' })
    expectFailure(
      step,
      /Can't reach MLflow at http:\/\/127\.0\.0\.1:1: .*ECONNREFUSED.*after 3 tries.*host and port/,
    )
  })

  test('an unknown host is told at once', async () => {
    const step = await world.sync({ 'mlflow-tracking-uri': 'http://mlflow.invalid' })
    expectFailure(step, /Can't reach MLflow at http:\/\/mlflow\.invalid/)
  })

  test.each([
    [401, 'does not accept the credentials', 'mlflow-username'],
    [403, 'denies access', 'READ permission'],
  ])('HTTP %i is not retried and says what to check', async (status, message, advice) => {
    gateway.rule = () => ({ status, headers: { 'content-type': 'text/html' }, body: '<p>No</p>' })
    const before = gateway.requests.length
    const step = await through()
    expectFailure(step, new RegExp(`${message}.*${advice}`))
    expect(gateway.requests.length - before).toBe(1)
  })

  test('a login page is recognised and retried twice at most', async () => {
    gateway.rule = () => ({
      status: 200,
      headers: { 'content-type': 'text/html' },
      body: '<!doctype html><html><form>Sign in<input type="password"></form></html>',
    })
    const before = gateway.requests.length
    const step = await world.sync(
      { 'mlflow-tracking-uri': gateway.url },
      { env: { MLFLOW_HTTP_REQUEST_MAX_RETRIES: '7' } },
    )
    expectFailure(step, /answers with a login page.*service account/)
    expect(gateway.requests.length - before).toBe(3)
  })

  test('an answer without JSON is never an empty registry', async () => {
    gateway.rule = () => 'cut'
    expectFailure(await through(), /Can't reach MLflow at .*after 3 tries/)
    gateway.rule = async (_request, pass) => {
      const answer = await pass()
      return { ...answer, body: answer.body.slice(0, 40) }
    }
    expectFailure(await through(), /no whole JSON document/)
    gateway.rule = () => ({ status: 200, body: '{"detail": "quota"}' })
    expectFailure(await through(), /not what its API promises.*model_versions is missing/)
  })

  test('an address without an API is named with the advice about the prefix', async () => {
    gateway.rule = () => ({
      status: 404,
      headers: { 'content-type': 'text/html' },
      body: '<!doctype html><title>404</title>',
    })
    expectFailure(await through(), /There is no MLflow API at .*static prefix/)
  })

  test('a 503 that passes does no harm', async () => {
    gateway.rule = ({ index }) => (index % 2 === 0 ? { status: 503, body: '' } : undefined)
    const step = await through({ mode: 'plan' })
    expect(step.exitCode).toBe(0)
    expect(step.outputs['created-count']).toBe('1')
  })
})

describe('GitHub', () => {
  test('an unknown repository', async () => {
    const step = await world.sync({ repository: 'acme/nowhere' })
    expectFailure(step, /There is no repository acme\/nowhere.*Check the input repository/)
  })

  test('an unknown branch, with the name of the default branch', async () => {
    const step = await world.sync({ branch: 'nowhere' })
    expectFailure(step, /There is no branch nowhere in acme\/deployments.*default branch is main/)
  })

  test('a token that GitHub does not know', async () => {
    expectFailure(await world.sync({ 'github-token': 'wrong' }), /does not accept the token/)
  })

  test('a missing contents: write', async () => {
    const token = world.github.addToken({ contents: 'read', pullRequests: 'none' })
    const step = await world.sync({ 'github-token': token })
    expectFailure(step, /may not do this in acme\/deployments.*permissions: contents: write/)
  })

  test.each(['protection', 'ruleset'] as const)(
    'a branch with %s is not tried again',
    async (kind) => {
      world.repository.settings.protectedBranches = { main: kind }
      const before = world.github.requests.length
      const step = await world.sync()
      world.repository.settings.protectedBranches = {}
      expectFailure(
        step,
        /A rule of acme\/deployments forbids this commit.*pull-request: true.*bypass/,
      )
      const commits = world.github.requests
        .slice(before)
        .filter(({ operation }) => operation === 'Commit')
      expect(commits).toHaveLength(1)
    },
  )

  test.each(['README.md', 'README.md/values/deep'])(
    'a directory that is a file: %s',
    async (path) => {
      const step = await world.sync({ path })
      expectFailure(step, /path README\.md is not a directory on branch main/)
    },
  )

  test('a rate limit that ends too late is told at once, with the time when it ends', async () => {
    const reset = Math.floor(Date.now() / 1000) + 3600
    world.github.inject({
      kind: 'respond',
      status: 403,
      headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(reset) },
    })
    const step = await world.sync()
    const until = new Date(reset * 1000).toISOString().slice(0, 16)
    expectFailure(step, new RegExp(`rate limit holds until ${until}`))
  })
})

describe('inputs', () => {
  test('are reported all together, before any request', async () => {
    const before = [world.github.requests.length, gateway.requests.length]
    const step = await through({ mode: 'dry-run', path: '../x', 'max-deletions': 'many' })
    expectFailure(
      step,
      /3 invalid inputs: path must.*mode must be one of sync, plan, check.*max-deletions/,
    )
    expect([world.github.requests.length, gateway.requests.length]).toEqual(before)
  })

  test('a missing tracking URI names its way out', async () => {
    expectFailure(
      await world.sync({ 'mlflow-tracking-uri': '' }),
      /mlflow-tracking-uri is required.*MLFLOW_TRACKING_URI/,
    )
  })

  test('with fail-on: never the step stays green and warns', async () => {
    const step = await world.sync({ branch: 'nowhere', 'fail-on': 'never' })
    expect(step.exitCode).toBe(0)
    expect(step.outputs.operation).toBe('failed')
    expect(step.stdout).toMatch(/^::warning.*There is no branch nowhere/m)
    expect(step.stdout).not.toMatch(/^::error/m)
  })
})

describe('the branch', () => {
  test('is the default one, whatever its name', async () => {
    const trunk = world.github.createRepository('acme/trunk', {
      defaultBranch: 'trunk/1',
      files: { a: 'a' },
    })
    const step = await world.sync({ path: 'x' }, { repository: 'acme/trunk' })
    expect(step.outputs).toMatchObject({ operation: 'committed', 'created-count': '1' })
    expect(trunk.git('log', '-1', '--format=%s', 'trunk/1')).toMatch(/^Add model version 1/)
    const again = await world.sync(
      { path: 'x', branch: 'refs/heads/trunk/1' },
      { repository: 'acme/trunk' },
    )
    expect(again.outputs).toMatchObject({ operation: 'none', 'unchanged-count': '1' })
  })

  test('must exist: a repository without a commit is named', async () => {
    world.github.createRepository('acme/empty')
    const step = await world.sync({}, { repository: 'acme/empty' })
    expect(step.exitCode).toBe(1)
    expect(step.stdout).toMatch(/acme\/empty has no commit yet.*first commit/)
  })
})
