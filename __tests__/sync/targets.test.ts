import { beforeEach, describe, expect, test } from '@jest/globals'
import { plain } from '../../src/core/text/prose.ts'
import { annotate } from '../../src/report/annotations.ts'
import { logBlocks } from '../../src/report/log.ts'
import { renderSummary } from '../../src/report/summary.ts'
import { branchQuery } from '../../src/sync/read-servers.ts'
import { knownTargets } from '../../src/sync/read-targets.ts'
import { createSchemaReader } from '../../src/sync/read-schemas.ts'
import { isBranchRead, isRest } from '../../testing/github/matchers.ts'
import type { Files } from '../../testing/github/git/store.ts'
import type { Project } from '../../testing/project.ts'
import { useWorld } from '../../testing/use-world.ts'
import type { GatewayRequest } from '../../testing/mlflow/gateway.ts'
import { json } from '../../testing/mlflow/gateway-rules.ts'
import { inProcess } from '../fixtures/in-process.ts'
import { runInProcess } from '../fixtures/in-process-job.ts'
import { stepInProcess } from '../fixtures/step-in-process.ts'

const world = await useWorld({ version: 3, throughGateway: true })
let project: Project
beforeEach(() => {
  project = world.createProject()
})

/** A symbolic link. */
const link = (content: string) => ({ content, mode: '120000' }) as const

const config = 'deploy/mlflow-sync.yaml'

/** Runs a job with a configuration. Its targets are given as they are written in the file. */
function sync(targets: string, inputs: Readonly<Record<string, string>> = {}) {
  const text = `version: 1\ntargets:\n${targets}`
  if (!project.repository.paths().includes(config) || project.repository.read(config) !== text) {
    project.repository.push('main', { [config]: text })
  }
  return runInProcess(world, project, { config, ...inputs })
}

const both = `  - { name: production, path: deploy/production, aliases: [champion] }
  - { name: staging, path: deploy/staging, aliases: [challenger] }
`

/** A model with two versions: version 1 is the champion, and version 2 the challenger. */
async function registerBoth() {
  const champion = await project.register('model')
  const challenger = await project.register('model')
  await world.api.setAlias(champion.name, 'champion', champion.version)
  await world.api.setAlias(challenger.name, 'challenger', challenger.version)
  return { champion, challenger }
}

test('all targets are synced in one commit, and each record names its target', async () => {
  const { champion, challenger } = await registerBoth()
  project.repository.push('main', { 'small.yaml': 'small: ${model.version}\n' })
  const targets = `  - { name: production, path: deploy/production, aliases: [champion] }
  - { path: deploy/staging, aliases: [challenger], template: small.yaml }
`
  const { result, outputs, exitCode } = await sync(targets)
  expect(exitCode).toBe(0)
  expect(outputs).toMatchObject({ operation: 'committed', 'created-count': '2' })
  expect(project.repository.commitCount()).toBe(4)
  const [production, staging] = [
    `deploy/production/${champion.runId}.yaml`,
    `deploy/staging/${challenger.runId}.yaml`,
  ]
  expect(JSON.parse(outputs.changes ?? '')).toMatchObject([
    { path: production, target: 'production', modelVersion: '1' },
    { path: staging, target: 'deploy/staging', modelVersion: '2' },
  ])
  expect(project.repository.read(production)).toContain('maxModelLen')
  expect(project.repository.read(staging)).toMatch(/^small: 2\n/m)
  expect(result.targets.map(({ name, directory }) => [name, directory])).toEqual([
    ['production', 'deploy/production'],
    ['deploy/staging', 'deploy/staging'],
  ])
})

test('a promotion changes both targets in one commit', async () => {
  const { champion, challenger } = await registerBoth()
  const pruned = both.replaceAll(' }', ', prune: true }')
  await sync(pruned)
  await world.api.setAlias(challenger.name, 'champion', challenger.version)
  const { outputs } = await sync(pruned)
  expect(outputs).toMatchObject({ operation: 'committed', 'created-count': '1' })
  // The predecessor stays until the next sync, so that its successor can start.
  await sync(pruned)
  expect(project.repository.paths('main', 'deploy')).toEqual([
    config,
    `deploy/production/${challenger.runId}.yaml`,
    `deploy/staging/${challenger.runId}.yaml`,
  ])
  expect(champion.runId).not.toBe(challenger.runId)
})

