import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { githubRequests } from '../../testing/count-requests.ts'
import type { StringMap } from '../../testing/mlflow/api.ts'
import { useWorld } from '../../testing/use-world.ts'
import { draft7 } from '../fixtures/charts.ts'
import { stepInProcess } from '../fixtures/step-in-process.ts'

const world = await useWorld({ version: 3 })

const schema = draft7({
  properties: {
    replicas: { type: 'integer', minimum: 1 },
    image: { type: 'object', required: ['tag'], properties: { tag: { type: 'string' } } },
    cache: { type: 'object', properties: { size: { type: 'integer' } } },
    global: { type: 'object' },
    worker: { type: 'object' },
    extra: {},
  },
  required: ['replicas'],
  additionalProperties: false,
})

const chart = {
  'chart/values.schema.json': schema,
  'chart/values.yaml': 'image:\n  tag: v1\ncache:\n  size: 1\n',
  'chart/Chart.yaml': 'apiVersion: v2\nname: llm\nversion: 0.1.0\n',
}

const template = 'replicas: ${run.params.replicas:-1}\nimage:\n  repository: vllm\n'

const inputs = {
  path: 'models',
  template: 'template.yaml',
  'values-schema': 'chart/values.schema.json',
}

function createProject(files: StringMap = {}) {
  return world.createProject({ files: { ...chart, 'template.yaml': template, ...files } })
}

test('a value that the schema rejects fails its run, and the others are written', async () => {
  const project = createProject()
  const good = await project.register('good', { params: { replicas: '2' } })
  const bad = await project.register('bad', { params: { replicas: 'two' } })
  const step = await stepInProcess(world, project, inputs)
  expect(step.exitCode).toBe(1)
  expect(step.outputs).toMatchObject({ 'created-count': '1', 'failed-count': '1' })
  expect(project.repository.read(`models/${good.runId}.yaml`)).toContain('replicas: 2\n')
  const record = step.changes.find(({ runId }) => runId === bad.runId)
  expect(record).toMatchObject({
    outcome: 'failed',
    reason: [
      `not written: Helm would reject \`models/${bad.runId}.yaml\`: \`/replicas\` must be an integer, but is \`"two"\` (\`type\` in \`chart/values.schema.json\`); from \`\${run.params.replicas}\` on line 1 of the template \`template.yaml\``,
      "Correct the value in MLflow, the template, or the chart's schema or defaults.",
    ].join('\n'),
  })
  expect(step.log).toMatch(/^::error title=mlflow-sync%3A .*,file=template\.yaml,line=1::/m)
})

test('a file that the chart accepts costs no request beside those for its content', async () => {
  const project = createProject()
  await project.register('model')
  const step = await stepInProcess(world, project, inputs)
  expect(githubRequests(step)).toMatchObject({ Branch: 1, Blobs: 1 })
  const unchanged = await stepInProcess(world, project, inputs)
  expect(unchanged.outputs).toMatchObject({ 'unchanged-count': '1', 'failed-count': '0' })
  expect(githubRequests(unchanged)).toEqual({ Branch: 1, Blobs: 1 })
})

test('a null in the file removes a default, and what is missing is named', async () => {
  const project = createProject({
    'template.yaml': 'replicas: 1\nimage:\n  tag: null\ncache: null\n',
  })
  await project.register('model')
  const step = await stepInProcess(world, project, inputs)
  expect(step.changes[0]?.reason).toContain(
    "`/image/tag` is required, and neither the file nor the chart's defaults have it",
  )
})

test('a misspelt key is named with the one that was probably meant', async () => {
  const project = createProject({ 'template.yaml': 'replicas: 1\ncahce:\n  size: 2\n' })
  await project.register('model')
  const step = await stepInProcess(world, project, inputs)
  expect(step.changes[0]?.reason).toMatch(
    /`\/cahce` is not a key that the schema knows .*: did you mean `cache`\?; line 2 of the template/,
  )
})

test('an update of an existing file is validated, too', async () => {
  const project = createProject()
  const { runId } = await project.register('model')
  await stepInProcess(world, project, inputs)
  const path = `models/${runId}.yaml`
  const text = project.repository.read(path)
  const edited = text
    .replace(/modelVersion: .*/, 'modelVersion: "0"')
    .replace('replicas: 1', 'replicas: x')
  project.repository.push('main', { [path]: edited })
  const step = await stepInProcess(world, project, inputs)
  expect(step.outputs).toMatchObject({ operation: 'none', 'failed-count': '1' })
  const line = edited.split('\n').indexOf('replicas: x') + 1
  expect(step.changes[0]?.reason).toContain(`; line ${line} of the file`)
  expect(project.repository.read(path)).toBe(edited)
})

