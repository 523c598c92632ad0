import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { createWorld, type World } from '../../testing/world.ts'

let world: World
let experiment: string

beforeAll(async () => {
  world = await createWorld({ version: 3 })
  experiment = await world.api.createExperiment('e')
})

afterAll(async () => {
  await world.close()
})

let counter = 0

/** A registered run whose file already stands in a directory of its own. */
const withFile = async (content: (runId: string) => Parameters<World['repository']['push']>[1]) => {
  counter += 1
  const name = `f${counter}`
  const runId = await world.api.createRun(experiment)
  await world.api.createModelVersion({ name, source: 's3://bucket/model', runId })
  const path = `${name}/${runId}.yaml`
  const files = Object.fromEntries(
    Object.entries(content(runId)).map(([key, value]) => [key.replace('FILE', path), value]),
  )
  world.repository.push('main', files)
  const sync = (inputs: Record<string, string> = {}) =>
    world.sync({ path: name, models: name, ...inputs })
  return { runId, path, name, sync }
}

const owned = (runId: string, version = '1'): string =>
  `experimentId: "${experiment}", runid: "${runId}", timestamp: ${today()}, modelName: f${counter}, modelVersion: "${version}"`

const today = (): string => new Date().toISOString().slice(0, 10).replaceAll('-', '')

const changes = (step: { outputs: Readonly<Record<string, string>> }) =>
  JSON.parse(step.outputs.changes ?? '[]') as Record<string, string | null>[]

describe('an existing file', () => {
  test('keeps every byte but those of the owned values: CRLF, comments, anchors, no final newline', async () => {
    const before = (runId: string): string =>
      [
        '# ours',
        '---',
        'global:   # shared',
        `  runid: "${runId}"  # the run`,
        "  modelVersion: '0'",
        '  extra: &x  1',
        'other: [ *x,  2 ]',
        'text: |',
        '   keeps  its',
        '   form',
        'last: "no newline"',
      ].join('\r\n')
    const { runId, path, name, sync } = await withFile((id) => ({ FILE: before(id) }))
    const step = await sync()
    expect(step.outputs['updated-count']).toBe('1')
    expect(world.repository.read(path)).toBe(
      before(runId)
        .replace("modelVersion: '0'", "modelVersion: '1'")
        .replace(
          '  extra: &x  1\r\n',
          `  extra: &x  1\r\n  experimentId: "${experiment}"\r\n  timestamp: ${today()}\r\n  modelName: ${name}\r\n`,
        ),
    )
    expect((await sync()).outputs.operation).toBe('none')
  })

  test('without global gets it as its first key', async () => {
    const { runId, path, sync } = await withFile(() => ({ FILE: '# head\nreplicas: 2\n' }))
    await sync()
    expect(world.repository.read(path)).toMatch(
      new RegExp(`^# head\\nglobal:\\n  experimentId: "${experiment}"\\n  runid: "?${runId}"?\\n`),
    )
    expect(world.repository.read(path)).toMatch(/modelVersion: "1"\nreplicas: 2\n$/)
  })

  test('with a plain number where a quoted string would be written is up to date', async () => {
    const { sync } = await withFile((id) => ({
      FILE: `global: {${owned(id)
        .replace('"1"}', '1}')
        .replace(/modelVersion: "1"/, 'modelVersion: 1')}}\n`,
    }))
    expect((await sync()).outputs).toMatchObject({ operation: 'none', 'unchanged-count': '1' })
  })

  test('that is no YAML is written anew, with a warning that names the commit of the old one', async () => {
    const { path, sync } = await withFile(() => ({ FILE: 'global: [\n  : {' }))
    const head = world.repository.head()
    const step = await sync()
    expect(step.exitCode).toBe(0)
    expect(step.outputs['updated-count']).toBe('1')
    expect(step.stdout).toMatch(new RegExp(`::warning.*${path}.*written anew.*${head}`))
    expect(world.repository.read(path)).toContain('modelVersion: "1"')
  })

  test.each([
    ['global is a list', 'global: [1]\n'],
    ['global is an alias', 'a: &a {}\nglobal: *a\n'],
    ['there are several documents', 'global: {}\n---\na: 1\n'],
    ['the root is a list', '- a\n'],
    ['global.runid names another run', 'global: {runid: "0123"}\n'],
  ])('is left alone and failed when %s', async (_what, text) => {
    const { path, sync } = await withFile(() => ({ FILE: text }))
    const step = await sync()
    expect(step.exitCode).toBe(1)
    expect(step.outputs).toMatchObject({ operation: 'none', 'failed-count': '1' })
    expect(world.repository.read(path)).toBe(text)
    expect(changes(step)[0]).toMatchObject({ outcome: 'failed', path })
  })

  test('that is held is neither changed nor deleted', async () => {
    const text = '# mlflow-sync: hold until Friday\nglobal: {}\n'
    const { path, sync } = await withFile(() => ({ FILE: text }))
    const step = await sync()
    expect(step.exitCode).toBe(0)
    expect(step.outputs).toMatchObject({ operation: 'none', 'held-count': '1' })
    expect(world.repository.read(path)).toBe(text)
  })

  test('keeps its mode', async () => {
    const { path, name, sync } = await withFile((runId) => ({
      FILE: { content: `global: {runid: "${runId}"}\n`, mode: '100755' },
    }))
    const step = await sync()
    expect(step.outputs.operation).toBe('committed')
    expect(world.repository.git('ls-tree', 'main', `${name}/`)).toMatch(/^100755/)
    expect(world.repository.read(path)).toContain('modelVersion: "1"')
  })

  test('with a byte order mark, or larger than GraphQL gives, is read by its bytes', async () => {
    const long = `# ${'x'.repeat(600_000)}\n`
    const { path, sync } = await withFile((id) => ({
      FILE: `\uFEFF${long}global: {runid: "${id}"}\n`,
    }))
    expect((await sync()).outputs['updated-count']).toBe('1')
    expect(world.repository.read(path).startsWith(`\uFEFF${long}global:`)).toBe(true)
  })
})

