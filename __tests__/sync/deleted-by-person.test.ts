import { setTimeout } from 'node:timers/promises'
import { beforeEach, describe, expect, test } from '@jest/globals'
import { githubRequests } from '../../testing/count-requests.ts'
import { isDirectoryHistoryRead, isRemovalsRead } from '../../testing/github/matchers.ts'
import { mergePullRequest, type MergeMethod } from '../../testing/github/pull-requests.ts'
import { bulkRegister } from '../../testing/mlflow/bulk.ts'
import type { RegisteredVersion } from '../../testing/mlflow/api.ts'
import type { Project } from '../../testing/project.ts'
import { useWorld } from '../../testing/use-world.ts'
import { stepInProcess, type InProcessStep } from '../fixtures/step-in-process.ts'

const world = await useWorld({ version: 3, throughGateway: true })
let project: Project

beforeEach(() => {
  project = world.createProject()
})

const directory = 'values'

function sync(inputs: Readonly<Record<string, string>> = {}): Promise<InProcessStep> {
  return stepInProcess(world, project, { path: directory, ...inputs })
}

function pathOf({ runId }: Pick<RegisteredVersion, 'runId'>): string {
  return `${directory}/${runId}.yaml`
}

function paths(): string[] {
  return project.repository.paths('main', directory)
}

/** Registers a version and syncs its file. */
async function syncOne(): Promise<RegisteredVersion> {
  const version = await project.register('model')
  await sync()
  expect(paths()).toContain(pathOf(version))
  return version
}

/** Git knows when a commit was made to the second, and what follows in the same second may be older. */
async function nextSecond(): Promise<void> {
  await setTimeout(1100)
}

/** A person deletes files with a commit on the branch. */
function remove(...versions: readonly RegisteredVersion[]): string {
  const files = Object.fromEntries(versions.map((version) => [pathOf(version), null]))
  return project.repository.push('main', files, 'Remove a broken deployment')
}

/** Runs git in the bare repository and moves main to the commit that it prints. */
function moveMain(commit: string): string {
  project.repository.git('update-ref', 'refs/heads/main', commit)
  return commit
}

/** Commits a tree with git, as a person does; returns the commit. */
function commitTree(tree: string, parents: readonly string[], message: string): string {
  return project.repository.store.writeCommit(tree, parents, message)
}

/** `git revert` of one commit that changed nothing that was changed since. */
function revert(commit: string): string {
  const { store } = project.repository
  const { message } = store.commit(commit)
  const tree = store.commit(`${commit}^`).tree
  const [headline = ''] = message.split('\n')
  const body = `This reverts commit ${commit}.`
  return moveMain(commitTree(tree, [project.repository.head()], `Revert "${headline}"\n\n${body}`))
}

function expectHeld(step: InProcessStep, { runId }: RegisteredVersion, commit: string): void {
  const record = step.report.records.find((row) => row.runId === runId)
  expect(record).toMatchObject({ outcome: 'held' })
  expect(record?.reason).toContain(commit)
  expect(record?.reason).toContain(`recreate: ${runId}`)
  expect(step.exitCode).toBe(0)
}

