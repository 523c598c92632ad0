import { beforeEach, describe, expect, test } from '@jest/globals'
import { plain } from '../../src/core/text/prose.ts'
import type { Fault, FaultResponse, Matcher } from '../../testing/github/faults.ts'
import {
  isBranchRead,
  isCommit,
  isCommitCreation,
  isHistoryRead,
  isPullRequestCreation,
  isPullRequestList,
  isRefUpdate,
  isTreeCreation,
} from '../../testing/github/matchers.ts'
import { closePullRequest, openByHand } from '../../testing/github/people.ts'
import { mergePullRequest, updateBranch } from '../../testing/github/pull-requests.ts'
import { graphqlErrors, htmlPage } from '../../testing/github/responses.ts'
import type { Project } from '../../testing/project.ts'
import { headBranch } from '../../testing/pull-requests.ts'
import { useWorld } from '../../testing/use-world.ts'
import { runInProcess } from '../fixtures/in-process-job.ts'

/** Writes that were carried out, although nothing says so at first. */

const world = await useWorld({ version: 3, throughGateway: true })
let project: Project

beforeEach(async () => {
  project = world.createProject()
  await project.register('m')
})

/** ministryofjustice/modernisation-platform#11985. */
const stale = {
  type: 'STALE_DATA',
  message: 'Expected branch to point to "x" but it did not.  Pull and try again.',
}

/** What a proxy, or a token whose permission was just changed, responds with. */
const refusal: FaultResponse = {
  status: 403,
  body: '{"message":"Resource not accessible by integration"}',
}

/** The runner's variables of a job in another workflow. */
const otherWorkflow = {
  GITHUB_WORKFLOW_REF: 'o/r/.github/workflows/b.yml@refs/heads/main',
  GITHUB_WORKFLOW_SHA: '1'.repeat(40),
  GITHUB_JOB: 'sync',
  GITHUB_SERVER_URL: 'https://github.example.com',
  GITHUB_REPOSITORY: 'acme/models',
  GITHUB_RUN_ID: '7',
}

test('a commit is found although its response says that the branch moved', async () => {
  const problem = { ...stale, path: ['createCommitOnBranch', 'commit'] }
  const response = graphqlErrors([problem], { createCommitOnBranch: { commit: null } })
  world.github.inject({ kind: 'respond-after', ...response }, { match: isCommit })
  const { exitCode, outputs } = await runInProcess(world, project, {})
  expect(exitCode).toBe(0)
  expect(outputs).toMatchObject({
    operation: 'committed',
    'created-count': '1',
    'commit-sha': project.repository.head(),
  })
})

describe('a commit whose response was lost', () => {
  test.each([
    ['refuses to tell once', refusal, 1],
    ['is not available for half a minute', htmlPage(502), 6],
  ])('is reported although GitHub %s', async (_what, response, times) => {
    world.github.inject({ kind: 'lose-response' }, { match: isCommit })
    world.github.inject({ kind: 'respond', ...response }, { match: isHistoryRead, times })
    const { exitCode, outputs } = await runInProcess(world, project, {})
    expect(exitCode).toBe(0)
    expect(outputs).toMatchObject({
      operation: 'committed',
      'created-count': '1',
      'commit-sha': project.repository.head(),
    })
  })

  test('is reported before another one is made', async () => {
    await runInProcess(world, project, {})
    const { repository } = project
    const [path = ''] = repository.paths('main').filter((name) => name.endsWith('.yaml'))
    await project.register('n')
    let commit = ''
    const edit = (): void => {
      commit = repository.head()
      const text = repository.read(path).replace('modelVersion: "1"', 'modelVersion: "0"')
      repository.push('main', { [path]: text })
    }
    world.github.inject({ kind: 'lose-response' }, { match: isCommit })
    world.github.inject({ kind: 'respond', ...refusal }, { match: isHistoryRead })
    world.github.inject({ kind: 'run-before', run: edit }, { match: isBranchRead, skip: 1 })
    const { outputs } = await runInProcess(world, project, {})
    expect(outputs).toMatchObject({
      operation: 'committed',
      'created-count': '1',
      'updated-count': '0',
      'commit-sha': commit,
    })
    expect((await runInProcess(world, project, {})).outputs['updated-count']).toBe('1')
  })

  test('is in doubt, and never "none", while GitHub does not tell', async () => {
    world.github.inject({ kind: 'lose-response' }, { match: isCommit })
    world.github.inject({ kind: 'respond', ...refusal }, { match: isHistoryRead, times: Infinity })
    const { exitCode, outputs, result } = await runInProcess(world, project, {})
    expect({ exitCode, operation: outputs.operation }).toEqual({ exitCode: 1, operation: 'failed' })
    const advice = plain(result.error?.advice ?? [])
    expect(advice).toContain('A write may have succeeded')
    expect(advice.match(/next run will catch up/g)).toHaveLength(1)
  })
})