test('a line of an existing file is that of the file on the branch', async () => {
  const project = createProject()
  const { runId } = await project.register('model')
  const path = `models/${runId}.yaml`
  // The missing values of `global` will be above it.
  project.repository.push('main', { [path]: `global:\n  runid: ${runId}\nreplicas: x\n` })
  const step = await stepInProcess(world, project, inputs)
  expect(step.changes[0]?.reason).toContain('; line 3 of the file')
})

test('a violation names the placeholders behind keys, JSON, aliases and fallbacks', async () => {
  const project = createProject({
    'chart/values.schema.json': draft7({
      properties: {
        list: { items: { type: 'integer' } },
        copy: { properties: { size: { type: 'integer' } } },
        merged: { properties: { size: { type: 'integer' } } },
        keys: { additionalProperties: false },
        global: {},
        base: {},
      },
    }),
    'template.yaml': [
      'list: ${json:run.params.list}',
      'base: &base',
      '  size: ${run.params.q:-${model.tags.q:-32k}}',
      'copy: *base',
      'merged:',
      '  <<: *base',
      'keys:',
      '  x-${run.params.key}: 1',
      '',
    ].join('\n'),
  })
  await project.register('model', { params: { list: '[1, "x"]', key: 'k' } })
  const reason = (await stepInProcess(world, project, inputs)).changes[0]?.reason
  const nested = '; from `${run.params.q:-${model.tags.q:-32k}}` on line 3'
  expect(reason).toMatch(/`\/list\/1`.*; from `\$\{json:run\.params\.list\}` on line 1/)
  expect(reason?.split('\n').filter((line) => line.includes(nested))).toHaveLength(2)
  expect(reason).toMatch(/`\/keys\/x-k`.*; from `\$\{run\.params\.key\}` on line 8/)
})

test('with prune, a new version that the chart rejects leaves the old file in place', async () => {
  const project = createProject()
  const old = await project.register('model', { params: { replicas: '1' } })
  await world.api.setAlias(old.name, 'champion', '1')
  const options = { ...inputs, aliases: 'champion', prune: 'true' }
  await stepInProcess(world, project, options)
  await project.register('model', { params: { replicas: 'x' } })
  await world.api.setAlias(old.name, 'champion', '2')
  const step = await stepInProcess(world, project, options)
  expect(step.outputs).toMatchObject({
    operation: 'none',
    'deleted-count': '0',
    'failed-count': '1',
  })
  expect(project.repository.read(`models/${old.runId}.yaml`)).toContain('replicas: 1')
})

test('a reference to another address is never fetched', async () => {
  const address = `${world.github.apiUrl}/schema.json`
  const remote = draft7({ properties: { replicas: { $ref: address } } })
  const project = createProject({ 'chart/values.schema.json': remote })
  await project.register('model')
  const step = await stepInProcess(world, project, inputs)
  expect(step.outputs).toMatchObject({ operation: 'failed' })
  expect(step.log).toContain('are never fetched')
  expect(step.githubRequests.filter(({ path }) => path.includes('schema.json'))).toEqual([])
})

test('the page about values schemas shows what the action says', async () => {
  const page = readFileSync('docs/values-schema.md', 'utf8')
  const examples = [...page.matchAll(/<!-- example: (.+) -->\n\n```\w+\n([^]*?)```/g)]
  const { reason = '', ...files } = Object.fromEntries(
    examples.map(([, name = '', text = '']) => [name, text]),
  )
  const project = world.createProject({ files })
  const { runId } = await project.register('model', { params: { max_length: '32k' } })
  const step = await stepInProcess(world, project, {
    path: 'deploy/models',
    template: 'template.yaml',
    'values-schema': 'deploy/chart/values.schema.json',
  })
  expect(`${step.changes[0]?.reason ?? ''}\n`).toBe(reason.replace('<run_id>', runId))
})