describe('a file that a person deleted stays deleted', () => {
  test('after a commit, and the sync says which', async () => {
    const version = await syncOne()
    const commit = remove(version)
    const step = await sync()
    expectHeld(step, version, commit)
    expect(step.outputs).toMatchObject({ operation: 'none', 'held-count': '1' })
    const { url } = project.repository
    expect(step.summary).toContain(`[\`${commit.slice(0, 8)}\`](${url}/commit/${commit})`)
    expect(step.summary).not.toContain(`blob/main/${pathOf(version)}`)
    expect(paths()).toEqual([])
  })

  test('in mode: plan too, which says the same', async () => {
    const version = await syncOne()
    const commit = remove(version)
    expectHeld(await sync({ mode: 'plan' }), version, commit)
  })

  test('while others are created', async () => {
    const version = await syncOne()
    const commit = remove(version)
    const other = await project.register('other')
    const step = await sync()
    expectHeld(step, version, commit)
    expect(step.outputs).toMatchObject({ operation: 'committed', 'created-count': '1' })
    expect(paths()).toEqual([pathOf(other)])
    // The action's commit is newer than the deletion now.
    expectHeld(await sync(), version, commit)
  })

  test('after a revert of the commit that created it', async () => {
    const version = await syncOne()
    const commit = revert(project.repository.head())
    expectHeld(await sync(), version, commit)
  })

  test('after a revert that quotes the trailers of what it reverts', async () => {
    const version = await syncOne()
    const { store } = project.repository
    const { message } = store.commit('main')
    const files = { [pathOf(version)]: null }
    const commit = project.repository.push('main', files, `Revert "${message}`)
    expectHeld(await sync(), version, commit)
  })

  test('after it was renamed', async () => {
    const version = await syncOne()
    const content = project.repository.read(pathOf(version))
    const files = { [pathOf(version)]: null, [`${directory}/prod-llama.yaml`]: content }
    const commit = project.repository.push('main', files, 'Give it a better name')
    expectHeld(await sync(), version, commit)
  })

  test('after the merge of another branch that deleted it', async () => {
    const version = await syncOne()
    const { store, git } = project.repository
    git('branch', 'side', 'main')
    const commit = project.repository.push('side', { [pathOf(version)]: null }, 'Clean up')
    project.repository.push('main', { 'README.md': '# Changed\n' })
    const tree = git('merge-tree', '--write-tree', 'main', 'side')
    const parents = [project.repository.head(), store.branch('side') ?? '']
    moveMain(commitTree(tree, parents, "Merge branch 'side'"))
    expectHeld(await sync(), version, commit)
  })

  test('after the merge commit itself deleted it', async () => {
    const version = await syncOne()
    const { store, git } = project.repository
    git('branch', 'side', 'main')
    project.repository.push('side', { 'side.txt': 'side' })
    project.repository.push('main', { 'README.md': '# Changed\n' })
    const { tree } = store.commit('main~2')
    const parents = [project.repository.head(), store.branch('side') ?? '']
    const commit = moveMain(commitTree(tree, parents, "Merge branch 'side'"))
    expectHeld(await sync(), version, commit)
  })

  test('after a pull into a clone that is older than the file', async () => {
    const start = project.repository.head()
    const version = await syncOne()
    const created = project.repository.head()
    remove(version)
    const { tree } = project.repository.store.commit('main')
    // Git's history of the path follows the first parent, which never had the file.
    const local = commitTree(project.repository.store.commit(start).tree, [start], 'Local work')
    moveMain(commitTree(tree, [local, project.repository.head()], "Merge branch 'main' of …"))
    expectHeld(await sync(), version, created)
  })

  test('after such a pull, for a version that was registered before it', async () => {
    const start = project.repository.head()
    const version = await syncOne()
    const created = project.repository.head()
    await nextSecond()
    await world.api.createVersion(version)
    await nextSecond()
    const { tree } = project.repository.store.commit(start)
    const local = commitTree(tree, [start], 'Local work')
    moveMain(commitTree(tree, [local, created], "Merge branch 'main' of …"))
    expectHeld(await sync(), version, created)
  })

  test('after a squash that quotes the trailers of what the action wrote', async () => {
    const version = await syncOne()
    const { message } = project.repository.store.commit('main')
    const squash = `Clean up (#1)\n\n* Remove it\n\n* ${message}`
    const commit = project.repository.push('main', { [pathOf(version)]: null }, squash)
    expectHeld(await sync(), version, commit)
  })

  test.each([
    ['in the pull request that was to create it, which was squashed', true],
    ['after such a squash, and then a pull into a clone that is older than the file', false],
  ])('%s', async (_when, isInPullRequest) => {
    const { repository } = project
    const start = repository.head()
    const version = await project.register('model')
    await project.register('other')
    await sync({ 'pull-request': 'true' })
    const reviewed = isInPullRequest ? { [pathOf(version)]: null } : { 'notes.md': 'Looks good' }
    repository.push('mlflow-sync/main', reviewed, 'Review')
    mergePullRequest(repository, 1, 'squash')
    const created = repository.head()
    if (!isInPullRequest) {
      remove(version)
      const { tree } = repository.store.commit('main')
      const local = commitTree(repository.store.commit(start).tree, [start], 'Local work')
      moveMain(commitTree(tree, [local, repository.head()], "Merge branch 'main' of …"))
    }
    expectHeld(await sync(), version, created)
  })

  test('in one of two directories, and each is judged by itself', async () => {
    const version = await syncOne()
    const commit = remove(version)
    const step = await sync({ path: 'elsewhere' })
    expect(step.outputs).toMatchObject({ 'created-count': '1' })
    expectHeld(await sync(), version, commit)
  })

  test('in the root of the repository', async () => {
    const version = await project.register('model')
    await sync({ path: '.' })
    const path = `${version.runId}.yaml`
    const commit = project.repository.push('main', { [path]: null }, 'Remove it')
    expectHeld(await sync({ path: '.' }), version, commit)
  })

  test.each([
    ['that a person renamed', 'git mv old values'],
    ['that another service wrote', 'Deploy m'],
  ])('in a directory %s', async (_what, message) => {
    const version = await project.register('model')
    await sync({ path: 'old' })
    const old = `old/${version.runId}.yaml`
    const text = project.repository.read(old)
    project.repository.push('main', { [old]: null, [pathOf(version)]: text }, message)
    expect((await sync()).outputs.operation).toBe('none')
    const commit = remove(version)
    expectHeld(await sync(), version, commit)
  })

  test('in a directory that the action only wrote an index to', async () => {
    const version = await project.register('model')
    await sync({ path: 'old' })
    const old = `old/${version.runId}.yaml`
    const text = project.repository.read(old)
    project.repository.push('main', { [old]: null, [pathOf(version)]: text }, 'git mv old values')
    expect((await sync({ index: 'README.md' })).outputs.operation).toBe('committed')
    const commit = remove(version)
    expectHeld(await sync(), version, commit)
  })

  test('when the file was deleted a second time, after a person restored it', async () => {
    const version = await syncOne()
    const text = project.repository.read(pathOf(version))
    remove(version)
    project.repository.push('main', { [pathOf(version)]: text }, 'Restore it')
    const commit = remove(version)
    expectHeld(await sync(), version, commit)
  })

  test('in pull-request mode, in which it is not proposed again', async () => {
    const version = await syncOne()
    const commit = remove(version)
    const step = await sync({ 'pull-request': 'true' })
    expectHeld(step, version, commit)
    expect(project.repository.pullRequests).toEqual([])
  })
})