describe('what is no file', () => {
  test('a link and a directory in the way are left alone and failed', async () => {
    const link = await withFile(() => ({ FILE: { content: 'elsewhere', mode: '120000' } }))
    const linked = await link.sync()
    expect(changes(linked)[0]).toMatchObject({ reason: 'a symbolic link is in the way' })
    const folder = await withFile(() => ({ 'FILE/x': 'a' }))
    const foldered = await folder.sync()
    expect(changes(foldered)[0]).toMatchObject({ reason: 'a directory is in the way' })
    expect(foldered.outputs).toMatchObject({ operation: 'none', 'failed-count': '1' })
  })
})

describe('prune', () => {
  const registerAll = async (count: number) => {
    counter += 1
    const name = `f${counter}`
    const runs: string[] = []
    for (let index = 0; index < count; index += 1) {
      const runId = await world.api.createRun(experiment)
      await world.api.createModelVersion({ name, source: 's3://bucket/model', runId })
      runs.push(runId)
    }
    const sync = (inputs: Record<string, string> = {}) =>
      world.sync({ path: name, models: name, ...inputs })
    await sync()
    return { name, runs, sync }
  }

  const filesOf = (name: string): number => world.repository.paths('main', name).length

  test('deletes the file of a version that is gone, and of a deleted run, in one commit', async () => {
    const { name, runs, sync } = await registerAll(3)
    await world.api.deleteVersion(name, '1')
    await world.api.deleteRun(runs[1] ?? '')
    expect((await sync()).outputs).toMatchObject({ operation: 'none', 'skipped-count': '1' })
    const step = await sync({ prune: 'true' })
    expect(step.outputs).toMatchObject({ operation: 'committed', 'deleted-count': '2' })
    expect(filesOf(name)).toBe(1)
    expect(world.repository.git('log', '-1', '--format=%s', 'main').trim()).toBe(
      'Sync MLflow models: 2 deleted',
    )
  })

  test('does nothing when more than max-deletions would go, and fails with the list', async () => {
    const { name, runs, sync } = await registerAll(4)
    for (const version of ['1', '2', '3']) await world.api.deleteVersion(name, version)
    const step = await sync({ prune: 'true', 'max-deletions': '2' })
    expect(step.exitCode).toBe(1)
    expect(step.stdout).toMatch(/would delete 3 files, more than max-deletions \(2\)/)
    expect(step.stdout).toContain(`${name}/${runs[0] ?? ''}.yaml`)
    expect(filesOf(name)).toBe(4)
  })

  test('leaves files alone that are not the action’s, are held, or of other models', async () => {
    const { name, runs, sync } = await registerAll(2)
    const id = 'a'.repeat(32)
    world.repository.push('main', {
      [`${name}/${id}.yaml`]: `global: {runid: ${id}, modelName: somebody-elses}\n`,
      [`${name}/notes.yaml`]: `global: {runid: notes2, modelName: ${name}}\n`,
      [`${name}/${'b'.repeat(32)}.yaml`]: `# mlflow-sync: hold\nglobal: {runid: ${'b'.repeat(32)}, modelName: ${name}}\n`,
      [`${name}/README.md`]: 'x',
    })
    await world.api.deleteVersion(name, '1')
    const step = await sync({ prune: 'true' })
    expect(changes(step).filter(({ outcome }) => outcome === 'deleted')).toEqual([
      expect.objectContaining({ runId: runs[0], previousVersion: '1' }),
    ])
    expect(filesOf(name)).toBe(5)
  })
})

describe('the path', () => {
  test('may be deep, and is created', async () => {
    counter += 1
    const runId = await world.api.createRun(experiment)
    await world.api.createModelVersion({ name: `f${counter}`, source: 's3://b/m', runId })
    await world.sync({ path: './deep//er/values/', models: `f${counter}` })
    expect(world.repository.read(`deep/er/values/${runId}.yaml`)).toContain('global:')
  })
})
