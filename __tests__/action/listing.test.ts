import { beforeEach, describe, expect, test } from '@jest/globals'
import { isListing, json, parsePage, type VersionPage } from '../../testing/mlflow/gateway-rules.ts'
import { useWorld } from '../../testing/use-world.ts'

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
    const step = await project.sync({ path: 'values' })
    expect(step.outputs['created-count']).toBe('3')
    expect(project.repository.paths('main', 'values')).toEqual(
      versions.map(({ runId }) => `values/${runId}.yaml`).toSorted(),
    )
  })

  test('is an error when a page token repeats', async () => {
    const project = world.createProject()
    world.gateway.rule = () => json({ next_page_token: 'again' })
    const step = await project.sync()
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
    const step = await project.sync()
    expect(step.outputs.operation).toBe('failed')
    expect(project.repository.commitCount()).toBe(1)
  })
})