describe('a held file is created again', () => {
  test('if it is restored, or rather kept then', async () => {
    const version = await syncOne()
    const deletion = remove(version)
    revert(deletion)
    expect(paths()).toEqual([pathOf(version)])
    const step = await sync()
    expect(step.outputs).toMatchObject({ operation: 'none', 'unchanged-count': '1' })
  })

  test('for a version of the run that was registered after the deletion', async () => {
    const version = await syncOne()
    remove(version)
    await world.api.createVersion(version)
    const step = await sync()
    expect(step.outputs).toMatchObject({ operation: 'committed', 'created-count': '1' })
    expect(project.repository.read(pathOf(version))).toContain('modelVersion: "2"')
  })

  test('but not for a version that was registered before the deletion', async () => {
    const version = await syncOne()
    await world.api.createVersion(version)
    await nextSecond()
    const commit = remove(version)
    expectHeld(await sync(), version, commit)
  })

  test.each(['true', 'its id'])('with recreate: %s', async (recreate) => {
    const version = await syncOne()
    const other = await project.register('other')
    await sync()
    const commit = remove(version, other)
    const step = await sync({ recreate: recreate === 'true' ? recreate : version.runId })
    expect(paths()).toContain(pathOf(version))
    if (recreate === 'true') expect(paths()).toContain(pathOf(other))
    else expectHeld(step, other, commit)
    expect(githubRequests(step).Removals ?? 0).toBe(recreate === 'true' ? 0 : 1)
    // The action's own commit is the last one, so a later deletion counts again.
    const again = remove(version)
    expectHeld(await sync(), version, again)
  })
})

