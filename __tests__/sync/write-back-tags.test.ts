import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { githubRequests, mlflowRequests } from '../../testing/count-requests.ts'
import { mergePullRequest } from '../../testing/github/pull-requests.ts'
import type { RegisteredVersion } from '../../testing/mlflow/api.ts'
import { bulkRegister } from '../../testing/mlflow/bulk.ts'
import { json } from '../../testing/mlflow/gateway-rules.ts'
import type { GatewayRequest } from '../../testing/mlflow/gateway.ts'
import { startMlflow, type MlflowServer } from '../../testing/mlflow/server.ts'
import { onlyWhere } from '../../testing/only-where.ts'
import type { Project } from '../../testing/project.ts'
import { useWorld } from '../../testing/use-world.ts'
import type { World } from '../../testing/world.ts'
import { stepInProcess, type InProcessStep } from '../fixtures/step-in-process.ts'

const world = await useWorld({ version: 3, throughGateway: true })
const olderWorld = await useWorld({ version: 2, throughGateway: true })
const worlds = [
  [3, world],
  [2, olderWorld],
] as const
let project: Project

beforeEach(() => {
  project = world.createProject()
})

function sync(
  inputs: Record<string, string> = {},
  there: Project = project,
  current: World = world,
): Promise<InProcessStep> {
  return stepInProcess(current, there, { path: 'deploy', 'write-back': 'true', ...inputs })
}

type Tags = { readonly file?: string | undefined; readonly commit?: string | undefined }

/** The action's tags of a version, as MLflow has them; the file without GitHub's address. */
async function tagsOf(
  { name, version }: Pick<RegisteredVersion, 'name' | 'version'>,
  { repository }: Project = project,
  { api }: World = world,
): Promise<Tags> {
  const tags = await api.versionTags(name, version)
  const prefix = `mlflow-sync.${repository.fullName}`
  const file = tags[`${prefix}.file`]
  return {
    file: file?.replace(`https://github.example.com/${repository.fullName}/blob/`, ''),
    commit: tags[`${prefix}.commit`],
  }
}

function isTagRequest({ url }: GatewayRequest): boolean {
  return url.endsWith('-tag')
}

function tagRequests({ mlflowRequests: requests }: InProcessStep): number {
  return requests.filter(isTagRequest).length
}

const untagged: Tags = { file: undefined, commit: undefined }

describe.each(worlds)('with MLflow %i, tags', (_version, current) => {
  let there: Project

  beforeEach(() => {
    there = current.createProject()
  })

  test('name the file and the commit, and are right the next time', async () => {
    const version = await there.register('m')
    const step = await sync({}, there, current)
    expect(step.outputs).toMatchObject({ operation: 'committed' })
    expect(step.warnings).toEqual([])
    const tags = { file: `main/deploy/${version.runId}.yaml`, commit: there.repository.head() }
    expect(await tagsOf(version, there, current)).toEqual(tags)
    expect(tagRequests(step)).toBe(2)
    there.repository.push('main', { 'other.txt': 'x' })
    const again = await sync({}, there, current)
    expect(again.outputs).toMatchObject({ operation: 'none' })
    expect(mlflowRequests(again)).toEqual({ 'model-versions/search': 1, 'runs/search': 1 })
    expect(githubRequests(again)).toEqual({ Branch: 1, Blobs: 1 })
    expect(await tagsOf(version, there, current)).toEqual(tags)
  })

  test('move to the newer version of the same run, and go when the file is pruned', async () => {
    const first = await there.register('m')
    const other = await there.register('other')
    await sync({}, there, current)
    const second = { ...first, version: await current.api.createVersion(first) }
    await sync({}, there, current)
    const commit = there.repository.head()
    expect(await tagsOf(first, there, current)).toEqual(untagged)
    expect(await tagsOf(second, there, current)).toMatchObject({ commit })
    await current.api.setAlias(other.name, 'champion', '1')
    const pruned = await sync({ prune: 'true', aliases: 'champion' }, there, current)
    expect(pruned.outputs).toMatchObject({ 'deleted-count': '1' })
    expect(await tagsOf(second, there, current)).toEqual(untagged)
    expect(await tagsOf(other, there, current)).toMatchObject({
      file: `main/deploy/${other.runId}.yaml`,
    })
  })
})

