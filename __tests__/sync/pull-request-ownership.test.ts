import { beforeEach, describe, expect, test } from '@jest/globals'
import { isPullRequestCreation, isRefUpdate } from '../../testing/github/faults.ts'
import { isComparison } from '../../testing/github/matchers.ts'
import {
  amend,
  closePullRequest,
  editPullRequest,
  forcePush,
  mergeByHand,
  openByHand,
  openFromFork,
} from '../../testing/github/people.ts'
import { mergePullRequest, updateBranch } from '../../testing/github/pull-requests.ts'
import type { Project } from '../../testing/project.ts'
import { baseOfHeadBranch, headBranch, onlyPullRequest } from '../../testing/pull-requests.ts'
import { useWorld } from '../../testing/use-world.ts'
import { stepInProcess } from '../fixtures/step-in-process.ts'

const world = await useWorld({ version: 3 })
let project: Project

beforeEach(async () => {
  project = world.createProject()
  await project.register('m')
})

function sync(inputs = {}) {
  return stepInProcess(world, project, { 'pull-request': 'true', ...inputs })
}

function rewriteBody(): void {
  editPullRequest(project.repository, 1, { body: 'Rewritten by a person' })
}

/** The next sync has something else to propose. */
async function changePlan(): Promise<void> {
  await project.register('n')
}

async function expectUpdate(): Promise<void> {
  await changePlan()
  const step = await sync()
  expect(step.log).not.toMatch(/::error/)
  expect(step.outputs).toMatchObject({
    operation: 'pull-request-updated',
    'created-count': '2',
    'pull-request-number': '1',
  })
  expect(baseOfHeadBranch(project)).toBe(project.repository.head())
  expect(onlyPullRequest(project).state).toBe('open')
}

async function expectRefusal(message: RegExp, inputs = {}): Promise<void> {
  const refs = () => project.repository.git('for-each-ref')
  const before = refs()
  await changePlan()
  const step = await sync(inputs)
  expect(step.exitCode).toBe(1)
  expect(step.log).toMatch(message)
  expect(step.outputs).toMatchObject({ operation: 'failed', changed: 'false' })
  expect(refs()).toBe(before)
}

const foreignCommit = /Branch `mlflow-sync\/main` has a commit that the action did not make/