test('the same run in two targets has a file in each, and each is compared with its own predecessor', async () => {
  const first = await project.register('model', { metrics: { accuracy: 0.5 } })
  const second = await project.register('model', { metrics: { accuracy: 0.9 } })
  await world.api.setAlias(first.name, 'champion', first.version)
  await sync(both.replace('challenger', 'champion'))
  await world.api.setAlias(first.name, 'champion', second.version)
  project.repository.push('main', { [`deploy/staging/${first.runId}.yaml`]: null })
  const { result, outputs } = await sync(both.replace('challenger', 'champion'))
  expect(outputs['created-count']).toBe('2')
  const comparisonOf = (directory: string) =>
    result.comparisons.get(`deploy/${directory}/${second.runId}.yaml`)?.previous?.modelVersion
  expect([comparisonOf('production'), comparisonOf('staging')]).toEqual(['1', undefined])
})

describe('a target that fails leaves the others alone', () => {
  test.each([
    [
      'a template is broken',
      { 'broken.yaml': 'a: ${nonsense}\n' },
      'template: broken.yaml',
      /^Target `staging`: The template `broken.yaml` on branch `main` can't be used:/,
    ],
    [
      'a template is missing',
      {},
      'template: missing.yaml',
      /^Target `staging`: There is no template `missing.yaml` on branch `main`/,
    ],
    [
      'MLflow rejects its filter',
      {},
      'filter: nonsense',
      /^Target `staging`: MLflow rejected `targets\[1\].filter` in line 4, column \d+ of `deploy\/mlflow-sync.yaml`: /,
    ],
    [
      'MLflow rejects its run filter',
      {},
      'run-filter: nonsense',
      /^Target `staging`: MLflow rejected `targets\[1\].run-filter` in line 4, column \d+ of/,
    ],
    [
      'MLflow fails with its filter',
      {},
      'filter: tags.a IS NULL',
      /^Target `staging`: MLflow rejected `targets\[1\].filter` in line 4, column \d+ of .*HTTP 500\]/,
    ],
    [
      'MLflow fails with its run filter',
      {},
      'run-filter: start_time > 99999999999999999999999',
      /^Target `staging`: MLflow rejected `targets\[1\].run-filter` in line 4, column \d+ of .*HTTP 500\]/,
    ],
    [
      'a file is in the way of its directory',
      { 'deploy/staging': 'a file' },
      'prune: false',
      /^Target `staging`: The path `deploy\/staging` is not a directory on branch `main`/,
    ],
    [
      'its directory is a symbolic link',
      { 'deploy/staging': link('README.md') },
      'prune: false',
      /^Target `staging`: The path `deploy\/staging` is a symbolic link, which is not followed, on branch `main`/,
    ],
    [
      'its template is a symbolic link',
      { 'linked.yaml': link('README.md') },
      'template: linked.yaml',
      /^Target `staging`: The template `linked.yaml` can't be read: `linked.yaml` is a symbolic link on branch `main`/,
    ],
    [
      'its template is in a submodule',
      { shared: { submodule: '1'.repeat(40) } },
      'template: shared/a.yaml',
      /^Target `staging`: The template `shared\/a.yaml` can't be read: `shared` is a submodule on branch `main`/,
    ],
    [
      'its template is a directory',
      { 'templates/a.yaml': 'a: 1\n' },
      'template: templates',
      /^Target `staging`: The template `templates` can't be read: `templates` is a directory on branch `main`/,
    ],
    [
      'its values schema is in a linked directory',
      { chart: link('deploy') },
      'values-schema: chart/values.schema.json',
      /^Target `staging`: The values schema `chart\/values.schema.json` can't be read. The path `chart` is a symbolic link, which is not followed, on branch `main`/,
    ],
  ])('if %s', async (_name, files: Files, key, message) => {
    const { champion } = await registerBoth()
    project.repository.push('main', { 'README.md': 'x', ...files })
    const { outputs, exitCode, result } = await sync(
      both.replace('[challenger] }', `[challenger], ${key} }`),
    )
    expect(exitCode).toBe(1)
    expect(outputs).toMatchObject({ operation: 'committed', 'created-count': '1' })
    expect(project.repository.paths('main', 'deploy/production')).toEqual([
      `deploy/production/${champion.runId}.yaml`,
    ])
    expect(plain(result.error?.message ?? [])).toMatch(message)
  })

  test('and if all fail, each is named and nothing is written', async () => {
    await registerBoth()
    const { outputs, exitCode, result } = await sync(both.replaceAll(' }', ', template: no.yaml }'))
    expect([exitCode, outputs.operation]).toEqual([1, 'failed'])
    const message = plain(result.error?.message ?? [])
    expect(message).toMatch(/2 problems:\n- Target `production`: .*\n- Target `staging`: /)
    expect(project.repository.commitCount()).toBe(2)
  })

  test('and the mistakes of each are a list within the list', async () => {
    await registerBoth()
    project.repository.push('main', { 'broken.yaml': 'a: ${one}\nb: ${two}\n' })
    const broken = both.replaceAll(' }', ', template: broken.yaml }')
    const mistakes = (name: string, lineStart: string) =>
      [
        `- Target \`${name}\`: The template \`broken.yaml\` on branch \`main\` can't be used:`,
        '  - line 1: unknown placeholder `${one}` (write `$${` for a literal `${`)',
        '  - line 2: unknown placeholder `${two}` (write `$${` for a literal `${`)',
      ].map((line) => `${lineStart}${line}`)
    const list = (lineStart: string) =>
      ['production', 'staging'].flatMap((name) => mistakes(name, lineStart)).join('\n')
    expect(renderSummary((await sync(broken)).result)).toContain(`> 2 problems:\n${list('> ')}\n`)
    const { result } = await sync(broken, { mode: 'check' })
    const log = logBlocks(result, '').flatMap(({ lines }) => lines)
    expect(log.join('\n')).toContain(`2 problems:\n${list('    ')}\n`)
  })

  test('and an annotation of a mistake names the targets that share the file', async () => {
    await registerBoth()
    project.repository.push('main', { 'broken.yaml': 'a: ${one}\n', 'other.yaml': 'a: ${two}\n' })
    const targets = `${both.replaceAll(' }', ', template: broken.yaml }')}  - { path: third, template: other.yaml }\n`
    for (const mode of ['sync', 'check']) {
      const { result } = await sync(targets, { mode })
      const sent: string[] = []
      const send = (message: string): unknown => sent.push(message)
      const { fullName } = project.repository
      annotate(result, { error: send, warning: send }, { level: 'error', repository: fullName })
      expect(sent.slice(-2)).toEqual([
        expect.stringMatching(/^Targets `production`, `staging`: line 1: .*`\$\{one\}`/),
        expect.stringMatching(/^Target `third`: line 1: .*`\$\{two\}`/),
      ])
    }
  })

  test('and its open pull request stays open', async () => {
    await registerBoth()
    const inputs = { 'pull-request': 'true' }
    const staging = both.split('\n')[1] ?? ''
    await sync(`${staging}\n`, inputs)
    const opened = project.repository.pullRequests.map(({ number, state }) => [number, state])
    expect(opened).toEqual([[1, 'open']])
    const broken = staging.replace(' }', ', template: no.yaml }')
    const { outputs, exitCode } = await sync(`${broken}\n`, inputs)
    expect([exitCode, outputs.operation]).toEqual([1, 'failed'])
    expect(project.repository.pullRequests.map(({ state }) => state)).toEqual(['open'])
  })

  test('and a pull request with changes of others stays as it is while nothing else changes', async () => {
    await registerBoth()
    const inputs = { 'pull-request': 'true' }
    await sync(both, inputs)
    const head = project.repository.git('rev-parse', 'mlflow-sync/main')
    const broken = both.replace('[challenger] }', '[challenger], template: no.yaml }')
    const { outputs, exitCode, result } = await sync(broken, inputs)
    expect(exitCode).toBe(1)
    expect(outputs['pull-request-number']).toBe('1')
    expect(project.repository.git('rev-parse', 'mlflow-sync/main')).toBe(head)
    expect(result.warnings.map(plain)).toEqual([
      expect.stringMatching(
        /^Pull request #1 .* was left as it is: this sync could not decide about/,
      ),
    ])
  })

  test('and its changes are missing from a pull request that has to be written anew, which says so', async () => {
    const { challenger } = await registerBoth()
    const inputs = { 'pull-request': 'true' }
    await sync(both, inputs)
    await world.api.setAlias(challenger.name, 'champion', challenger.version)
    const broken = both.replace('[challenger] }', '[challenger], template: no.yaml }')
    const { outputs, result } = await sync(broken, inputs)
    expect(outputs.operation).toBe('pull-request-updated')
    expect(result.warnings.map(plain).join()).toContain('no longer proposes `deploy/staging/')
  })

  test('and a plan says what would be done for the others', async () => {
    await registerBoth()
    const broken = both.replace('[challenger] }', '[challenger], template: no.yaml }')
    const { outputs, exitCode } = await sync(broken, { mode: 'plan' })
    expect(exitCode).toBe(1)
    expect(outputs).toMatchObject({ operation: 'planned', changed: 'true', 'created-count': '1' })
  })
})