describe('tags', () => {
  test('are restored, with the commit that last changed the file', async () => {
    const version = await project.registerExternal('m')
    await sync()
    const commit = project.repository.head()
    const key = `mlflow-sync.${project.repository.fullName}`
    await world.api.deleteVersionTag(version.name, '1', `${key}.commit`)
    project.repository.push('main', { 'other.txt': 'x' })
    const step = await sync()
    expect(step.outputs).toMatchObject({ operation: 'none' })
    expect(tagRequests(step)).toBe(1)
    expect(githubRequests(step)).toMatchObject({ LastCommits: 1 })
    expect(await tagsOf(version)).toMatchObject({ commit })
    await world.api.setVersionTag(version.name, '1', `${key}.file`, 'nonsense')
    await sync()
    expect(await tagsOf(version)).toEqual({ file: `main/deploy/${version.runId}.yaml`, commit })
  })

  test('are not set without the input, in a plan or by a check', async () => {
    const version = await project.registerExternal('m')
    await stepInProcess(world, project, { path: 'deploy' })
    expect(tagRequests(await sync({ mode: 'plan' }))).toBe(0)
    const before = await world.api.versionTags(version.name, '1')
    const check = await sync({ mode: 'check' })
    expect(check.exitCode).toBe(0)
    expect(tagRequests(check)).toBe(2)
    expect(await world.api.versionTags(version.name, '1')).toEqual(before)
  })

  test('stay on a version whose file stays although it is no longer selected', async () => {
    const first = await project.registerExternal('m')
    await world.api.setAlias(first.name, 'champion', '1')
    await sync({ aliases: 'champion' })
    const tags = await tagsOf(first)
    const second = await project.registerExternal('m')
    await world.api.setAlias(first.name, 'champion', '2')
    await sync({ aliases: 'champion' })
    expect(await tagsOf(first)).toEqual(tags)
    expect(await tagsOf(second)).toMatchObject({ commit: project.repository.head() })
  })

  test('follow a file on hold, which may name another version than the selected one', async () => {
    const first = await project.registerExternal('m')
    await stepInProcess(world, project, { path: 'deploy' })
    const path = `deploy/${first.runId}.yaml`
    const text = project.repository.read(path)
    const held = project.repository.push('main', { [path]: `# mlflow-sync: hold\n${text}` })
    const second = { ...first, version: await world.api.createVersion(first) }
    await sync()
    expect(await tagsOf(first)).toEqual({ file: `main/${path}`, commit: held })
    expect(await tagsOf(second)).toEqual(untagged)
  })

  test('of a version that a filter hides are removed when its file is deleted', async () => {
    const deploy = { deploy: 'yes' }
    const first = await project.register('a', { versionTags: deploy })
    await project.register('b', { versionTags: deploy })
    const filter = "tags.deploy = 'yes'"
    await sync({ filter })
    await world.api.deleteVersionTag(first.name, '1', 'deploy')
    const step = await sync({ filter, prune: 'true' })
    expect(step.outputs).toMatchObject({ 'deleted-count': '1' })
    expect(await tagsOf(first)).toEqual(untagged)
  })

  test('are only set and removed by the job that the directory belongs to', async () => {
    const version = await project.registerExternal('m')
    await sync({ path: 'a' })
    const tags = await tagsOf(version)
    for (const path of ['b', 'a', 'b']) {
      const step = await sync({ path })
      expect(tagRequests(step)).toBe(0)
      expect(step.warnings).toHaveLength(path === 'a' ? 0 : 1)
    }
    expect(await tagsOf(version)).toEqual(tags)
    project.repository.push('main', { [`a/${version.runId}.yaml`]: null })
    await sync({ path: 'b' })
    expect(await tagsOf(version)).toMatchObject({ file: `main/b/${version.runId}.yaml` })
  })

  test('of models of other jobs stay', async () => {
    const first = await project.registerExternal('a')
    const second = await project.registerExternal('b')
    await sync({ models: first.name })
    await sync({ models: second.name })
    expect(await tagsOf(first)).not.toEqual(untagged)
    const tags = await tagsOf(first)
    project.repository.push('main', { [`deploy/${first.runId}.yaml`]: null })
    await sync({ models: second.name })
    expect(await tagsOf(first)).toEqual(tags)
  })
})