describe('a schema that is not valid', () => {
  test('is one error with all mistakes at their lines, and nothing is written', async () => {
    const broken = [
      '{',
      '  "$schema": "http://json-schema.org/draft-07/schema#",',
      '  "type": "objekt",',
      '  "properties": {',
      '    "a": { "$ref": "https://example.com/schema.json" },',
      '    "b": { "$ref": "#/definitions/missing" },',
      '    "c": { "pattern": "(" },',
      '    "d": { "allOf": [{ "$ref": "#/properties/d" }] }',
      '  }',
      '}',
      '',
    ].join('\n')
    const project = createProject({ 'chart/values.schema.json': broken })
    await project.register('model')
    const step = await stepInProcess(world, project, inputs)
    expect(step.exitCode).toBe(1)
    expect(step.outputs).toMatchObject({ operation: 'failed', 'created-count': '0' })
    const lines = [...step.log.matchAll(/file=chart\/values\.schema\.json,line=(\d+)::/g)]
    expect(lines.map(([, line]) => line)).toEqual(['3', '5', '6', '7', '8'])
    expect(step.report.error?.message).toContain('are never fetched')
  })

  test.each([
    [
      'missing',
      { 'values-schema': 'chart/nowhere.json' },
      {},
      /There is no values schema `chart\/nowhere\.json` on branch `main`/,
    ],
    [
      'not JSON',
      {},
      { 'chart/values.schema.json': '{,}' },
      /line 1 of `chart\/values\.schema\.json`: not valid JSON/,
    ],
    [
      'of another draft',
      {},
      { 'chart/values.schema.json': '{"$schema": "http://json-schema.org/draft-04/schema#"}' },
      /draft-04.*is not supported/,
    ],
    [
      'beside broken defaults',
      {},
      { 'chart/values.yaml': 'a: [\n' },
      /`chart\/values\.yaml`: line 2: not valid YAML/,
    ],
  ])('is reported when it is %s', async (_, more, files, expected) => {
    const project = createProject(files)
    await project.register('model')
    const step = await stepInProcess(world, project, { ...inputs, ...more })
    expect(step.outputs).toMatchObject({ operation: 'failed' })
    expect(step.log).toMatch(expected)
  })

  test('fails only the runs for which it makes validation run forever', async () => {
    const endless = draft7({ properties: { replicas: { pattern: '^(a+)+$' } } })
    const project = createProject({ 'chart/values.schema.json': endless })
    await project.register('good', { params: { replicas: 'aaa' } })
    await project.register('bad', { params: { replicas: `${'a'.repeat(50)}!` } })
    await project.register('newer', { params: { replicas: 'aaa' } })
    const step = await stepInProcess(world, project, inputs)
    expect(step.outputs).toMatchObject({ 'created-count': '2', 'failed-count': '1' })
    const failed = step.changes.find(({ outcome }) => outcome === 'failed')
    expect(failed?.reason).toContain('takes too long')
  })
})

describe('subcharts', () => {
  const subchart = {
    'chart/charts/worker/Chart.yaml': 'apiVersion: v2\nname: worker\nversion: 0.1.0\n',
    'chart/charts/worker/values.yaml': 'threads: 1\n',
    'chart/charts/worker/values.schema.json': draft7({
      properties: { threads: { type: 'integer' } },
      required: ['threads'],
    }),
  }

  test('validate their part of the file with their own schemas and defaults', async () => {
    const threads = 'replicas: 1\nworker:\n  threads: ${run.params.threads:-1}\n'
    const project = createProject({ ...subchart, 'template.yaml': threads })
    await project.register('good')
    await project.register('bad', { params: { threads: 'many' } })
    const step = await stepInProcess(world, project, inputs)
    expect(step.outputs).toMatchObject({ 'created-count': '1', 'failed-count': '1' })
    expect(step.changes.find(({ outcome }) => outcome === 'failed')?.reason).toMatch(
      /`\/worker\/threads` must be an integer, but is `"many"` \(`type` in `chart\/charts\/worker\/values\.schema\.json`\)/,
    )
    expect(githubRequests(step)).toMatchObject({ Branch: 1, Blobs: 1 })
  })
})

test('a symbolic link in a chart is not followed', async () => {
  const project = createProject()
  const link = { mode: '120000', content: 'other.yaml' } as const
  project.repository.push('main', { 'chart/values.yaml': link })
  await project.register('model')
  const step = await stepInProcess(world, project, inputs)
  expect(step.outputs).toMatchObject({ operation: 'failed' })
  expect(step.log).toContain('`chart/values.yaml` is a symbolic link, which is not followed')
})

