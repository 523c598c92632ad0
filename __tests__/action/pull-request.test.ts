import { afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { afterAll } from '@jest/globals'
import type { RecordedRequest } from '../../testing/github/faults.ts'
import type { PullRequest, Repository } from '../../testing/github/repository.ts'
import { mergePullRequest } from '../../testing/github/pull-requests.ts'
import { createWorld, type World } from '../../testing/world.ts'

let world: World
let experiment: string
let repository: Repository
let counter = 0

beforeAll(async () => {
  world = await createWorld({ version: 3 })
  experiment = await world.api.createExperiment('e')
})

afterAll(async () => {
  await world.close()
})

/** Each test has a repository and models of its own. */
beforeEach(() => {
  counter += 1
  world.github.clearFaults()
  repository = world.github.createRepository(`acme/r${counter}`, { files: { 'a.txt': 'a' } })
})

afterEach(() => {
  repository.fsck()
})

const head = 'mlflow-sync/main'

const sync = (inputs: Record<string, string> = {}, token?: string) =>
  world.sync(
    { 'pull-request': 'true', models: `p${counter}-*`, ...inputs },
    {
      repository: `acme/r${counter}`,
      ...(token === undefined
        ? {}
        : { github: { apiUrl: world.github.apiUrl, graphqlUrl: world.github.graphqlUrl, token } }),
    },
  )

const register = (name: string, spec = {}) =>
  world.api.register(`p${counter}-${name}`, experiment, spec)

const only = (): PullRequest => {
  expect(repository.pullRequests).toHaveLength(1)
  const [pull] = repository.pullRequests
  if (pull === undefined) throw new Error('no pull request')
  return pull
}

/** The head branch is the base's head plus one commit. */
const expectOneCommit = (): void => {
  expect(repository.git('rev-parse', `${head}^`).trim()).toBe(repository.head())
}

const isPost = ({ method, path }: RecordedRequest): boolean =>
  method === 'POST' && path.endsWith('/pulls')
const isMove = ({ operation }: RecordedRequest): boolean => operation === 'Move'

describe('a pull request', () => {
  test('is opened with one commit, labels, and what a reviewer needs to decide', async () => {
    await register('m', { metrics: { accuracy: 0.8 }, params: { lr: '0.1' } })
    await sync()
    mergePullRequest(repository, 1)
    const base = repository.head()
    const { runId } = await register('m', { metrics: { accuracy: 0.9 }, params: { lr: '0.2' } })
    const step = await sync({
      'pull-request-labels': 'models\nreview',
      'pull-request-title': 'Deploy ${model.name} ${model.version}',
    })
    expect(step.exitCode).toBe(0)
    expect(step.outputs).toMatchObject({
      operation: 'pull-request-created',
      changed: 'true',
      'created-count': '1',
      'pull-request-number': '2',
      'commit-sha': repository.head(head),
    })
    expect(repository.head()).toBe(base)
    expectOneCommit()
    const pull = repository.pullRequests[1]
    expect(pull).toMatchObject({
      state: 'open',
      title: `Deploy p${counter}-m 2`,
      labels: ['models', 'review'],
    })
    expect(pull?.body).toContain(runId)
    expect(pull?.body).toMatch(/accuracy.*0\.9.*0\.8/)
    expect(pull?.body).toMatch(/lr.*0\.2.*0\.1/)
  })

  test('stays as it is when nothing is new', async () => {
    await register('m')
    await sync()
    const before = [repository.head(head), only().body]
    const seen = world.github.requests.length
    const step = await sync()
    expect(step.outputs).toMatchObject({
      operation: 'none',
      changed: 'false',
      'pull-request-number': '1',
    })
    expect([repository.head(head), only().body]).toEqual(before)
    const writes = world.github.requests
      .slice(seen)
      .filter(({ method, path }) => method !== 'GET' && path !== '/graphql')
    expect(writes).toEqual([])
  })

  test('follows MLflow and the base in place', async () => {
    await register('m')
    await sync()
    await register('n')
    const grown = await sync()
    expect(grown.outputs).toMatchObject({
      operation: 'pull-request-updated',
      'pull-request-number': '1',
      'created-count': '2',
    })
    expectOneCommit()
    repository.push('main', { 'b.txt': 'b' })
    const moved = await sync()
    expect(moved.outputs.operation).toBe('pull-request-updated')
    expectOneCommit()
    expect(only()).toMatchObject({ state: 'open', title: 'Sync MLflow models: 2 created' })
    expect(repository.paths(head)).toHaveLength(4)
  })

  test.each(['merge', 'squash'] as const)('is done after a %s; its branch goes', async (how) => {
    await register('m')
    await sync()
    mergePullRequest(repository, 1, how)
    const step = await sync()
    expect(step.outputs).toMatchObject({ operation: 'none', 'unchanged-count': '1' })
    expect(repository.head(head)).toBe('')
  })

  test('is closed and its branch deleted when nothing is left to propose; that is no person’s no', async () => {
    const { version } = await register('m')
    await register('other')
    const one = { models: `p${counter}-m` }
    await sync(one)
    await world.api.setAlias(`p${counter}-m`, 'live', version)
    const step = await sync({ ...one, filter: "tags.nobody = 'has'" })
    expect(step.outputs).toMatchObject({
      operation: 'pull-request-closed',
      'pull-request-number': '1',
      changed: 'false',
    })
    expect(only().state).toBe('closed')
    expect(repository.head(head)).toBe('')
    const again = await sync(one)
    expect(again.outputs).toMatchObject({
      operation: 'pull-request-created',
      'pull-request-number': '2',
    })
  })

  test('more than 500 files are still one commit', async () => {
    const { bulkRegister } = await import('../../testing/mlflow/bulk.ts')
    bulkRegister(world.mlflow, {
      experimentId: experiment,
      count: 501,
      prefix: `p${counter}`,
      firstRun: 5_000_000,
    })
    const step = await sync()
    expect(step.outputs).toMatchObject({
      operation: 'pull-request-created',
      'created-count': '501',
    })
    expectOneCommit()
  })
})

describe('a person', () => {
  test.each(['with', 'without'])(
    'who closes it is heard, %s the branch, also when the base moves',
    async (branch) => {
      await register('m')
      await sync()
      only().state = 'closed'
      if (branch === 'without') repository.git('branch', '-D', head)
      repository.push('main', { 'b.txt': 'b' })
      const step = await sync()
      expect(step.exitCode).toBe(0)
      expect(step.outputs).toMatchObject({ operation: 'none', changed: 'false' })
      expect(step.stdout).toMatch(/#1 with these very changes was closed unmerged/)
      await register('n')
      const next = await sync()
      expect(next.outputs).toMatchObject({
        operation: 'pull-request-created',
        'pull-request-number': '2',
      })
      expectOneCommit()
    },
  )

  test('who commits to its branch loses nothing', async () => {
    await register('m')
    await sync()
    const theirs = repository.push(head, { 'fix.txt': 'x' })
    await register('n')
    const step = await sync()
    expect(step.exitCode).toBe(1)
    expect(step.stdout).toMatch(
      /Branch mlflow-sync\/main has a commit that the action did not make/,
    )
    expect(repository.head(head)).toBe(theirs)
  })

  test('who amends the commit, or pushes just before the branch is moved, loses nothing', async () => {
    await register('m')
    await sync()
    const tree = repository.store.commit(repository.push('scratch', { 'x.txt': 'x' })).tree
    const message = repository.store.commit(repository.head(head)).message
    const amended = repository.store.writeCommit(tree, [repository.head()], message)
    const original = repository.head(head)
    await register('n')
    world.github.inject(
      {
        kind: 'run-before',
        run: () => repository.store.updateRef(`refs/heads/${head}`, amended, original),
      },
      { match: isMove },
    )
    const step = await sync()
    expect(step.exitCode).toBe(1)
    expect(step.stdout).toMatch(/a commit that the action did not make/)
    expect(repository.head(head)).toBe(amended)
  })
})

describe('when something is in the way', () => {
  test('two jobs at once open one pull request', async () => {
    await register('m')
    world.github.inject({ kind: 'run-before', run: () => sync() }, { match: isPost })
    const step = await sync()
    expect(step.exitCode).toBe(0)
    expect(repository.pullRequests.filter(({ state }) => state === 'open')).toHaveLength(1)
    expectOneCommit()
  })

  test.each([
    ['the pull request', isPost],
    ['moving the branch', isMove],
  ])('a lost answer to %s still counts as created, once', async (_what, match) => {
    await register('m')
    world.github.inject({ kind: 'lose-response' }, { match })
    const step = await sync()
    expect(step.exitCode).toBe(0)
    expect(step.outputs).toMatchObject({
      operation: 'pull-request-created',
      'pull-request-number': '1',
    })
    only()
    expectOneCommit()
  })

  test('a missing permission, and a setting that forbids it, are named; no branch is left', async () => {
    await register('m')
    const token = world.github.addToken({ contents: 'write', pullRequests: 'none' })
    const denied = await sync({}, token)
    expect(denied.exitCode).toBe(1)
    expect(denied.stdout).toMatch(/needs pull_requests=write.*pull-requests: write/)
    repository.settings.actionsMayCreatePullRequests = false
    const forbidden = await sync()
    expect(forbidden.stdout).toMatch(/Allow GitHub Actions to create and approve pull requests/)
    expect(repository.head(head)).toBe('')
  })

  test('the base itself is no head branch', async () => {
    await register('m')
    const step = await sync({ 'pull-request-branch': 'main' })
    expect(step.exitCode).toBe(1)
    expect(step.stdout).toMatch(/pull-request-branch is the branch main itself/)
  })
})