describe('an id for recreate', () => {
  test('that is not a selected run leads to a warning', async () => {
    const version = await syncOne()
    const commit = remove(version)
    const short = version.runId.slice(0, 8)
    const step = await sync({ recreate: `${short}\n${'f'.repeat(32)}` })
    expectHeld(step, version, commit)
    expect(step.report.warnings).toEqual([
      expect.stringContaining(`has \`${short}\`, but`),
      expect.stringContaining('Write the complete id'),
    ])
    expect(step.report.warnings[0]).toContain(`Did you mean \`${version.runId}\`?`)
    expect((await sync({ recreate: version.runId })).report.warnings).toEqual([])
  })

  test('brings the file back in each target where a person deleted it', async () => {
    const version = await project.register('model')
    const targets = '  - { path: a }\n  - { path: b }\n  - { path: c }\n'
    project.repository.push('main', { 'targets.yaml': `version: 1\ntargets:\n${targets}` })
    const inputs = { config: 'targets.yaml', path: '' }
    await sync(inputs)
    const [a, b, c] = ['a', 'b', 'c'].map((name) => `${name}/${version.runId}.yaml`)
    project.repository.push('main', { [String(a)]: null, [String(b)]: null }, 'Remove both')
    const step = await sync({ ...inputs, recreate: version.runId })
    expect(step.changes.map(({ path }) => path).toSorted()).toEqual([a, b])
    expect(project.repository.paths('main')).toEqual(expect.arrayContaining([a, b, c]))
    expect(step.report.warnings).toEqual([])
  })
})

describe("what the action's own prune deleted", () => {
  const champion = { aliases: 'champion', prune: 'true' }

  /** Two versions of a model; the alias moves from the first one to the second and back. */
  async function rollForth(inputs: Record<string, string>, land: () => void) {
    const first = await project.register('model')
    const second = await project.register('model')
    const point = (version: string) =>
      world.api.setAlias(project.model('model'), 'champion', version)
    for (const version of ['1', '2', '2']) {
      await point(version)
      await sync({ ...champion, ...inputs })
      land()
    }
    expect(paths()).toEqual([pathOf(second)])
    await point('1')
    return { first, second }
  }

  test('is created again when it is selected again', async () => {
    const { first } = await rollForth({}, () => undefined)
    const step = await sync(champion)
    expect(step.outputs).toMatchObject({ 'created-count': '1', 'held-count': '0' })
    expect(paths()).toContain(pathOf(first))
  })

  test('is created again although the action wrote it on another line since', async () => {
    const { store, git } = project.repository
    const start = project.repository.head()
    const { first } = await rollForth({}, () => undefined)
    await nextSecond()
    git('branch', 'side', start)
    const side = await sync({ branch: 'side', aliases: 'champion' })
    expect(side.outputs).toMatchObject({ operation: 'committed', 'created-count': '1' })
    const { tree } = store.commit('main')
    const parents = [project.repository.head(), store.branch('side') ?? '']
    moveMain(commitTree(tree, parents, "Merge branch 'side'"))
    const step = await sync(champion)
    expect(step.outputs).toMatchObject({ 'created-count': '1', 'held-count': '0' })
    expect(paths()).toContain(pathOf(first))
  })

  test.each<[MergeMethod, string]>([
    ['merge', 'as it was proposed'],
    ['squash', 'as it was proposed'],
    ['rebase', 'as it was proposed'],
    ['merge', 'with a commit of a reviewer'],
    ['squash', 'with a commit of a reviewer'],
    ['rebase', 'with a commit of a reviewer'],
  ])('is created again after a %s of the pull request %s', async (method, how) => {
    const { repository } = project
    const { first } = await rollForth({ 'pull-request': 'true' }, () => {
      const open = repository.pullRequests.find(({ state }) => state === 'open')
      if (open === undefined) throw new Error('there is no pull request')
      if (how.includes('reviewer')) repository.push(open.head, { 'notes.md': String(open.number) })
      mergePullRequest(repository, open.number, method)
    })
    const step = await sync(champion)
    expect(step.outputs).toMatchObject({ 'created-count': '1', 'held-count': '0' })
    expect(paths()).toContain(pathOf(first))
  })

  test.each<MergeMethod>(['merge', 'squash', 'rebase'])(
    'does not include what a person deleted in its pull request: %s',
    async (method) => {
      const other = await project.register('other')
      await sync()
      await project.register('model')
      await sync({ 'pull-request': 'true' })
      const { repository } = project
      repository.push('mlflow-sync/main', { [pathOf(other)]: null }, 'And remove the other')
      mergePullRequest(repository, 1, method)
      expectHeld(await sync(), other, '')
    },
  )
})