describe('mode: check', () => {
  test('validates every existing file, and finds names that collide', async () => {
    const project = createProject({
      'models/aaa.yaml': 'replicas: 1\nextra: 1\nglobal: {runid: aaa}\n',
      'models/bbb.yaml': 'replicas: two\nglobal: {runid: bbb}\n',
      'models/notes.txt': 'replicas: two\n',
    })
    await project.register('model')
    const step = await stepInProcess(world, project, { ...inputs, mode: 'check' })
    const connection = step.connections.find(({ name }) => name === 'Values schema')
    expect(connection).toMatchObject({ status: 'failed' })
    expect(connection?.detail).toMatch(
      /1 of 2 files would be rejected:\n- Helm would reject `models\/bbb\.yaml`: `\/replicas` must be an integer.*line 1 of the file/,
    )
    expect(step.exitCode).toBe(1)
  })

  test('succeeds when all files are valid', async () => {
    const project = createProject({ 'models/aaa.yaml': 'replicas: 1\nglobal: {runid: aaa}\n' })
    await project.register('model')
    const step = await stepInProcess(world, project, { ...inputs, mode: 'check' })
    expect(step.connections.find(({ name }) => name === 'Values schema')).toMatchObject({
      status: 'ok',
      detail: '`chart/values.schema.json` can be used; valid: 1 file',
    })
  })

  test('leaves out files that are about another run than they are named after', async () => {
    const project = createProject({
      'models/aaa.yaml': 'global: {runid: aaa}\nreplicas: 1\nextra: {fullnameOverride: x}\n',
      'models/values.yaml': 'replicas: two\n',
      'models/bbb.yaml': 'global: {runid: aaa}\nreplicas: two\nextra: {fullnameOverride: x}\n',
    })
    await project.register('model')
    const step = await stepInProcess(world, project, { ...inputs, mode: 'check' })
    expect(step.exitCode).toBe(0)
    expect(step.warnings).toEqual([])
    expect(step.connections.find(({ name }) => name === 'Values schema')?.detail).toContain(
      'valid: 1 file',
    )
  })

  test('reports the broken schemas and the rejected files of all targets at once', async () => {
    const project = createProject({
      'broken/values.schema.json': '{,}',
      'a/aaa.yaml': 'replicas: two\nglobal: {runid: aaa}\n',
      'b/aaa.yaml': 'replicas: 1\nglobal: {runid: aaa}\n',
      'targets.yaml': [
        'version: 1',
        'targets:',
        ...['a', 'b', 'c'].flatMap((name) => [
          `  - name: ${name}`,
          `    path: ${name}`,
          `    values-schema: ${name === 'a' ? 'chart' : 'broken'}/values.schema.json`,
          '    models: ["x"]',
        ]),
        '',
      ].join('\n'),
    })
    await project.register('model')
    const step = await stepInProcess(world, project, {
      config: 'targets.yaml',
      mode: 'check',
      models: '',
    })
    const detail = step.connections.find(({ name }) => name === 'Values schema')?.detail
    expect(detail).toMatch(/Target `a`: 1 of 1 file would be rejected/)
    expect(detail).toMatch(/Target `b`: The values schema `broken\/values\.schema\.json`/)
    expect(detail).toMatch(/Target `c`: The values schema `broken\/values\.schema\.json`/)
  })

  test("names the file that is in the way of the schema's directory", async () => {
    const project = createProject()
    await project.register('model')
    const options = { ...inputs, 'values-schema': 'template.yaml/values.schema.json' }
    for (const mode of ['check', 'sync']) {
      const step = await stepInProcess(world, project, { ...options, mode })
      expect(step.log).toContain('The path `template.yaml` is not a directory on branch `main`')
      expect(step.log).toContain('Set `values-schema` to the path of the file itself')
    }
  })

  test('warns about files with the same fullnameOverride', async () => {
    const project = createProject({
      'models/aaa.yaml': 'fullnameOverride: llm\nglobal: {runid: aaa}\n',
      'models/bbb.yaml':
        'fullnameOverride: llm\nvllm:\n  fullnameOverride: model\nglobal: {runid: bbb}\n',
      'models/ccc.yaml':
        'fullnameOverride: model\nvllm:\n  fullnameOverride: model\nglobal: {runid: ccc}\n',
    })
    await project.register('model')
    const step = await stepInProcess(world, project, { path: 'models', mode: 'check' })
    expect(step.exitCode).toBe(0)
    expect(step.warnings).toEqual([
      expect.stringContaining('2 warnings') as unknown,
      expect.stringContaining(
        '`models/aaa.yaml`, `models/bbb.yaml` have the same `fullnameOverride`, `llm`',
      ) as unknown,
      expect.stringContaining(
        '`models/bbb.yaml`, `models/ccc.yaml` have the same `vllm.fullnameOverride`, `model`',
      ) as unknown,
    ])
  })
})