describe("the action's own proposal", () => {
  beforeEach(async () => {
    await sync()
  })

  test('is not called foreign if GitHub does not find it for a moment', async () => {
    project.repository.push('main', { 'other.txt': 'x' })
    const body = '{"message":"Not Found"}'
    world.github.inject({ kind: 'respond', status: 404, body }, { match: isComparison })
    const step = await sync()
    expect(step.exitCode).toBe(1)
    expect(step.log).not.toMatch(foreignCommit)
    expect(step.log).toContain('[GitHub: Not Found]')
    await expectUpdate()
  })

  test('is recognised although a person rewrote the body', async () => {
    rewriteBody()
    await expectUpdate()
    expect(onlyPullRequest(project).body).toMatch(/^Rewritten by a person\n\n<!-- mlflow-sync /)
  })

  test.each([
    ['amended', { 'fix.txt': 'x' }],
    ['amended by removing its file', undefined],
  ])('is a person’s once it was %s, even if the body was rewritten', async (_how, files) => {
    rewriteBody()
    const [path = ''] = project.repository
      .paths(headBranch)
      .filter((name) => name.endsWith('.yaml'))
    amend(project.repository, headBranch, files ?? { [path]: null })
    await expectRefusal(foreignCommit)
  })

  test('is nobody else’s after an amendment that changed no file', async () => {
    amend(project.repository, headBranch, {})
    await expectUpdate()
  })

  test.each(['merge', 'rebase'] as const)(
    'stays as it is after "Update branch" (%s), and is rewritten when there is something new',
    async (method) => {
      project.repository.push('main', { 'a.txt': 'a' })
      updateBranch(project.repository, 1, method)
      project.repository.push('main', { 'b.txt': 'b' })
      const head = updateBranch(project.repository, 1, method)
      const step = await sync()
      expect(step.outputs).toMatchObject({ operation: 'none', 'commit-sha': head })
      expect(step.exitCode).toBe(0)
      await expectUpdate()
    },
  )

  test('is closed although "Update branch" merged a base that has all of it', async () => {
    await stepInProcess(world, project, {})
    updateBranch(project.repository, 1)
    const step = await sync()
    expect(step.outputs).toMatchObject({ operation: 'pull-request-closed' })
    expect(project.repository.head(headBranch)).toBe('')
  })

  test('is rewritten although "Update branch" merged a base that has a part of it', async () => {
    await changePlan()
    await sync()
    await stepInProcess(world, project, { models: project.model('m') })
    updateBranch(project.repository, 1)
    const step = await sync()
    expect(step.outputs).toMatchObject({
      operation: 'pull-request-updated',
      'created-count': '1',
    })
    expect(baseOfHeadBranch(project)).toBe(project.repository.head())
  })

  test.each([
    ['their own', (_own: string, theirs: string) => theirs],
    ["the action's", (own: string) => own],
  ])(
    'is a person’s after a conflict that they resolved with %s content',
    async (_whose, choose) => {
      const { repository } = project
      const { store } = repository
      const head = repository.head(headBranch)
      const [path = ''] = repository.paths(headBranch).filter((name) => name.endsWith('.yaml'))
      const base = repository.push('main', { [path]: 'other: 1\n' })
      const content = choose(repository.read(path, headBranch), 'other: 1\n')
      const { tree } = store.commit(
        repository.push('scratch', { [path]: content, 'README.md': '# Deployments\n' }),
      )
      const oid = store.writeCommit(tree, [head, base], 'Merge main by hand')
      store.updateRef(`refs/heads/${headBranch}`, oid, head)
      await expectRefusal(foreignCommit)
    },
  )

  test('is rewritten although "Update branch" merged another line of its file', async () => {
    const { repository } = project
    mergePullRequest(repository, 1)
    const [path = ''] = repository.paths('main').filter((name) => name.endsWith('.yaml'))
    const edit = (change: (text: string) => string): string =>
      repository.push('main', { [path]: change(repository.read(path)) })
    edit((text) => text.replace('modelVersion: "1"', 'modelVersion: "0"'))
    expect((await sync()).outputs['updated-count']).toBe('1')
    edit((text) => `${text}# mine\n`)
    updateBranch(repository, 2)
    const step = await sync()
    expect(step.outputs).toMatchObject({
      operation: 'pull-request-updated',
      'pull-request-number': '2',
    })
    expect(baseOfHeadBranch(project)).toBe(repository.head())
    expect(repository.read(path, headBranch)).toMatch(/modelVersion: "1"[^]*# mine\n$/)
  })

  test('stays its own after a dozen merges of the base', async () => {
    for (let index = 0; index < 12; index += 1) {
      project.repository.push('main', { 'a.txt': String(index) })
      updateBranch(project.repository, 1)
    }
    const step = await sync()
    expect(step.outputs.operation).toBe('none')
    expect(step.githubRequests.length).toBeLessThanOrEqual(10)
    await expectUpdate()
  })

  test('is a person’s after a merge that they resolved by hand', async () => {
    const { repository } = project
    const base = repository.push('main', { 'a.txt': 'a' })
    const { store } = repository
    const head = repository.head(headBranch)
    const merged = updateBranch(repository, 1)
    const tree = store.commit(repository.push('scratch', { 'resolved.txt': 'by hand' })).tree
    const oid = store.writeCommit(tree, [head, base], 'Merge main by hand')
    store.updateRef(`refs/heads/${headBranch}`, oid, merged)
    await expectRefusal(foreignCommit)
  })

  test("is a person's after a merge of another branch", async () => {
    const { repository } = project
    const { store } = repository
    repository.git('branch', 'feature', 'main')
    const feature = repository.push('feature', { 'feature.txt': 'x' })
    const head = repository.head(headBranch)
    const oid = store.writeCommit(store.commit(head).tree, [head, feature], 'Merge feature')
    store.updateRef(`refs/heads/${headBranch}`, oid, head)
    await expectRefusal(foreignCommit)
  })

  test.each(['common', 'separate'])(
    "is a person's after a rebase onto their own commit, with a %s history",
    async (history) => {
      const { repository } = project
      const { store } = repository
      if (history === 'common') repository.git('branch', 'feature', 'main')
      const theirs = repository.push('feature', { 'feature.txt': 'x' })
      const head = repository.head(headBranch)
      const own = store.commit(head)
      const [path = ''] = repository.paths(headBranch).filter((name) => name.endsWith('.yaml'))
      const blob = store.resolve(`${head}:${path}`) ?? ''
      const tree = store.writeTree(theirs, [{ path, mode: '100644', oid: blob }])
      const rebased = store.writeCommit(tree, [theirs], own.message)
      store.updateRef(`refs/heads/${headBranch}`, rebased, head)
      await expectRefusal(foreignCommit)
    },
  )
})

describe('a branch that the action did not make', () => {
  test.each([
    ['at the head of the base', (head: string) => head],
    ['behind the base', (head: string) => `${head}^`],
  ])('is neither moved nor deleted: %s', async (_where, revision) => {
    const { repository } = project
    repository.push('main', { 'a.txt': 'a' })
    const oid = repository.git('rev-parse', revision(repository.head()))
    repository.git('update-ref', 'refs/heads/develop', oid)
    const inputs = { 'pull-request-branch': 'develop' }
    await expectRefusal(
      /Branch `develop` exists and was not made by the action.*pull-request-branch/,
      inputs,
    )
    const check = await sync({ ...inputs, mode: 'check' })
    expect(check.connections).toContainEqual(
      expect.objectContaining({
        name: 'GitHub: head branch',
        status: 'failed',
        detail: expect.stringMatching(/was not made by the action/),
      }),
    )
    const empty = await sync({ ...inputs, filter: "tags.nobody = 'has'" })
    expect(empty.exitCode).toBe(0)
    expect(repository.head('develop')).toBe(oid)
  })

  test('is not taken for the action’s because it starts at a squashed proposal', async () => {
    await sync()
    mergePullRequest(project.repository, 1, 'squash')
    project.repository.git('update-ref', 'refs/heads/develop', project.repository.head())
    await expectRefusal(/Branch `develop` exists and was not made/, {
      'pull-request-branch': 'develop',
    })
  })

  test('is named if it is in the way of the head branch, and nothing is written', async () => {
    project.repository.git('update-ref', 'refs/heads/mlflow-sync', project.repository.head())
    const step = await sync()
    expect(step.exitCode).toBe(1)
    expect(step.log).toMatch(
      /no branch `mlflow-sync\/main` while there is a branch `mlflow-sync`.*`pull-request-branch`/,
    )
    expect(
      step.githubRequests
        .filter(({ method }) => method !== 'GET')
        .map(({ operation }) => operation),
    ).toEqual(expect.not.arrayContaining([undefined]))
  })
})

describe('a pull request from a fork with the same branch name', () => {
  test.each([
    ['that exists', {}],
    ['that was deleted since', { deleted: true }],
  ])('is left alone: one %s', async (_which, options) => {
    const fork = openFromFork(project.repository, { head: headBranch, ...options })
    const before = { ...fork }
    const step = await sync()
    expect(step.outputs).toMatchObject({
      operation: 'pull-request-created',
      'pull-request-number': '2',
    })
    await sync({ filter: "tags.nobody = 'has'" })
    expect(fork).toEqual(before)
  })
})

describe('a branch that a half-finished sync left behind', () => {
  test('is used once the permission that was refused is granted', async () => {
    const { settings } = project.repository
    settings.actionsMayCreatePullRequests = false
    // The branch cannot be deleted either.
    world.github.inject(
      { kind: 'respond', status: 503 },
      {
        match: (request) => isRefUpdate(request) && /"afterOid":"0{40}"/.test(request.body),
        times: 9,
      },
    )
    expect((await sync()).exitCode).toBe(1)
    const left = project.repository.head(headBranch)
    expect(left).not.toBe('')
    settings.actionsMayCreatePullRequests = true
    const step = await sync()
    expect(step.outputs).toMatchObject({
      operation: 'pull-request-created',
      'commit-sha': left,
    })
  })

  test('is used for other changes, too', async () => {
    world.github.inject({ kind: 'respond', status: 400 }, { match: isPullRequestCreation })
    world.github.inject(
      { kind: 'respond', status: 503 },
      {
        match: (request) => isRefUpdate(request) && /"afterOid":"0{40}"/.test(request.body),
        times: 9,
      },
    )
    expect((await sync()).exitCode).toBe(1)
    world.github.clearFaults()
    project.repository.push('main', { 'a.txt': 'a' })
    await changePlan()
    const step = await sync()
    expect(step.outputs).toMatchObject({ operation: 'pull-request-created', 'created-count': '2' })
    expect(baseOfHeadBranch(project)).toBe(project.repository.head())
  })
})

describe("a squash merge with a reviewer's commit", () => {
  test('does not block later syncs, even if the body was rewritten', async () => {
    await sync()
    rewriteBody()
    project.repository.push(headBranch, { 'fix.txt': 'x' }, 'Review')
    project.repository.push(headBranch, { 'fix.txt': 'y' }, 'Review again')
    mergePullRequest(project.repository, 1, 'squash')
    await changePlan()
    const step = await sync()
    expect(step.outputs).toMatchObject({ operation: 'pull-request-created', 'created-count': '1' })
  })

  test('does not block later syncs, although its branch stays', async () => {
    await sync()
    project.repository.push(headBranch, { 'fix.txt': 'x' }, 'Review')
    mergePullRequest(project.repository, 1, 'squash')
    await changePlan()
    const step = await sync()
    expect(step.outputs).toMatchObject({
      operation: 'pull-request-created',
      'created-count': '1',
      'pull-request-number': '2',
    })
    expect(baseOfHeadBranch(project)).toBe(project.repository.head())
  })

  test('has its branch deleted when nothing is left to propose', async () => {
    await sync()
    project.repository.push(headBranch, { 'fix.txt': 'x' }, 'Review')
    mergePullRequest(project.repository, 1, 'squash')
    const step = await sync()
    expect(step.outputs).toMatchObject({ operation: 'none', 'unchanged-count': '1' })
    expect(project.repository.head(headBranch)).toBe('')
  })

  test('is not mistaken for a merge of what a person pushed afterwards', async () => {
    await sync()
    mergePullRequest(project.repository, 1, 'squash')
    const later = project.repository.push(headBranch, { 'later.txt': 'x' })
    expect((await sync()).exitCode).toBe(0)
    await expectRefusal(foreignCommit)
    expect(project.repository.head(headBranch)).toBe(later)
  })
})

test('a proposal waits unchanged after the base branch was moved back to before its merge', async () => {
  await sync()
  const { repository } = project
  const base = repository.head()
  mergePullRequest(repository, 1)
  const proposed = repository.pullRequests[0]?.headSha ?? ''
  forcePush(repository, 'main', base)
  // The same commit, as if it had been made in the same second.
  openByHand(repository, headBranch, { body: repository.pullRequests[0]?.body ?? '' })
  for (const round of [1, 2]) {
    const { outputs } = await sync()
    expect([round, outputs.operation]).toEqual([round, 'none'])
    expect(outputs).toMatchObject({ 'pull-request-number': '2', 'commit-sha': proposed })
  }
})

describe('a proposal that a person merged without the button', () => {
  function closeAndMerge(): void {
    closePullRequest(project.repository, 1)
    mergeByHand(project.repository, 'main', headBranch)
  }

  test.each([
    ['after they closed the pull request', closeAndMerge],
    [
      "with a reviewer's commit",
      () => {
        project.repository.push(headBranch, { 'fix.txt': 'x' }, 'Review')
        closeAndMerge()
      },
    ],
    [
      'by a fast-forward of the base branch',
      () => {
        closePullRequest(project.repository, 1)
        forcePush(project.repository, 'main', project.repository.head(headBranch))
      },
    ],
    [
      'into another base branch, which was merged later',
      () => {
        const { repository } = project
        repository.git('branch', 'release', 'main')
        editPullRequest(repository, 1, { base: 'release', baseSha: repository.head('release') })
        mergePullRequest(repository, 1)
        mergeByHand(repository, 'main', 'release')
      },
    ],
  ])('does not block later syncs: %s', async (_how, merge) => {
    await sync()
    merge()
    await changePlan()
    const step = await sync()
    expect(step.outputs).toMatchObject({ operation: 'pull-request-created', 'created-count': '1' })
    expect(baseOfHeadBranch(project)).toBe(project.repository.head())
  })

  test('has its branch deleted when nothing is left to propose', async () => {
    await sync()
    closeAndMerge()
    expect((await sync()).outputs).toMatchObject({ operation: 'none', 'unchanged-count': '1' })
    expect(project.repository.head(headBranch)).toBe('')
  })

  test('is left alone without a pull request of the action, and the error says why', async () => {
    await sync()
    closeAndMerge()
    // As of a person's branch that begins at a commit of the action.
    rewriteBody()
    await expectRefusal(
      /Branch `mlflow-sync\/main` ends with a commit of the action that the base branch already has, and no pull request shows that the action made the branch/,
    )
  })
})

describe('two jobs with one head branch', () => {
  const otherJob =
    /`pull-request-branch`: two jobs with different `models`, `path`, `index` or `branch` would undo each other/

  test('do not undo each other if they have different models', async () => {
    await project.register('other')
    await sync({ models: project.model('m') })
    const body = onlyPullRequest(project).body
    await expectRefusal(otherJob, { models: project.model('other') })
    await expectRefusal(otherJob, { models: project.model('other'), filter: "tags.nobody = 'has'" })
    expect(onlyPullRequest(project)).toMatchObject({ state: 'open', body })
    const step = await sync({ models: project.model('m') })
    expect(step.outputs.operation).toBe('none')
  })

  test('do not undo each other if they have different paths', async () => {
    await sync({ path: 'staging' })
    await expectRefusal(otherJob, { path: 'production' })
  })

  test('are told apart from one job with changed inputs', async () => {
    await project.register('other')
    await sync({ models: project.model('m') })
    const step = await sync({ models: project.model('*') })
    expect(step.outputs).toMatchObject({ operation: 'pull-request-updated', 'created-count': '2' })
  })

  test.each(['kept', 'rewritten'])(
    'do not undo each other if they have different base branches, with the body %s',
    async (body) => {
      const { repository } = project
      repository.git('branch', 'release', 'main')
      repository.push('release', { 'release.txt': 'x' })
      const inputs = { 'pull-request-branch': 'mlflow' }
      await sync(inputs)
      if (body === 'rewritten') rewriteBody()
      await expectRefusal(
        /for another branch, which another job must have written.*pull-request-branch/,
        {
          ...inputs,
          branch: 'release',
        },
      )
      expect(repository.paths('mlflow')).not.toContain('release.txt')
    },
  )
})

test.each([
  ['withdrawn', 'pull-request-closed', () => undefined],
  ['merged', 'none', () => mergePullRequest(project.repository, 1, 'squash')],
])(
  "a person's pull request into the head branch keeps it alive after the proposal was %s",
  async (_what, operation, end) => {
    await sync()
    const { repository } = project
    repository.git('branch', 'fix', headBranch)
    repository.push('fix', { 'fix.txt': 'x' })
    openByHand(repository, 'fix', { base: headBranch })
    end()
    const step = await sync({ filter: "tags.nobody = 'has'" })
    expect(step.outputs.operation).toBe(operation)
    expect(step.log).toMatch(/::warning.*was not deleted: pull request #2 .* would merge into it/)
    expect(repository.head(headBranch)).not.toBe('')
    expect(repository.pullRequests.map(({ state }) => state)).toEqual(['closed', 'open'])
  },
)

test("a person's pull request into another branch keeps the head branch alive", async () => {
  await sync()
  const { repository } = project
  repository.git('branch', 'release', 'main')
  const { headSha } = openByHand(repository, headBranch, { base: 'release' })
  const step = await sync({ filter: "tags.nobody = 'has'" })
  expect(step.exitCode).toBe(0)
  expect(step.outputs.operation).toBe('pull-request-closed')
  expect(step.log).toMatch(
    /::warning.*was not deleted: pull request #2 .* into `release` comes from it/,
  )
  expect(repository.head(headBranch)).toBe(headSha)
  expect(repository.pullRequests.map(({ state }) => state)).toEqual(['closed', 'open'])
})
