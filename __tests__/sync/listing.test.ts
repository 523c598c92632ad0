import { beforeEach, describe, expect, test } from '@jest/globals'
import {
  changeListing,
  isListing,
  json,
  parsePage,
  type VersionPage,
} from '../../testing/mlflow/gateway-rules.ts'
import type { RegisteredVersion } from '../../testing/mlflow/api.ts'
import { useWorld } from '../../testing/use-world.ts'
import { stepInProcess } from '../fixtures/step-in-process.ts'

const world = await useWorld({ version: 3, throughGateway: true })

beforeEach(() => {
  world.gateway.rule = undefined
})

describe('the listing of model versions', () => {
  test('is read to its last page, through short and empty pages', async () => {
    const project = world.createProject()
    const versions = [
      await project.register('a'),
      await project.register('b'),
      await project.register('c'),
    ]
    world.gateway.rule = async (request, forward) => {
      if (!isListing(request)) return undefined
      const url = new URL(request.url, world.gateway.url)
      const token = url.searchParams.get('page_token')
      url.searchParams.delete('page_token')
      const { model_versions: all = [] } = parsePage(await forward(url.pathname + url.search))
      const rows = all.filter(({ name }) => name.startsWith(project.model('')))
      const pages: VersionPage[] = [
        { next_page_token: 'p1' },
        { model_versions: rows.slice(0, 1), next_page_token: 'p2' },
        { model_versions: [], next_page_token: 'p3' },
        { model_versions: rows.slice(0, 3), next_page_token: '' },
      ]
      return json(pages[Number(token?.slice(1) ?? 0)])
    }
    const step = await stepInProcess(world, project, { path: 'values' })
    expect(step.outputs['created-count']).toBe('3')
    expect(project.repository.paths('main', 'values')).toEqual(
      versions.map(({ runId }) => `values/${runId}.yaml`).toSorted(),
    )
  })

  test.each<
    [string, (first: RegisteredVersion, second: RegisteredVersion) => Promise<void>, RegExp]
  >([
    [
      'a version that was read is deleted',
      (first) => world.api.deleteVersion(first.name, first.version),
      /^kept: .* version 2 is newer than version 1/,
    ],
    [
      'both versions of a run are deleted after one was read',
      (_first, second) => world.api.deleteModel(second.name),
      /^kept: the registry changed while it was read/,
    ],
  ])('cannot make a sync write an older version when %s', async (_name, change, reason) => {
    const project = world.createProject()
    const first = await project.register('a')
    const second = await project.register('b')
    const { runId } = second
    await project.registerExternal('b', { runId, source: `s3://b/1/${runId}/artifacts/model` })
    await stepInProcess(world, project, { path: 'values' })
    const before = project.repository.read(`values/${runId}.yaml`)
    expect(before).toContain('modelVersion: "2"')
    world.gateway.rule = async ({ url }, forward) => {
      if (!url.includes('model-versions/search') || url.includes('run_id')) return undefined
      // Pages of the project's versions only, so that each deletion moves the next one.
      const filtered = `filter=name%20LIKE%20%27${project.model('')}%25%27`
      const page = await forward(`${url.replace('10000', '2')}&${filtered}`)
      if (!url.includes('page_token')) await change(first, second)
      return page
    }
    const step = await stepInProcess(world, project, { path: 'values' })
    expect(step.changes.find(({ runId: id }) => id === runId)).toMatchObject({
      outcome: 'skipped',
      modelVersion: '2',
      reason: expect.stringMatching(reason) as unknown,
    })
    expect(project.repository.read(`values/${runId}.yaml`)).toBe(before)
  })

  test.each<[string, unknown, string]>([
    ['null', null, 'missing'],
    ['empty', '', 'missing'],
    ['in nanoseconds', 1_700_000_000_000_000_000, 'not a time in milliseconds'],
    ['a fraction', 1.5, 'not a time in milliseconds'],
    ['an object', {}, 'missing'],
  ])('with a creation time that is %s affects only that version', async (_name, time, why) => {
    const project = world.createProject()
    const good = await project.register('good')
    const odd = await project.register('odd')
    world.gateway.rule = changeListing((rows) =>
      rows.map((row) =>
        row.run_id === odd.runId ? { ...row, creation_timestamp: time as number } : row,
      ),
    )
    const step = await stepInProcess(world, project, { path: 'values', prune: 'true' })
    expect(step.outputs).toMatchObject({ 'created-count': '1', 'failed-count': '1' })
    expect(step.changes.find(({ outcome }) => outcome === 'failed')).toMatchObject({
      modelName: odd.name,
      reason: expect.stringContaining(`\`creation_timestamp\`: ${why}`) as unknown,
    })
    expect(project.repository.paths('main', 'values')).toEqual([`values/${good.runId}.yaml`])
  })

  test('may send creation times as text, with a decimal point', async () => {
    const project = world.createProject()
    await project.register('a')
    world.gateway.rule = changeListing((rows) =>
      rows.map((row) => ({
        ...row,
        creation_timestamp: `${row.creation_timestamp}.0` as unknown as number,
      })),
    )
    const step = await stepInProcess(world, project, { path: 'values' })
    expect(step.outputs).toMatchObject({ 'created-count': '1', 'failed-count': '0' })
  })

  test.each<[string, object]>([
    ['no name', { name: undefined }],
    ['a number as its source', { source: 5 }],
    ['tags that are no list', { tags: 'x' }],
    ['aliases that are no list', { aliases: { a: 1 } }],
  ])('with a version that has %s affects only that version', async (_name, fields) => {
    const project = world.createProject()
    await project.register('good')
    const odd = await project.register('odd')
    world.gateway.rule = changeListing((rows) =>
      rows.map((row) => (row.run_id === odd.runId ? { ...row, ...fields } : row)),
    )
    const step = await stepInProcess(world, project, { path: 'values' })
    expect(step.outputs).toMatchObject({ 'created-count': '1', 'failed-count': '1' })
  })

  test('is an error when a page token repeats', async () => {
    const project = world.createProject()
    world.gateway.rule = () => json({ next_page_token: 'again' })
    const step = await stepInProcess(world, project)
    expect(step.exitCode).toBe(1)
    expect(step.log).toMatch(/does not end: a page token was repeated/)
  })

  test('writes nothing when a later page fails', async () => {
    const project = world.createProject()
    await project.register('a')
    const version = { name: project.model('m'), version: '1', creation_timestamp: 1, run_id: 'abc' }
    world.gateway.rule = (request) => {
      if (!isListing(request)) return undefined
      return request.url.includes('page_token')
        ? json({ error_code: 'INTERNAL_ERROR' }, 500)
        : json({ model_versions: [version], next_page_token: 't' })
    }
    const step = await stepInProcess(world, project)
    expect(step.outputs.operation).toBe('failed')
    expect(project.repository.commitCount()).toBe(1)
  })
})
