import { beforeEach, describe, expect, test } from '@jest/globals'
import { githubRequests, mlflowRequests } from '../../testing/count-requests.ts'
import { mergePullRequest } from '../../testing/github/pull-requests.ts'
import { bulkRegister } from '../../testing/mlflow/bulk.ts'
import type { RegisteredVersion } from '../../testing/mlflow/api.ts'
import type { GatewayRequest } from '../../testing/mlflow/gateway.ts'
import type { Repository } from '../../testing/github/repository.ts'
import type { Project } from '../../testing/project.ts'
import { headBranch } from '../../testing/pull-requests.ts'
import { useWorld } from '../../testing/use-world.ts'
import { runInProcess } from '../fixtures/in-process-job.ts'
import { stepInProcess, type InProcessStep } from '../fixtures/step-in-process.ts'

const world = await useWorld({ version: 3, throughGateway: true })
let project: Project

beforeEach(() => {
  project = world.createProject()
})

function sync(inputs: Readonly<Record<string, string>> = {}): Promise<InProcessStep> {
  return stepInProcess(world, project, { path: 'deploy', 'write-back': 'true', ...inputs })
}

function isTagRequest({ url }: GatewayRequest): boolean {
  return url.endsWith('-tag')
}

function tagRequests({ mlflowRequests: requests }: InProcessStep): number {
  return requests.filter(isTagRequest).length
}

type Tags = { readonly file?: string | undefined; readonly commit?: string | undefined }

/** The action's tags of a version; the file without GitHub's address. */
async function tagsOf({ name, version }: RegisteredVersion, target = ''): Promise<Tags> {
  const tags = await world.api.versionTags(name, version)
  const { fullName } = project.repository
  const prefix = `mlflow-sync.${fullName}${target}`
  const file = tags[`${prefix}.file`]
  return {
    file: file?.replace(`https://github.example.com/${fullName}/blob/`, ''),
    commit: tags[`${prefix}.commit`],
  }
}

const untagged: Tags = { file: undefined, commit: undefined }

function taggedBy({ runId }: RegisteredVersion, commit = project.repository.head()): Tags {
  return { file: `main/deploy/${runId}.yaml`, commit }
}

const filter = "tags.deploy = 'yes'"

function registerDeployed(name: string): Promise<RegisteredVersion> {
  return project.register(name, { versionTags: { deploy: 'yes' } })
}

/** Makes the filter hide a version. */
function hide({ name, version }: RegisteredVersion): Promise<unknown> {
  return world.api.deleteVersionTag(name, version, 'deploy')
}