describe('a roll-back by hand', () => {
  const champion = { aliases: 'champion', prune: 'true' }

  /** The alias moves to a second version, which a person rolls back once the first file is gone. */
  async function rollBack() {
    const first = await project.register('model')
    await world.api.setAlias(project.model('model'), 'champion', '1')
    await sync(champion)
    const second = await project.register('model')
    await world.api.setAlias(project.model('model'), 'champion', '2')
    await sync(champion)
    const creation = project.repository.head()
    await sync(champion)
    const deletion = project.repository.head()
    expect(paths()).toEqual([pathOf(second)])
    return { first, second, creation, deletion }
  }

  test('of both commits leaves the older file alone as long as the newer one is held', async () => {
    const { first, second, deletion } = await rollBack()
    revert(deletion)
    const commit = remove(second)
    for (const run of [1, 2]) {
      const step = await sync(champion)
      expectHeld(step, second, commit)
      expect([run, step.outputs.operation]).toEqual([run, 'none'])
      expect(paths()).toEqual([pathOf(first)])
    }
  })

  test('of the deletion alone is undone by the next prune, unless the file is on hold', async () => {
    const { first, deletion } = await rollBack()
    revert(deletion)
    expect((await sync(champion)).outputs).toMatchObject({ 'deleted-count': '1' })
    const text = project.repository.git('show', `${deletion}^:${pathOf(first)}`)
    const held = `# mlflow-sync: hold until the incident is over\n${text}`
    project.repository.push('main', { [pathOf(first)]: held }, 'Restore it on hold')
    expect((await sync(champion)).outputs).toMatchObject({ operation: 'none', 'held-count': '1' })
  })
})