describe('with a configuration, tags', () => {
  const config = (targets: string): Record<string, string> => ({
    'sync.yaml': `version: 1\ntargets:\n${targets}`,
  })

  test('name the target, so that one version can be in two directories', async () => {
    const version = await project.registerExternal('m')
    project.repository.push(
      'main',
      config('  - { name: production, path: prod, index: README.md }\n  - { path: staging }\n'),
    )
    const inputs = { config: 'sync.yaml' }
    const step = await sync(inputs)
    expect(step.outputs).toMatchObject({ operation: 'committed', 'created-count': '2' })
    expect(step.warnings).toEqual([])
    const key = `mlflow-sync.${project.repository.fullName}`
    const url = `https://github.example.com/${project.repository.fullName}/blob/main`
    const commit = project.repository.head()
    expect(await world.api.versionTags(version.name, '1')).toEqual({
      [`${key}.production.file`]: `${url}/prod/${version.runId}.yaml`,
      [`${key}.production.commit`]: commit,
      [`${key}.staging.file`]: `${url}/staging/${version.runId}.yaml`,
      [`${key}.staging.commit`]: commit,
    })
    expect(project.repository.read('prod/README.md')).toContain(`(${version.runId}.yaml)`)
    const again = await sync(inputs)
    expect(again.outputs).toMatchObject({ operation: 'none' })
    expect(tagRequests(again)).toBe(0)
  })

  test('are written for the other targets if one of them fails', async () => {
    const version = await project.registerExternal('m')
    project.repository.push(
      'main',
      config('  - { path: a, template: missing.yaml }\n  - { path: b }\n'),
    )
    const step = await sync({ config: 'sync.yaml' })
    expect(step.exitCode).toBe(1)
    const tags = await world.api.versionTags(version.name, '1')
    expect(Object.keys(tags)).toHaveLength(2)
    expect(Object.values(tags)).toContain(project.repository.head())
  })
})

describe('in pull-request mode, tags', () => {
  test('follow the merge', async () => {
    const first = await project.registerExternal('m')
    const inputs = { 'pull-request': 'true' }
    await sync(inputs)
    expect(await tagsOf(first)).toEqual(untagged)
    mergePullRequest(project.repository, 1, 'squash')
    await sync(inputs)
    expect(await tagsOf(first)).toEqual({
      file: `main/deploy/${first.runId}.yaml`,
      commit: project.repository.head(),
    })
    const second = { ...first, version: await world.api.createVersion(first) }
    await sync(inputs)
    expect(await tagsOf(second)).toEqual(untagged)
    expect(await tagsOf(first)).not.toEqual(untagged)
    mergePullRequest(project.repository, 2, 'squash')
    await sync(inputs)
    expect(await tagsOf(first)).toEqual(untagged)
    expect(await tagsOf(second)).toMatchObject({ commit: project.repository.head() })
  })
})

