import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { RecordedRequest } from '../../testing/github/faults.ts'
import { createWorld, type World } from '../../testing/world.ts'

let world: World
let experiment: string
let number = 0

beforeAll(async () => {
  world = await createWorld({ version: 3 })
  experiment = await world.api.createExperiment('e')
})

afterAll(async () => {
  await world.close()
})

/** One new run to be written in each test. */
beforeEach(async () => {
  world.github.clearFaults()
  number += 1
  await world.api.register(`model-${number}`, experiment)
})

afterEach(() => {
  world.repository.fsck()
})

const commits = (): number => Number(world.repository.git('rev-list', '--count', 'main'))
const isCommit = ({ operation }: RecordedRequest): boolean => operation === 'Commit'
const isRead = ({ operation }: RecordedRequest): boolean => operation === 'Branch'

describe('when the branch moves', () => {
  test('between reading and writing, the sync reads again and both commits stand', async () => {
    const before = commits()
    world.github.inject(
      { kind: 'run-before', run: () => world.repository.push('main', { 'other.txt': 'x' }) },
      { match: isCommit },
    )
    const step = await world.sync()
    expect(step.outputs).toMatchObject({ operation: 'committed', 'created-count': '1' })
    expect(commits()).toBe(before + 2)
    expect(world.repository.read('other.txt')).toBe('x')
  })

  test('and a person edits the very file, the edit is kept', async () => {
    await world.sync()
    const runId = await world.api.createRun(experiment)
    const register = (): Promise<string> =>
      world.api.createModelVersion({ name: 'edited', source: 's3://bucket/model', runId })
    await register()
    await world.sync()
    await register()
    const path = `${runId}.yaml`
    const edited = `${world.repository.read(path)}# by hand\n`
    world.github.inject(
      { kind: 'run-before', run: () => world.repository.push('main', { [path]: edited }) },
      { match: isCommit },
    )
    const step = await world.sync()
    expect(step.outputs['updated-count']).toBe('1')
    expect(world.repository.read(path)).toBe(
      edited.replace('modelVersion: "1"', 'modelVersion: "2"'),
    )
  })

  test('five times, the sync gives up and says so; nothing is half written', async () => {
    let pushes = 0
    world.github.inject(
      {
        kind: 'run-before',
        run: () => world.repository.push('main', { 'busy.txt': String((pushes += 1)) }),
      },
      { match: isCommit, times: 9 },
    )
    const step = await world.sync()
    expect(pushes).toBe(5)
    expect(step.exitCode).toBe(1)
    expect(step.stdout).toMatch(/in 5 attempts/)
    expect(step.outputs).toMatchObject({ operation: 'failed', 'commit-sha': '' })
    world.github.clearFaults()
    expect((await world.sync()).outputs['created-count']).toBe('1')
  })
})

describe('when an answer is lost', () => {
  test('a commit that landed counts as made, once, with all its counts', async () => {
    const before = commits()
    world.github.inject({ kind: 'lose-response' }, { match: isCommit })
    const step = await world.sync()
    expect(step.exitCode).toBe(0)
    expect(step.outputs).toMatchObject({
      operation: 'committed',
      changed: 'true',
      'created-count': '1',
      'commit-sha': world.repository.head(),
    })
    expect(commits()).toBe(before + 1)
  })

  test('a commit that did not land is made', async () => {
    const before = commits()
    world.github.inject({ kind: 'drop' }, { match: isCommit })
    const step = await world.sync()
    expect(step.outputs.operation).toBe('committed')
    expect(commits()).toBe(before + 1)
  })

  test('a commit whose answer is cut, or a 502 after it landed, is made once', async () => {
    const before = commits()
    world.github.inject({ kind: 'truncate' }, { match: isCommit })
    const step = await world.sync()
    expect(step.outputs).toMatchObject({ operation: 'committed', 'created-count': '1' })
    expect(commits()).toBe(before + 1)
  })

  test('another job that wrote the same meanwhile is success without a commit', async () => {
    const before = commits()
    world.github.inject({ kind: 'run-before', run: () => world.sync() }, { match: isCommit })
    const step = await world.sync()
    expect(step.exitCode).toBe(0)
    expect(step.outputs).toMatchObject({ operation: 'none', changed: 'false' })
    expect(commits()).toBe(before + 1)
  })
})

describe('when reading fails', () => {
  test.each(['truncate', 'drop'] as const)(
    'a listing that is %s is read again, not taken for empty',
    async (kind) => {
      const before = commits()
      world.github.inject({ kind }, { match: isRead })
      const step = await world.sync()
      expect(step.outputs).toMatchObject({ operation: 'committed', 'created-count': '1' })
      expect(commits()).toBe(before + 1)
    },
  )

  test('a 502 and a page of HTML are retried', async () => {
    world.github.inject({ kind: 'respond', status: 502, body: '<html>' }, { match: isRead })
    world.github.inject(
      { kind: 'respond', status: 200, body: '<!doctype html><html></html>' },
      { match: isRead },
    )
    expect((await world.sync()).outputs.operation).toBe('committed')
  })

  test('an answer of another shape is an error', async () => {
    world.github.inject(
      {
        kind: 'respond',
        status: 200,
        body: '{"data":{"repository":{"nameWithOwner":"acme/deployments"}}}',
      },
      { match: isRead },
    )
    const step = await world.sync()
    expect(step.exitCode).toBe(1)
    expect(step.stdout).toMatch(/GitHub's answer can't be used: .*isArchived/)
    await world.sync()
  })
})
