import { beforeEach, describe, expect, test } from '@jest/globals'
import { startProxy } from '../../testing/proxy.ts'
import type { Project } from '../../testing/project.ts'
import { useWorld } from '../../testing/use-world.ts'

const world = await useWorld({ version: 3 })
let project: Project

beforeEach(() => {
  project = world.createProject()
})

describe('without a variable of the runner', () => {
  test.each([
    ['GITHUB_GRAPHQL_URL', {}],
    ['GITHUB_API_URL', {}],
    ['GITHUB_API_URL', { GITHUB_SERVER_URL: '' }],
    ['GITHUB_GRAPHQL_URL', { GITHUB_SERVER_URL: 'https://github.com' }],
  ])('%s, no request leaves for another server than that of the others (%j)', async (name, env) => {
    const { version } = await project.register('model')
    const proxy = await startProxy()
    const step = await project.sync(
      { 'pull-request': 'true' },
      { env: { ...env, [name]: '', https_proxy: proxy.url, no_proxy: '127.0.0.1' } },
    )
    await proxy.close()
    expect(proxy.requests).toEqual([])
    expect(version).toBe('1')
    expect(step.outputs).toMatchObject({ operation: 'pull-request-created', 'created-count': '1' })
  })
})

test('an invalid address is an invalid input, and no request is sent', async () => {
  const step = await project.sync({}, { env: { GITHUB_API_URL: 'git.example.com' } })
  expect(step.exitCode).toBe(1)
  expect(step.errors[0]).toContain('`GITHUB_API_URL` must be an address such as')
  expect(step.githubRequests).toEqual([])
  expect(step.outputs.operation).toBe('failed')
})

test.each([
  ['GITHUB_EVENT_PATH', '/'],
  ['https_proxy', '::'],
  ['HTTP_PROXY', '%'],
])('a malformed %s, which no request needs, does no harm', async (name, value) => {
  await project.register('model')
  const step = await project.sync({}, { env: { [name]: value, no_proxy: '127.0.0.1' } })
  expect(step.outputs.operation).toBe('committed')
})