describe('requests', () => {
  function toHistory(step: InProcessStep) {
    const { DirectoryHistory = 0, Removals = 0 } = githubRequests(step)
    return { DirectoryHistory, Removals }
  }

  test('a sync that creates nothing does not read the history', async () => {
    await syncOne()
    expect(toHistory(await sync())).toEqual({ DirectoryHistory: 0, Removals: 0 })
  })

  test('a new file takes one, which also confirms what was read', async () => {
    await syncOne()
    await nextSecond()
    await project.register('other')
    const step = await sync()
    expect(githubRequests(step)).toEqual({ Branch: 1, Blobs: 1, DirectoryHistory: 1, Commit: 1 })
  })

  test('the first files take no more, however old their versions are', async () => {
    const { experiment, mlflow } = world
    const prefix = project.model('many')
    bulkRegister(mlflow, { experimentId: experiment.id, count: 110, prefix })
    await nextSecond()
    project.repository.push('main', { [`${directory}/Chart.yaml`]: 'a: 1\n' })
    project.repository.push('main', { [`${directory}/Chart.yaml`]: 'a: 2\n' })
    const step = await sync()
    expect(step.outputs['created-count']).toBe('110')
    expect(toHistory(step)).toEqual({ DirectoryHistory: 1, Removals: 0 })
  })

  test('110 files that a person deleted take 1 and 2 more, and halve when GitHub times out', async () => {
    const { experiment, mlflow } = world
    const prefix = project.model('many')
    bulkRegister(mlflow, { experimentId: experiment.id, count: 110, prefix })
    await sync()
    expect(paths()).toHaveLength(110)
    const files = Object.fromEntries(paths().map((path) => [path, null]))
    const commit = project.repository.push('main', files, 'Remove everything')
    const step = await sync()
    expect(step.outputs).toMatchObject({ operation: 'none', 'held-count': '110' })
    expect(step.report.records.every(({ reason }) => reason?.includes(commit))).toBe(true)
    expect(toHistory(step)).toEqual({ DirectoryHistory: 1, Removals: 2 })

    // The batch of 100 is tried twice, then halved.
    world.github.inject(
      { kind: 'respond', status: 502, body: '' },
      {
        match: ({ operation, body }) =>
          operation === 'Removals' && body.split('history(').length > 60,
        times: Infinity,
      },
    )
    const halved = await sync()
    expect(halved.outputs).toMatchObject({ operation: 'none', 'held-count': '110' })
    expect(toHistory(halved)).toEqual({ DirectoryHistory: 1, Removals: 4 + 1 })
  }, 120_000)
})

test('a token that may not read pull requests suffices', async () => {
  const version = await project.register('model')
  await sync({ 'pull-request': 'true' })
  mergePullRequest(project.repository, 1, 'merge')
  const commit = remove(version)
  const token = world.github.addToken({ contents: 'write', pullRequests: 'none' })
  await project.register('other')
  const step = await sync({ 'github-token': token })
  expectHeld(step, version, commit)
  expect(step.outputs).toMatchObject({ operation: 'committed', 'created-count': '1' })
})

describe('in a pull request', () => {
  test('a file that was recreated stays proposed without the input', async () => {
    const version = await syncOne()
    remove(version)
    const inputs = { 'pull-request': 'true' }
    await sync({ ...inputs, recreate: version.runId })
    const step = await sync(inputs)
    expect(step.outputs).toMatchObject({ operation: 'none', 'pull-request-number': '1' })
    expect(project.repository.pullRequests.map(({ state }) => state)).toEqual(['open'])
  })

  test('a waiting creation survives a history that cannot be read', async () => {
    await syncOne()
    await project.register('other')
    const inputs = { 'pull-request': 'true' }
    await sync(inputs)
    world.github.inject(
      { kind: 'respond', status: 502, body: '' },
      { match: isDirectoryHistoryRead, times: Infinity },
    )
    const step = await sync(inputs)
    expect(step.exitCode).toBe(1)
    expect(project.repository.pullRequests.map(({ state }) => state)).toEqual(['open'])
  })
})

describe('if the history cannot be read', () => {
  test.each([
    ['DirectoryHistory', 'both'],
    ['Removals', 'only the old one'],
  ])('at %s, the run fails: %s', async (operation, which) => {
    const version = await syncOne()
    remove(version)
    await nextSecond()
    const other = await project.register('other')
    const body = JSON.stringify({ message: 'Resource not accessible by integration' })
    const headers = { 'content-type': 'application/json' }
    world.github.inject(
      { kind: 'respond', status: 403, body, headers },
      {
        match: operation === 'Removals' ? isRemovalsRead : isDirectoryHistoryRead,
        times: Infinity,
      },
    )
    const step = await sync()
    expect(step.exitCode).toBe(1)
    const failed = step.report.records.filter(({ outcome }) => outcome === 'failed')
    expect(failed).toHaveLength(which === 'both' ? 2 : 1)
    for (const { reason } of failed) {
      expect(reason).toMatch(/^not created: whether a person deleted its file before is not known/)
    }
    expect(paths()).toEqual(which === 'both' ? [] : [pathOf(other)])
  })
})
