import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { beforeEach, expect } from '@jest/globals'
import {
  isBranchRead,
  isCommit,
  isPullRequestCreation,
  isRefUpdate,
  type Matcher,
} from '../../testing/github/faults.ts'
import { isListing } from '../../testing/mlflow/gateway-rules.ts'
import { onlyWhere } from '../../testing/only-where.ts'
import type { Project, SyncStep } from '../../testing/project.ts'
import { useWorld } from '../../testing/use-world.ts'

const { describe, test } = onlyWhere('signals')
const world = await useWorld({ version: 3, throughGateway: true })
let project: Project

beforeEach(async () => {
  project = world.createProject()
  await project.register('model')
})

const signals = [['SIGINT'], ['SIGTERM'], ['SIGINT', 'SIGTERM']] as const

/** GitHub never carries out the next matching request, and never responds. */
function hangGitHub(match: Matcher): Promise<void> {
  return new Promise((resolve) => {
    const run = (): Promise<never> => {
      resolve()
      return new Promise<never>(() => undefined)
    }
    world.github.inject({ kind: 'run-before', run }, { match })
  })
}

/** MLflow never responds to a listing. */
function hangMlflow(): Promise<void> {
  return new Promise((resolve) => {
    world.gateway.rule = (request) => {
      if (!isListing(request)) return undefined
      resolve()
      return new Promise<never>(() => undefined)
    }
  })
}

function expectCancelled(step: SyncStep, message: RegExp): void {
  expect(step.exitCode).toBe(1)
  expect(step.outputs).toMatchObject({ operation: 'failed', changed: 'false' })
  expect(step.report.operation).toBe('failed')
  expect(step.errors[0]).toMatch(message)
  expect(step.summary).toMatch(message)
  expect(step.stderr).toBe('')
}

const nothingWritten = /The job was cancelled before it wrote anything/

describe.each(signals)('a job that receives %s', (...signal) => {
  test('while MLflow is read ends at once, and says that nothing was written', async () => {
    const step = await project.sync({}, { interrupt: { signal, when: hangMlflow() } })
    expectCancelled(step, nothingWritten)
    expect(step.errors[0]).toContain('The next run will catch up.')
    expect(project.repository.commitCount()).toBe(1)
  })

  test('while the branch is read says that nothing was written', async () => {
    const when = hangGitHub(isBranchRead)
    expectCancelled(await project.sync({}, { interrupt: { signal, when } }), nothingWritten)
  })

  test('during the commit says that it may have been made', async () => {
    const when = hangGitHub(isCommit)
    const step = await project.sync({}, { interrupt: { signal, when } })
    expectCancelled(step, /cancelled during a write, which may have succeeded/)
    expect(project.repository.commitCount()).toBe(1)
    world.github.clearFaults()
    expect((await project.sync()).outputs['created-count']).toBe('1')
  })

  test('during a wait for a retry ends at once', async () => {
    world.github.inject(
      { kind: 'respond', status: 503, headers: { 'retry-after': '120' } },
      { match: isBranchRead },
    )
    const step = await project.sync({}, { interrupt: { signal, when: /retry 1 in 120/ } })
    expectCancelled(step, nothingWritten)
  })
})

describe('a job that is cancelled', () => {
  const inputs = { 'pull-request': 'true' }

  test.each([
    ['head branch is created', isRefUpdate, /cancelled during a write/],
    ['pull request is opened', isPullRequestCreation, /cancelled after it had written something/],
  ])('while its %s is completed by the next one', async (_, match, message) => {
    const when = hangGitHub(match)
    const step = await project.sync(inputs, { interrupt: { signal: 'SIGTERM', when } })
    expectCancelled(step, message)
    world.github.clearFaults()
    const next = await project.sync(inputs)
    expect(next.exitCode).toBe(0)
    expect(project.repository.pullRequests.map(({ state }) => state)).toEqual(['open'])
  })

  test('between two writes says that something was written', async () => {
    const match: Matcher = ({ method, path }) => method === 'POST' && path.endsWith('/pulls')
    world.github.inject(
      { kind: 'respond', status: 429, headers: { 'retry-after': '120' } },
      { match },
    )
    const step = await project.sync(inputs, {
      interrupt: { signal: 'SIGTERM', when: /rate limit; retry 1 in 120/ },
    })
    expectCancelled(step, /cancelled after it had written something/)
  })

  test.each([
    ['check', 'The check'],
    ['plan', 'The plan'],
  ])('with `mode: %s` says so, and nothing about a write or the next run', async (mode, what) => {
    const when = hangGitHub(isBranchRead)
    const step = await project.sync({ mode }, { interrupt: { signal: 'SIGTERM', when } })
    expectCancelled(step, /The job was cancelled/)
    expect(step.summary).toMatch(new RegExp(`^## ❌ ${what} for .* was cancelled\n`))
    expect(step.summary + step.log).not.toMatch(/wrote|next run|checks? failed|failed/)
    expect(step.report.connections).toBeNull()
  })

  test('in the second round of polling reports the commit of the first', async () => {
    let listings = 0
    const when = new Promise<void>((resolve) => {
      world.gateway.rule = (request) => {
        if (!isListing(request) || (listings += 1) < 2) return undefined
        resolve()
        return new Promise<never>(() => undefined)
      }
    })
    const step = await project.sync(
      { 'poll-interval': '1s', 'poll-duration': '10m' },
      { interrupt: { signal: 'SIGTERM', when } },
    )
    expect(step.exitCode).toBe(1)
    expect(step.outputs).toMatchObject({
      operation: 'committed',
      'created-count': '1',
      'commit-sha': project.repository.head(),
    })
    expect(step.errors[0]).toContain('cancelled after it had written something')
  })

  test('while a connection is established does not wait for it', async () => {
    const server = spawn('python3', ['-c', fullBacklog])
    const [port] = (await once(server.stdout, 'data')) as [Buffer]
    try {
      const step = await project.sync(
        { 'mlflow-tracking-uri': `http://127.0.0.1:${port.toString().trim()}` },
        {
          // Far beyond the test's own limit.
          env: { MLFLOW_HTTP_REQUEST_TIMEOUT: '600' },
          interrupt: {
            signal: 'SIGTERM',
            when: new Promise((resolve) => setTimeout(resolve, 2000)),
          },
        },
      )
      expectCancelled(step, nothingWritten)
    } finally {
      server.kill()
    }
  })
})

/** A server that accepts no connection, and whose queue is full, so that the next one hangs. */
const fullBacklog = `
import socket, time
server = socket.socket()
server.bind(('127.0.0.1', 0))
server.listen(0)
clients = [socket.socket() for _ in range(3)]
for client in clients:
    client.setblocking(False)
    client.connect_ex(server.getsockname())
print(server.getsockname()[1], flush=True)
time.sleep(600)
`
