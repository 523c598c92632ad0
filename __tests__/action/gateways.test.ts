import { beforeEach, describe, expect, test } from '@jest/globals'
import { expectMlflowReached } from '../../testing/expectations.ts'
import { startProxy } from '../../testing/proxy.ts'
import { useWorld } from '../../testing/use-world.ts'

const world = await useWorld({ version: 3, throughGateway: true })
const { gateway } = world
const project = world.createProject()

beforeEach(() => {
  gateway.rule = undefined
})

function plan(inputs: Record<string, string> = {}, env: Record<string, string> = {}) {
  return project.sync({ mode: 'plan', ...inputs }, { env })
}

describe('MLflow behind a gateway', () => {
  test('is reached through a forward proxy, except for hosts in no_proxy', async () => {
    const proxy = await startProxy()
    const { port } = new URL(gateway.url)
    const inputs = { 'mlflow-tracking-uri': `http://mlflow.test:${port}` }
    const proxied = await plan(inputs, { http_proxy: proxy.url })
    const direct = await plan(inputs, { http_proxy: proxy.url, no_proxy: 'mlflow.test' })
    await proxy.close()
    expectMlflowReached(proxied)
    expect(proxy.requests).toContain(`GET http://mlflow.test:${port}`)
    expect(direct.log).toMatch(/Can't reach MLflow/)
  })

  test('is not waited for if it asks for too long a wait, and the error says when that wait would end', async () => {
    gateway.rule = () => ({ status: 429, headers: { 'retry-after': '3600' }, body: '{}' })
    const step = await plan()
    expect(step.log).toMatch(/asks to wait until \d{4}-\d\d-\d\dT.*longer than a sync may wait/)
    expect(step.mlflowRequests).toHaveLength(1)
  })

  test('does not appear in links, which point to mlflow-ui-url', async () => {
    const { name } = await project.register('linked')
    const step = await plan({ 'mlflow-ui-url': 'https://ui.example.com/ml/' })
    expect(step.outputs.changes).toContain(`https://ui.example.com/ml/#/models/${name}/versions/1`)
    expect(step.outputs.changes).not.toContain(gateway.url)
    expect(step.summary).not.toContain(gateway.url)
  })
})