describe('the tags of a version that the filter hides', () => {
  test('are set if its file is on the branch, and cost a search while they are right', async () => {
    const hidden = await registerDeployed('a')
    await registerDeployed('b')
    await sync({ filter, 'write-back': 'false' })
    await hide(hidden)
    expect(await tagsOf(hidden)).toEqual(untagged)
    const step = await sync({ filter })
    expect(step.report.warnings).toEqual([])
    expect(await tagsOf(hidden)).toEqual(taggedBy(hidden))
    expect(tagRequests(step)).toBe(4)
    const again = await sync({ filter })
    expect(tagRequests(again)).toBe(0)
    expect(mlflowRequests(again)).toEqual({ 'model-versions/search': 2, 'runs/search': 1 })
  })

  test('are removed by a later sync if the one that deleted the file could not', async () => {
    const hidden = await registerDeployed('a')
    await registerDeployed('b')
    await sync({ filter })
    await hide(hidden)
    world.gateway.rule = (request) =>
      request.method === 'DELETE' ? { status: 403, body: 'Permission denied' } : undefined
    const pruned = await sync({ filter, prune: 'true' })
    expect(pruned.outputs).toMatchObject({ 'deleted-count': '1' })
    expect(await tagsOf(hidden)).not.toEqual(untagged)
    world.gateway.rule = undefined
    await sync({ filter, prune: 'true' })
    expect(await tagsOf(hidden)).toEqual(untagged)
  })

  test('are removed after the pull request that deletes its file is merged', async () => {
    const hidden = await registerDeployed('a')
    const kept = await registerDeployed('b')
    await sync({ filter })
    const commit = project.repository.head()
    await hide(hidden)
    const inputs = { filter, prune: 'true', 'pull-request': 'true' }
    await sync(inputs)
    expect(await tagsOf(hidden)).toEqual(taggedBy(hidden, commit))
    mergePullRequest(project.repository, 1, 'squash')
    await sync(inputs)
    expect(await tagsOf(hidden)).toEqual(untagged)
    expect(await tagsOf(kept)).toEqual(taggedBy(kept, commit))
  })

  test('are found without a search by a target that has no filter', async () => {
    const hidden = await registerDeployed('a')
    await registerDeployed('b')
    project.repository.push('main', {
      'sync.yaml': `version: 1
targets:
  - { name: filtered, path: deploy, filter: "${filter}", prune: true }
  - { name: all, path: all }
`,
    })
    await sync({ config: 'sync.yaml' })
    await hide(hidden)
    const step = await sync({ config: 'sync.yaml' })
    expect(step.outputs).toMatchObject({ 'deleted-count': '1' })
    expect(step.mlflowRequests.filter(({ url }) => url.includes('mlflow-sync'))).toEqual([])
    expect(await tagsOf(hidden, '.filtered')).toEqual(untagged)
    expect(await tagsOf(hidden, '.all')).not.toEqual(untagged)
  })

  test('that cannot be found are a warning, and those of listed ones are set', async () => {
    const version = await registerDeployed('a')
    world.gateway.rule = ({ url }) =>
      url.includes('mlflow-sync')
        ? { status: 400, body: '{"error_code":"INVALID_PARAMETER_VALUE","message":"no tags here"}' }
        : undefined
    const step = await sync({ filter })
    expect(step.exitCode).toBe(0)
    expect(step.report.warnings.join('\n')).toMatch(/that `filter` hides .* no tags here/)
    expect(await tagsOf(version)).toEqual(taggedBy(version))
  })
})

test('a version that is no longer selected has its tags set, without prune or an index, too', async () => {
  const first = await project.registerExternal('m')
  await world.api.setAlias(first.name, 'champion', first.version)
  await sync({ aliases: 'champion', 'write-back': 'false' })
  const second = await project.registerExternal('m')
  await world.api.setAlias(first.name, 'champion', second.version)
  const commit = project.repository.head()
  await sync({ aliases: 'champion' })
  expect(await tagsOf(first)).toEqual(taggedBy(first, commit))
  expect(await tagsOf(second)).toEqual(taggedBy(second))
  const again = await sync({ aliases: 'champion' })
  expect(tagRequests(again)).toBe(0)
  expect(githubRequests(again)).toEqual({ Branch: 1, Blobs: 1 })
})

test('tags follow the path of a target, and other files of the repository that they name', async () => {
  const version = await project.registerExternal('m')
  const push = (path: string): string =>
    project.repository.push('main', {
      'sync.yaml': `version: 1\ntargets:\n  - { name: p, path: ${path} }\n`,
    })
  push('before')
  await sync({ config: 'sync.yaml' })
  push('after')
  await sync({ config: 'sync.yaml' })
  expect(await tagsOf(version, '.p')).toMatchObject({ file: `main/after/${version.runId}.yaml` })
  const { fullName } = project.repository
  await world.api.setVersionTag(
    ...[version.name, version.version, `mlflow-sync.${fullName}.file`],
    `https://github.example.com/${fullName}/blob/main/README.md`,
  )
  await sync()
  expect(await tagsOf(version)).toEqual(taggedBy(version))
})

test('tags of another job that has a file of the same version stay, with a warning', async () => {
  const version = await project.registerExternal('m')
  await sync()
  const commit = project.repository.head()
  const step = await sync({ path: 'other' })
  expect(await tagsOf(version)).toEqual(taggedBy(version, commit))
  expect(step.report.warnings.join('\n')).toMatch(
    /The tags of 1 model version in MLflow already name files elsewhere in the repository, such as .*deploy/,
  )
})