describe('a filter that MLflow fails with', () => {
  const filter = 'tags.a IS NULL'
  const isListing = ({ url }: GatewayRequest) => url.includes('model-versions/search')

  test('is named where it is written, and asked about once for all targets that share it', async () => {
    await registerBoth()
    const text = `version: 1
defaults:
  filter: ${filter}
targets:
${both}  - { path: deploy/all, filter: '' }
`
    project.repository.push('main', { [config]: text })
    const step = await stepInProcess(world, project, { config })
    expect(step.exitCode).toBe(1)
    expect(step.outputs).toMatchObject({ operation: 'committed', 'created-count': '2' })
    const message = plain(step.result.error?.message ?? [])
    expect(message).toMatch(
      /Target `staging`: MLflow rejected `defaults.filter` in line 3, column 3 of/,
    )
    expect(step.result.error?.mistakes.map(({ location }) => location)).toEqual([
      { path: config, line: 3, column: 3 },
    ])
    expect(plain(step.result.error?.advice ?? [])).toContain(`the filter \`${filter}\``)
    // Two tries, the test without it, two tries; and the listing of the third target.
    expect(step.mlflowRequests.filter(isListing)).toHaveLength(6)
  })

  test('is not blamed if MLflow fails without it as well', async () => {
    await registerBoth()
    world.gateway.rule = (request) => (isListing(request) ? json({}, 500) : undefined)
    const { result, exitCode } = await sync(both.replace(' }', `, filter: "name = 'x'" }`))
    expect(exitCode).toBe(1)
    expect(plain(result.error?.message ?? [])).toMatch(/^MLflow at .* HTTP 500/)
  })

  test('is not blamed for an outage that ends', async () => {
    await registerBoth()
    let failures = 4
    world.gateway.rule = (request) =>
      isListing(request) && (failures -= 1) >= 0 ? json({}, 500) : undefined
    const { exitCode } = await sync(both.replace(' }', `, filter: "name != 'x'" }`))
    expect(exitCode).toBe(0)
  })
})