describe('a failure to write tags', () => {
  const denied = {
    status: 403,
    headers: { 'content-type': 'text/html' },
    body: 'Permission denied',
  }

  test('is one warning, and one request per model if permission is missing', async () => {
    for (let model = 0; model < 5; model += 1) {
      await project.registerExternal(`m${model}`)
      await project.registerExternal(`m${model}`)
    }
    world.gateway.rule = (request) => (isTagRequest(request) ? denied : undefined)
    const step = await sync()
    expect(step.exitCode).toBe(0)
    expect(step.outputs).toMatchObject({ operation: 'committed', 'created-count': '10' })
    expect(tagRequests(step)).toBe(5)
    expect(step.warnings.filter((line) => line.includes('tags of'))).toHaveLength(1)
    expect(step.log).toMatch(/The tags of (`[^`]*-m\d`(, )?){5} could not be written/)
    expect(step.log).toContain('`EDIT` permission')
    world.gateway.rule = undefined
    const healed = await sync()
    expect(healed.warnings).toEqual([])
    expect(tagRequests(healed)).toBe(20)
  })

  test('of MLflow itself ends with the first one, and the files are written', async () => {
    const version = await project.registerExternal('m')
    await project.registerExternal('n')
    world.gateway.rule = (request) =>
      isTagRequest(request)
        ? json({ error_code: 'INTERNAL_ERROR', message: 'disk full' }, 500)
        : undefined
    const step = await sync({}, project)
    expect(step.exitCode).toBe(0)
    expect(step.outputs).toMatchObject({ operation: 'committed' })
    expect(step.log).toContain('disk full')
    world.gateway.rule = undefined
    await sync()
    expect(await tagsOf(version)).toMatchObject({ commit: project.repository.head() })
  })

  test('because the version was deleted meanwhile is none', async () => {
    await project.registerExternal('m')
    world.gateway.rule = (request) =>
      isTagRequest(request)
        ? json({ error_code: 'RESOURCE_DOES_NOT_EXIST', message: 'Model Version not found' }, 404)
        : undefined
    const step = await sync()
    expect(step.exitCode).toBe(0)
    expect(step.warnings).toEqual([])
  })
})

test('a temporary failure is retried', async () => {
  const version = await project.registerExternal('m')
  let failures = 0
  world.gateway.rule = (request) => {
    if (!isTagRequest(request) || failures > 0) return undefined
    failures += 1
    return json({ error_code: 'TEMPORARILY_UNAVAILABLE' }, 503)
  }
  const step = await sync()
  expect(step.warnings).toEqual([])
  expect(await tagsOf(version)).toMatchObject({ commit: project.repository.head() })
})

test('a removal that is denied asks for the permission that it takes', async () => {
  const first = await project.registerExternal('m')
  await sync()
  await world.api.createVersion(first)
  world.gateway.rule = (request) =>
    request.method === 'DELETE' ? { status: 403, body: 'Permission denied' } : undefined
  const step = await sync()
  expect(step.exitCode).toBe(0)
  expect(step.log).toContain('and `MANAGE` permission to remove one')
})

onlyWhere('signals').test(
  'a job that is cancelled while it tags reports what it has written',
  async () => {
    await project.registerExternal('m')
    const when = new Promise<void>((resolve) => {
      world.gateway.rule = (request) => {
        if (!isTagRequest(request)) return undefined
        resolve()
        return new Promise<never>(() => undefined)
      }
    })
    const inputs = { path: 'deploy', 'write-back': 'true' }
    const step = await project.sync(inputs, {
      interrupt: { signal: 'SIGINT', when },
    })
    expect(step.outputs).toMatchObject({
      operation: 'committed',
      'commit-sha': project.repository.head(),
    })
    expect(step.log).toContain('The job was cancelled before all tags were written to MLflow')
  },
)

test('500 requests are sent in one sync, and the next ones go on', async () => {
  const { experiment, mlflow } = world
  bulkRegister(mlflow, { experimentId: experiment.id, prefix: project.model('bulk'), count: 300 })
  const first = await sync()
  expect(tagRequests(first)).toBe(500)
  expect(first.log).toContain('50 model versions will be tagged in MLflow by the next ones')
  const second = await sync()
  expect(tagRequests(second)).toBe(100)
  expect(githubRequests(second)).toMatchObject({ LastCommits: 1 })
  expect(second.warnings).toEqual([])
  expect(tagRequests(await sync())).toBe(0)
})

test('polling sets tags in each round', async () => {
  const version = await project.registerExternal('m')
  const step = await sync({ 'poll-interval': '1s', 'poll-duration': '2s' })
  expect(step.exitCode).toBe(0)
  expect(tagRequests(step)).toBe(2)
  expect(await tagsOf(version)).toMatchObject({ commit: project.repository.head() })
})

describe.each([3, 2] as const)('a user of MLflow %i', (version) => {
  const password = 'a long password 1'
  const model = { name: 'secured' }
  let server: MlflowServer

  async function call(path: string, body?: object): Promise<string> {
    const credentials = Buffer.from(`admin:${password}`).toString('base64')
    const response = await fetch(`${server.url}/api/${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Basic ${credentials}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    expect([path, response.status]).toEqual([path, 200])
    return response.text()
  }

  async function createUser(username: string, permission?: string): Promise<void> {
    await call('2.0/mlflow/users/create', { username, password })
    if (permission === undefined) return
    await (version === 3
      ? call('3.0/mlflow/users/permissions/grant', {
          ...{ username, permission, resource_type: 'registered_model' },
          resource_id: model.name,
        })
      : call('2.0/mlflow/registered-models/permissions/create', { ...model, username, permission }))
  }

  beforeAll(async () => {
    server = await startMlflow({ version, basicAuth: { admin: 'admin', password } })
    const created = await call('2.0/mlflow/runs/create', {
      ...{ experiment_id: '0', start_time: Date.now() },
    })
    const { run } = JSON.parse(created) as { run: { info: { run_id: string } } }
    await call('2.0/mlflow/registered-models/create', model)
    const source = 's3://bucket/model'
    await call('2.0/mlflow/model-versions/create', {
      ...{ ...model, source, run_id: run.info.run_id },
    })
    await createUser('reader')
    await createUser('editor', 'EDIT')
    await createUser('manager', 'MANAGE')
  })

  afterAll(() => server.stop())

  const inputsOf = (username: string) => ({
    ...{ path: 'deploy', models: '*', template: 'template.yaml', 'write-back': 'true' },
    ...{ 'mlflow-tracking-uri': server.url },
    ...{ 'mlflow-username': username, 'mlflow-password': password },
  })

  test('who may only read is told which permission is missing', async () => {
    project.repository.push('main', { 'template.yaml': 'global: {}\n' })
    const step = await sync(inputsOf('reader'))
    expect(step.exitCode).toBe(0)
    expect(step.outputs).toMatchObject({ operation: 'committed', 'created-count': '1' })
    expect(step.warnings.join('\n')).toMatch(
      /The tags of `secured` could not be written to MLflow: .*Permission denied.*needs `EDIT` permission/,
    )
  })

  test('is told by a check what the permissions allow, which leaves no trace', async () => {
    project.repository.push('main', { 'template.yaml': 'global: {}\n' })
    const state = () => call(`2.0/mlflow/model-versions/get?name=${model.name}&version=1`)
    const before = await state()
    const check = async (username: string) => {
      const inputs = { ...inputsOf(username), mode: 'check' }
      const { report } = await stepInProcess(world, project, inputs)
      return report.connections?.find(({ name }) => name === 'MLflow: tags')
    }
    expect(await check('reader')).toMatchObject({
      status: 'failed',
      detail: "MLflow's user may not set the tags of `secured`",
      advice: expect.stringContaining('`EDIT`'),
    })
    expect(await check('editor')).toMatchObject({
      status: 'skipped',
      detail: expect.stringContaining('tags can be set, but not removed'),
      advice: expect.stringContaining('`MANAGE`'),
    })
    const allowed = { status: 'ok', detail: 'tags can be set and removed; tested on 1 model of 1' }
    expect(await check('manager')).toMatchObject(allowed)
    expect(await state()).toBe(before)
  })
})