describe('a pull request', () => {
  const inputs = { 'pull-request': 'true', 'pull-request-labels': 'mlflow' }

  const sync = () => runInProcess(world, project, inputs)

  /** What a proxy sends after it has passed the request on. */
  const page = { ...htmlPage(), status: 403 }

  /** @param later number of commits that a person added. */
  async function expectWritten(operation: string, count: string, later = 0): Promise<void> {
    const { exitCode, outputs } = await sync()
    const { repository } = project
    const headSha = repository.pullRequests.at(-1)?.headSha ?? ''
    expect({ exitCode, ...outputs }).toMatchObject({
      exitCode: 0,
      operation,
      changed: 'true',
      'created-count': count,
      'pull-request-number': String(repository.pullRequests.length),
      'commit-sha': repository.git('rev-parse', `${headSha}~${later}`),
    })
  }

  test('that was updated is reported although the response is a refusal', async () => {
    await sync()
    await project.register('n')
    world.github.inject({ kind: 'respond-after', ...page }, { match: isRefUpdate })
    await expectWritten('pull-request-updated', '2')
  })

  test('that was opened from a branch that was left is reported although the response is a refusal', async () => {
    world.github.inject({ kind: 'respond', ...page }, { match: isPullRequestCreation })
    world.github.inject({ kind: 'respond', ...refusal }, { match: isRefUpdate, skip: 1 })
    expect((await sync()).exitCode).toBe(1)
    world.github.clearFaults()
    expect(project.repository.head(headBranch)).not.toBe('')
    world.github.inject({ kind: 'respond-after', ...page }, { match: isPullRequestCreation })
    await expectWritten('pull-request-created', '1')
    expect(project.repository.pullRequests.at(-1)?.labels).toEqual(['mlflow'])
  })

  test.each<[string, () => void]>([
    ['merged', () => mergePullRequest(project.repository, 1)],
    ['closed', () => closePullRequest(project.repository, 1)],
  ])('that was opened is reported although it was %s before the next look', async (_what, end) => {
    world.github.inject({ kind: 'lose-response' }, { match: isPullRequestCreation })
    world.github.inject({ kind: 'run-before', run: end }, { match: isPullRequestList, skip: 1 })
    await expectWritten('pull-request-created', '1')
    expect(project.repository.pullRequests).toHaveLength(1)
  })

  test('that was updated is reported although it was merged before the next look', async () => {
    await sync()
    await project.register('n')
    const end = () => mergePullRequest(project.repository, 1)
    world.github.inject({ kind: 'lose-response' }, { match: isRefUpdate })
    world.github.inject({ kind: 'run-before', run: end }, { match: isPullRequestList, skip: 1 })
    await expectWritten('pull-request-updated', '2')
  })

  test('that was not opened is not mistaken for an older one', async () => {
    world.github.inject({ kind: 'respond', ...refusal }, { match: isRefUpdate, skip: 1 })
    await sync()
    // Nothing is left to propose, but the branch stays.
    await runInProcess(world, project, { ...inputs, filter: "tags.nobody = 'has'" })
    expect(project.repository.pullRequests.map(({ state }) => state)).toEqual(['closed'])
    expect(project.repository.head(headBranch)).not.toBe('')
    world.github.clearFaults()
    world.github.inject({ kind: 'drop' }, { match: isPullRequestCreation, times: Infinity })
    expect((await sync()).outputs.operation).toBe('failed')
  })

  /** Syncs another model in the middle of this job. */
  const syncAnother = async (): Promise<void> => {
    const others = { ...inputs, models: project.model('other') }
    const { outputs } = await runInProcess(world, project, others)
    expect(outputs.operation).toBe('pull-request-created')
  }

  test.each<[string, Matcher, FaultResponse | undefined]>([
    ['commit was refused', isCommitCreation, refusal],
    ['move of the branch was refused', isRefUpdate, refusal],
    ['move of the branch has no complete response', isRefUpdate, undefined],
  ])("of another job is not this one's if the %s", async (_what, match, response) => {
    await project.register('other')
    const fault: Fault = response ? { kind: 'respond', ...response } : { kind: 'truncate' }
    world.github.inject({ kind: 'run-before', run: syncAnother }, { match: isTreeCreation })
    world.github.inject(fault, { match, skip: 1 })
    const { outputs, result } = await runInProcess(world, project, {
      ...inputs,
      models: project.model('m'),
    })
    expect(outputs).toMatchObject({ operation: 'failed', 'pull-request-number': '' })
    expect(plain(result.error?.message ?? [])).toMatch(/another job must have|not accessible/)
    expect(project.repository.pullRequests).toHaveLength(1)
  })

  test('that was opened is reported although a person pushed to it before the next look', async () => {
    const commits: string[] = []
    const push = (): void => {
      const { repository } = project
      commits.push(repository.head(headBranch))
      repository.push(headBranch, { 'notes.txt': 'mine' })
    }
    world.github.inject({ kind: 'lose-response' }, { match: isPullRequestCreation })
    world.github.inject({ kind: 'run-before', run: push }, { match: isPullRequestList, skip: 1 })
    const { outputs } = await sync()
    expect(outputs).toMatchObject({
      operation: 'pull-request-created',
      'created-count': '1',
      'pull-request-number': '1',
      'commit-sha': commits[0],
    })
  })

  test.each(['merge', 'squash'] as const)(
    'that was opened is reported although a person added a commit and merged it: %s',
    async (method) => {
      const end = (): void => {
        project.repository.push(headBranch, { 'notes.txt': 'mine' })
        mergePullRequest(project.repository, 1, method)
      }
      world.github.inject({ kind: 'lose-response' }, { match: isPullRequestCreation })
      world.github.inject({ kind: 'run-before', run: end }, { match: isPullRequestList, skip: 1 })
      await expectWritten('pull-request-created', '1', 1)
      expect(project.repository.pullRequests).toHaveLength(1)
    },
  )

  test('that was updated is reported although a person added a commit and merged it', async () => {
    await sync()
    await project.register('n')
    const end = (): void => {
      project.repository.push(headBranch, { 'notes.txt': 'mine' })
      mergePullRequest(project.repository, 1)
    }
    const isRead: Matcher = ({ method, path }) => method === 'GET' && path.endsWith('/pulls/1')
    world.github.inject({ kind: 'run-before', run: end }, { match: isRead })
    await expectWritten('pull-request-updated', '2', 1)
  })

  test('that was updated is reported although a person rebased it before the next look', async () => {
    await sync()
    await project.register('n')
    const rebase = (): void => {
      project.repository.push('main', { 'notes.txt': 'mine' })
      updateBranch(project.repository, 1, 'rebase')
    }
    world.github.inject({ kind: 'lose-response' }, { match: isRefUpdate })
    world.github.inject({ kind: 'run-before', run: rebase }, { match: isPullRequestList, skip: 1 })
    await expectWritten('pull-request-updated', '2')
  })

  test("that a job in another workflow updated meanwhile is not this one's", async () => {
    await sync()
    await project.register('n')
    const another = async (): Promise<void> => {
      const { outputs } = await runInProcess(world, project, inputs, { variables: otherWorkflow })
      expect(outputs.operation).toBe('pull-request-updated')
    }
    world.github.inject({ kind: 'run-before', run: another }, { match: isTreeCreation })
    world.github.inject({ kind: 'truncate' }, { match: isRefUpdate, skip: 1 })
    const { exitCode, outputs } = await sync()
    expect({ exitCode, ...outputs }).toMatchObject({
      exitCode: 0,
      operation: 'none',
      'pull-request-number': '1',
    })
  })

  test.each([true, false])(
    'that was merged before its branch could be deleted was not closed (GitHub deletes it: %s)',
    async (deletes) => {
      const { repository } = project
      repository.settings.deleteBranchOnMerge = deletes
      await sync()
      const { body } = repository.pullRequests[0] ?? {}
      world.github.inject(
        { kind: 'run-before', run: () => mergePullRequest(repository, 1) },
        { match: isPullRequestList, skip: 1 },
      )
      world.github.inject({ kind: 'drop' }, { match: isRefUpdate })
      const { exitCode, outputs } = await runInProcess(world, project, {
        ...inputs,
        filter: "tags.nobody = 'has'",
      })
      expect({ exitCode, operation: outputs.operation }).toEqual({ exitCode: 0, operation: 'none' })
      expect(repository.pullRequests).toMatchObject([{ body, state: 'closed' }])
      expect(repository.pullRequests[0]?.mergedAt).not.toBeNull()
    },
  )

  test('that was updated is reported although a person pushed to it before the next look', async () => {
    await sync()
    await project.register('n')
    const { repository } = project
    let commit = ''
    const push = (): void => {
      commit = repository.head(headBranch)
      repository.push(headBranch, { 'notes.txt': 'mine' })
    }
    world.github.inject({ kind: 'lose-response' }, { match: isRefUpdate })
    world.github.inject({ kind: 'run-before', run: push }, { match: isPullRequestList, skip: 1 })
    const { exitCode, outputs } = await sync()
    expect({ exitCode, ...outputs }).toMatchObject({
      exitCode: 0,
      operation: 'pull-request-updated',
      'created-count': '2',
      'commit-sha': commit,
    })
    expect(repository.pullRequests[0]?.body).toContain('2 created')
  })

  test.each(['pull-request-created', 'pull-request-updated'])(
    'is reported as it is if a later attempt is refused: %s',
    async (operation) => {
      const { repository } = project
      const { runId } = await project.registerExternal('n')
      const path = `${runId}.yaml`
      await runInProcess(world, project, {})
      await project.register('o')
      if (operation === 'pull-request-updated') await sync()
      await project.registerExternal('n', { runId })
      const hold = (): void => {
        repository.push('main', { [path]: `# mlflow-sync: hold\n${repository.read(path)}` })
      }
      const isOpening = operation === 'pull-request-created'
      const match = isOpening ? isPullRequestCreation : isRefUpdate
      world.github.inject({ kind: 'lose-response' }, { match })
      world.github.inject({ kind: 'run-before', run: hold }, { match: isPullRequestList, skip: 1 })
      world.github.inject(
        { kind: 'respond', ...refusal },
        { match: isRefUpdate, skip: isOpening ? 1 : 0, times: Infinity },
      )
      const { exitCode, outputs } = await sync()
      expect({ exitCode, ...outputs }).toMatchObject({
        exitCode: 1,
        operation,
        'created-count': '1',
        'updated-count': '1',
        'commit-sha': repository.head(headBranch),
      })
    },
  )

  test.each<[string, () => Promise<void> | void]>([
    [
      'a job in another workflow',
      async () => {
        const { outputs } = await runInProcess(world, project, inputs, { variables: otherWorkflow })
        expect(outputs.operation).toBe('pull-request-created')
      },
    ],
    ['a person', () => void openByHand(project.repository, headBranch, { body: 'mine' })],
  ])("that %s opened is not this job's if GitHub refuses to open another", async (_who, open) => {
    const { repository } = project
    const before = async (): Promise<void> => {
      await open()
      repository.settings.actionsMayCreatePullRequests = false
    }
    world.github.inject({ kind: 'run-before', run: before }, { match: isPullRequestCreation })
    const { outputs } = await sync()
    expect(outputs).toMatchObject({ operation: 'none', 'pull-request-number': '1' })
    expect(repository.pullRequests).toHaveLength(1)
  })

  test('that was opened is reported, with its labels, although a run cannot be decided about', async () => {
    const { runId } = await project.register('n')
    const { repository } = project
    // The file of another run, where one is proposed.
    const edit = (): void => {
      repository.push('main', { [`${runId}.yaml`]: 'global:\n  runid: another\n' })
    }
    world.github.inject({ kind: 'lose-response' }, { match: isPullRequestCreation })
    world.github.inject({ kind: 'run-before', run: edit }, { match: isPullRequestList, skip: 1 })
    const { outputs } = await sync()
    expect(outputs).toMatchObject({ operation: 'pull-request-created', 'pull-request-number': '1' })
    expect(repository.pullRequests[0]?.labels).toEqual(['mlflow'])
  })
})

test('a polling job that fails in each round says that a write of the first may have succeeded', async () => {
  const poll = { 'poll-interval': '1m', 'poll-duration': '2m' }
  world.github.inject({ kind: 'lose-response' }, { match: isCommit })
  world.github.inject({ kind: 'drop' }, { match: isHistoryRead, times: Infinity })
  world.github.inject({ kind: 'drop' }, { match: isBranchRead, skip: 1, times: Infinity })
  const { outputs, result } = await runInProcess(world, project, poll)
  expect(outputs.operation).toBe('failed')
  expect(plain(result.error?.advice ?? [])).toContain('A write may have succeeded')
})