describe('a chart of one target', () => {
  const schema = 'chart/values.schema.json'
  const targets = both.replace('[challenger] }', `[challenger], values-schema: ${schema} }`)

  beforeEach(async () => {
    await registerBoth()
    const files = { [schema]: '{}', 'chart/charts/sub/values.yaml': 'a: 1\n' }
    project.repository.push('main', files)
  })

  test('whose subcharts GitHub fails to list fails only that target', async () => {
    world.github.inject(
      { kind: 'respond', status: 502, body: '' },
      { match: isRest('GET', /^git\/trees\//), times: Infinity },
    )
    const message =
      /^Target `staging`: The chart of the values schema `chart\/values\.schema\.json` can't be listed: /
    const check = await sync(targets, { mode: 'check' })
    const failed = check.result.connections?.filter(({ status }) => status === 'failed') ?? []
    expect(failed.map(({ name, detail }) => [name, plain(detail)])).toEqual([
      ['Values schema', expect.stringMatching(message)],
    ])
    const { outputs, exitCode, result } = await sync(targets)
    expect(exitCode).toBe(1)
    expect(outputs).toMatchObject({ operation: 'committed', 'created-count': '1' })
    expect(plain(result.error?.message ?? [])).toMatch(message)
    expect(project.repository.paths('main', 'deploy/staging')).toEqual([])
  })

  test.each([schema, 'chart/charts/sub/values.yaml'])('needs %s', async (missing) => {
    const inputs = { 'values-schema': schema }
    const { clients, ...given } = inProcess(world, project, world.gateway.url, inputs)
    const { repository } = clients
    try {
      const known = knownTargets(given.inputs)
      const query = branchQuery({ branch: undefined, config: undefined, targets: known })
      const snapshot = await repository.readBranch(query)
      const schemas = createSchemaReader(repository)
      const pathsByOid = new Map<string, string>()
      for (const target of known) await schemas.addTo(pathsByOid, snapshot, target)
      const contents = new Map(await repository.readFiles(snapshot, pathsByOid))
      for (const [oid, path] of pathsByOid) if (path === missing) contents.delete(oid)
      const loading = Promise.all(known.map((target) => schemas.load(snapshot, target, contents)))
      await expect(loading).rejects.toThrow(`\`${missing}\` could not be read from GitHub`)
    } finally {
      await clients.close()
    }
  })
})

test('what several targets need is read once', async () => {
  const versions = [await project.register('model'), await project.register('model')]
  project.repository.push('main', {
    'template.yaml':
      'a: ${registered_model.description}\nb: ${experiment.name}\nc: ${model.uri}\nd: ${model.path}\n',
  })
  const targets = ['a', 'b', 'c', 'd', 'e'].map(
    (path) =>
      `  - { path: ${path}, run-filter: "attributes.status = 'FINISHED'", template: template.yaml }\n`,
  )
  const text = `version: 1\ntargets:\n${targets.join('')}`
  project.repository.push('main', { [config]: text })
  const { outputs, mlflowRequests } = await stepInProcess(world, project, { config })
  expect(outputs['created-count']).toBe('10')
  const counts = Object.entries(
    Object.groupBy(mlflowRequests, ({ url }) => /mlflow\/([\w/-]+)/.exec(url)?.[1] ?? ''),
  ).map(([name, requests]): [string, number] => [name, requests?.length ?? 0])
  expect(Object.fromEntries(counts)).toEqual({
    'model-versions/search': 1,
    'experiments/search': 1,
    // With the run filter, and with what the templates need.
    'runs/search': 2,
    'registered-models/search': 1,
    'logged-models/search': 1,
    'model-versions/get-download-uri': versions.length,
  })
})

test('max-deletions holds per target', async () => {
  const { champion, challenger } = await registerBoth()
  const old = await project.register('model')
  for (const [alias, version] of [
    ['champion', old],
    ['challenger', old],
  ] as const) {
    await world.api.setAlias(old.name, alias, version.version)
  }
  await sync(both)
  await world.api.setAlias(champion.name, 'champion', champion.version)
  await world.api.setAlias(challenger.name, 'challenger', challenger.version)
  await sync(both)
  const pruned = both
    .replace('[champion] }', '[champion], prune: true, max-deletions: 0 }')
    .replace('[challenger] }', '[challenger], prune: true, max-deletions: 1 }')
  const { outputs, exitCode, result } = await sync(pruned)
  expect(exitCode).toBe(1)
  expect(outputs).toMatchObject({ operation: 'committed', 'deleted-count': '1' })
  expect(plain(result.error?.message ?? [])).toMatch(
    /^Target `production`: Prune would delete 1 file/,
  )
  expect(plain(result.error?.advice ?? [])).toBe(
    'First check that MLflow shows everything: the server, the workspace, the permissions of its user, and the keys `models`, `aliases` and `filter`. If the list of deletions is right, write `max-deletions: 1` for one sync instead of `targets[0].max-deletions` in line 3, column 84 of `deploy/mlflow-sync.yaml`.',
  )
  expect(project.repository.paths('main', 'deploy/production')).toHaveLength(2)
  expect(project.repository.paths('main', 'deploy/staging')).toHaveLength(1)
})

test('the advice for some of several failed targets names them', async () => {
  await registerBoth()
  const inputs = ', template: no.yaml }\n'
  const failing = `${both.replaceAll(' }\n', inputs)}  - { path: c, filter: nonsense }\n`
  const { result } = await sync(failing, { mode: 'plan' })
  expect(plain(result.error?.advice ?? [])).toMatch(
    /^Target `c`: Correct the filter `nonsense`\..* Targets `production`, `staging`: Check/,
  )
  const { result: same } = await sync(both.replaceAll(' }\n', inputs), { mode: 'plan' })
  expect(plain(same.error?.advice ?? [])).toMatch(/^Check/)
})

describe('the configuration', () => {
  test('is one error with the place of every mistake, and nothing is written', async () => {
    await registerBoth()
    const { outputs, exitCode, result } = await sync('  - { pat: a }\n  - { path: ../b }\n')
    expect([exitCode, outputs.operation]).toEqual([1, 'failed'])
    expect(plain(result.error?.message ?? [])).toBe(
      [
        `The configuration \`${config}\` on branch \`main\` can't be used:`,
        '- line 3, column 7: `targets[0].pat` is not a key that mlflow-sync knows. Did you mean `path`?',
        '- line 4, column 13: `targets[1].path` must stay inside the repository, but contains `..` (received `../b`)',
      ].join('\n'),
    )
    expect(result.error?.mistakes.map(({ location }) => location)).toEqual([
      { path: config, line: 3, column: 7 },
      { path: config, line: 4, column: 13 },
    ])
    expect(result.branch).toBe('main')
    expect(project.repository.commitCount()).toBe(2)
  })

  test.each([
    ['missing', {}, /^There is no configuration file `deploy\/mlflow-sync.yaml` on branch `main`/],
    [
      'a directory',
      { [`${config}/x`]: '' },
      /can't be read: `deploy\/mlflow-sync.yaml` is a directory/,
    ],
    ['not UTF-8', { [config]: Buffer.from([0x76, 0xff]) }, /is not UTF-8 text/],
    [
      'a symbolic link',
      { [config]: link('../config.yaml') },
      /^The configuration `deploy\/mlflow-sync.yaml` can't be read: `deploy\/mlflow-sync.yaml` is a symbolic link on branch `main`$/,
    ],
    ['below a file', { deploy: 'x' }, /`deploy` is a file, not a directory, on branch `main`$/],
  ])('is an error if it is %s', async (_name, files: Files, message) => {
    project.repository.push('main', { 'README.md': 'x', ...files })
    const { exitCode, result } = await runInProcess(world, project, { config })
    expect(exitCode).toBe(1)
    expect(plain(result.error?.message ?? [])).toMatch(message)
  })

  test('names a branch that does not exist', async () => {
    const { result } = await runInProcess(world, project, { config, branch: 'missing' })
    expect(plain(result.error?.message ?? [])).toMatch(/^There is no branch `missing`/)
  })

  test('is read again if somebody changes it while the sync reads', async () => {
    const { champion, challenger } = await registerBoth()
    project.repository.push('main', { [config]: `version: 1\ntargets:\n${both}` })
    const run = () => {
      const text = `version: 1\ntargets:\n${both.replace('deploy/staging', 'deploy/test')}`
      project.repository.push('main', { [config]: text })
    }
    world.github.inject({ kind: 'run-before', run }, { match: isBranchRead })
    const { outputs } = await runInProcess(world, project, { config })
    expect(outputs).toMatchObject({ operation: 'committed', 'created-count': '2' })
    expect(project.repository.paths('main', 'deploy')).toEqual([
      config,
      `deploy/production/${champion.runId}.yaml`,
      `deploy/test/${challenger.runId}.yaml`,
    ])
  })
})

test('a plan covers all targets', async () => {
  await registerBoth()
  const { outputs, exitCode } = await sync(both, { mode: 'plan' })
  expect(exitCode).toBe(0)
  expect(outputs).toMatchObject({ operation: 'planned', 'created-count': '2' })
})

describe('mode: check', () => {
  test('covers all targets', async () => {
    await registerBoth()
    const { result, exitCode } = await sync(both, { mode: 'check' })
    expect(exitCode).toBe(0)
    expect(
      result.connections?.map(({ name, status, detail }) => [name, status, plain(detail)]),
    ).toEqual(
      expect.arrayContaining([
        ['Configuration', 'ok', `\`${config}\` has 2 targets`],
        ['MLflow: selection', 'ok', 'runs selected: 2'],
      ]),
    )
  })

  test('reports what is wrong with each target at once', async () => {
    await registerBoth()
    const broken = both
      .replace('[champion] }', '[champoin], template: no.yaml }')
      .replace('[challenger] }', '[challenger], template: none.yaml }')
    const { result, exitCode } = await sync(broken, { mode: 'check' })
    expect(exitCode).toBe(1)
    const failed = result.connections?.filter(({ status }) => status === 'failed')
    expect(failed?.map(({ name }) => name)).toEqual(['MLflow: selection', 'Template'])
    expect(plain(failed?.[1]?.detail ?? [])).toMatch(
      /2 problems:\n- Target `production`: .*`no\.yaml`.*\n- Target `staging`: .*`none\.yaml`/,
    )
  })

  test('tests everything else if a file is in the way of a directory', async () => {
    await registerBoth()
    project.repository.push('main', { 'deploy/staging': 'a file' })
    const broken = both.replace('[champion] }', '[champion], template: no.yaml }')
    const { result } = await sync(broken, { mode: 'check' })
    const failed = result.connections?.filter(({ status }) => status === 'failed')
    expect(failed?.map(({ name }) => name)).toEqual(['GitHub: repository and branch', 'Template'])
    expect(plain(failed?.[0]?.detail ?? [])).toMatch(/^Target `staging`: /)
    expect(result.connections?.map(({ detail }) => plain(detail))).toContain('the token may commit')
  })

  test('tests the other targets if MLflow rejects the filter of one', async () => {
    await registerBoth()
    const broken = both.replace(' }', ', filter: nonsense }').replace('challenger', 'chalenger')
    const { result } = await sync(broken, { mode: 'check' })
    const details = new Map(
      result.connections?.map(({ name, status, detail }) => [name, `${status}: ${plain(detail)}`]),
    )
    expect(details.get('MLflow: model versions')).toMatch(
      /^failed: Target `production`: MLflow rejected `targets\[0\].filter` in line 3/,
    )
    expect(details.get('MLflow: runs')).toMatch(/^ok/)
    expect(details.get('MLflow: selection')).toMatch(/^failed: Target `staging`: .*chalenger/)
  })

  test('tests the connections even if the configuration is invalid', async () => {
    const { result, exitCode } = await sync('  - { pat: a }\n', { mode: 'check' })
    expect(exitCode).toBe(1)
    expect(result.connections?.map(({ name, status }) => [name, status])).toEqual(
      expect.arrayContaining([
        ['Configuration', 'failed'],
        ['MLflow: model versions', 'ok'],
        ['MLflow: selection', 'skipped'],
        ['GitHub: contents: write', 'ok'],
      ]),
    )
  })
})