test('tags of deleted files of another job move, wherever they are among more than 100', async () => {
  const prefix = project.model('many')
  const { id: experimentId } = world.experiment
  const versions = bulkRegister(world.mlflow, {
    experimentId,
    count: 102,
    prefix,
    models: 102,
  }).map((runId, index) => ({ name: `${prefix}-${index}`, version: '1', runId }))
  await sync({ path: 'a' })
  const step = await sync({ path: 'b' })
  const requests = step.githubRequests.filter(({ operation }) => operation === 'Files')
  const asked = requests.map(({ body }) => body).join()
  const [gone, ...others] = versions.filter(({ runId }) => !asked.includes(runId))
  if (gone === undefined) throw new Error('all were asked')
  expect(others).toHaveLength(1)
  project.repository.push('main', { [`a/${gone.runId}.yaml`]: null })
  const clock = { now: Date.now, sleep: () => Promise.resolve(), random: () => 0.99 }
  await runInProcess(world, project, { path: 'b', 'write-back': 'true' }, { clock })
  const tags = await world.api.versionTags(gone.name, gone.version)
  expect(tags[`mlflow-sync.${project.repository.fullName}.file`]).toMatch(/\/b\/\w+\.yaml$/)
})

describe('a failure to write the tags', () => {
  async function registerMany(count: number): Promise<RegisteredVersion[]> {
    const versions: RegisteredVersion[] = []
    for (let index = 10; index < 10 + count; index += 1) {
      versions.push(await project.registerExternal(`m${index}`))
    }
    return versions
  }

  function isAbout({ body }: GatewayRequest, { name }: RegisteredVersion): boolean {
    return body.includes(`"${name}"`)
  }

  test('of many models costs one request each, and others get theirs', async () => {
    const versions = await registerMany(13)
    const [first] = versions
    const allowed = versions.at(-1)
    if (first === undefined || allowed === undefined) throw new Error('no versions')
    await project.registerExternal('m10')
    world.gateway.rule = (request) =>
      isTagRequest(request) && !isAbout(request, allowed)
        ? { status: 403, body: 'Permission denied' }
        : undefined
    const step = await sync()
    expect(tagRequests(step)).toBe(12 + 2)
    expect(await tagsOf(allowed)).toEqual(taggedBy(allowed))
    expect(step.report.warnings).toHaveLength(1)
    const [warning = ''] = step.report.warnings
    expect(warning).toContain(`\`${first.name}\``)
    expect(warning).toContain('and 2 other models could not be written to MLflow')
    expect(warning).toContain('needs `EDIT` permission on these registered models')
    expect(step.outputs).toMatchObject({ operation: 'committed', 'failed-count': '0' })
  })

  test('of one version that MLflow rejects leaves the other versions of its model alone', async () => {
    const versions: RegisteredVersion[] = []
    for (let count = 0; count < 3; count += 1) versions.push(await project.registerExternal('m'))
    world.gateway.rule = (request) =>
      isTagRequest(request) && request.body.includes('"version":"1"')
        ? { status: 400, body: '{"error_code":"INVALID_PARAMETER_VALUE","message":"odd version"}' }
        : undefined
    const step = await sync()
    const tags = await Promise.all(versions.map((version) => tagsOf(version)))
    expect(tags).toEqual([untagged, ...versions.slice(1).map((version) => taggedBy(version))])
    expect(tagRequests(step)).toBe(1 + 4)
    expect(step.report.warnings.join('\n')).toMatch(/could not be written .* odd version/)
  })

  test('because GitHub takes too long for the commits is only about the files it is too long for', async () => {
    const versions = await registerMany(5)
    const [slow] = versions
    await sync({ 'write-back': 'false' })
    world.github.inject(
      { kind: 'respond', status: 502, body: '' },
      {
        match: ({ operation, body }) =>
          operation === 'LastCommits' && slow !== undefined && body.includes(slow.runId),
        times: Infinity,
      },
    )
    const step = await sync()
    const tags = await Promise.all(versions.map((version) => tagsOf(version)))
    expect(tags).toEqual([untagged, ...versions.slice(1).map((version) => taggedBy(version))])
    expect(step.report.warnings.join('\n')).toContain('The commits of 1 file could not be read')
  })

  test('of one model with an error of the server leaves the others alone', async () => {
    const versions = await registerMany(5)
    const [broken] = versions
    world.gateway.rule = (request) =>
      isTagRequest(request) && broken !== undefined && isAbout(request, broken)
        ? { status: 500, body: '{"error_code":"INTERNAL_ERROR","message":"a broken row"}' }
        : undefined
    const step = await sync()
    for (const version of versions.slice(1)) {
      expect(await tagsOf(version)).toEqual(taggedBy(version))
    }
    expect(step.report.warnings.join('\n')).toMatch(/could not be written .* a broken row/)
  })

  test('by MLflow itself ends the tagging, and says how much is left', async () => {
    await registerMany(9)
    world.gateway.rule = (request) =>
      isTagRequest(request) ? { status: 500, body: '{"error_code":"INTERNAL_ERROR"}' } : undefined
    const step = await sync()
    const failed = new Set(step.mlflowRequests.filter(isTagRequest).map(({ body }) => body))
    // Up to four are under way at the same time.
    expect(failed.size).toBeLessThanOrEqual(6)
    expect(step.report.warnings.join('\n')).toMatch(
      /The tags of [3-6] model versions were not tried after MLflow had failed/,
    )
    expect(step.outputs).toMatchObject({ operation: 'committed', changed: 'true' })
  })
})

describe('a correction of the same version in a pull request', () => {
  /** Also what people do to the pull request before it is merged. */
  const ways: Readonly<Record<string, (repository: Repository) => void>> = {
    'a squash': (repository) => mergePullRequest(repository, 1, 'squash'),
    'a merge': (repository) => mergePullRequest(repository, 1, 'merge'),
    "a rebase with a reviewer's commit": (repository) => {
      repository.push(headBranch, { 'notes.md': 'x' })
      mergePullRequest(repository, 1, 'rebase')
    },
  }

  test.each(Object.keys(ways))('sets the commit that %s put on the branch', async (way) => {
    const { repository } = project
    const version = await project.registerExternal('m')
    repository.push('main', {
      'sync.yaml': 'version: 1\ntargets:\n  - path: x\n  - path: y\n',
    })
    const inputs = { config: 'sync.yaml', 'pull-request': 'true' }
    await sync({ ...inputs, 'pull-request': 'false' })
    const first = repository.head()
    const path = `x/${version.runId}.yaml`
    repository.push('main', {
      [path]: repository.read(path).replace(/timestamp: .*/, 'timestamp: 1'),
    })
    const proposing = await sync(inputs)
    expect(proposing.outputs).toMatchObject({ operation: 'pull-request-created' })
    expect(await tagsOf(version, '.x')).toMatchObject({ commit: first })
    ways[way]?.(repository)
    const commit = repository.head()
    repository.push('main', { [path]: `${repository.read(path)}# by a person\n` })
    const merged = await sync(inputs)
    expect(merged.report.warnings).toEqual([])
    expect(await tagsOf(version, '.x')).toMatchObject({ commit })
    expect(await tagsOf(version, '.y')).toMatchObject({ commit: first })
    expect(tagRequests(merged)).toBe(1)
    const again = await sync(inputs)
    expect(tagRequests(again)).toBe(0)
    for (const step of [merged, again]) {
      expect(githubRequests(step)).not.toHaveProperty('LastCommits')
    }
  })
})

test.each([
  ['all', '', { 'model-versions/search': 1, 'runs/search': 1 }],
  [
    'filtered',
    `defaults: { filter: "${filter}" }\n`,
    { 'model-versions/search': 2, 'runs/search': 1 },
  ],
])(
  'five unchanged targets, %s, cost no more than what they need',
  async (_name, defaults, expected) => {
    await registerDeployed('m')
    const targets = ['a', 'b', 'c', 'd', 'e'].map((path) => `  - { path: ${path} }\n`)
    project.repository.push('main', {
      'sync.yaml': `version: 1\n${defaults}targets:\n${targets.join('')}`,
    })
    await sync({ config: 'sync.yaml' })
    const step = await sync({ config: 'sync.yaml' })
    expect(step.outputs).toMatchObject({ operation: 'none', 'unchanged-count': '5' })
    expect(mlflowRequests(step)).toEqual(expected)
    expect(step.githubRequests.length).toBeLessThanOrEqual(4)
  },
)
