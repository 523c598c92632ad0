import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { expectMlflowReached } from '../../testing/expectations.ts'
import { json } from '../../testing/mlflow/gateway-rules.ts'
import { startGateway } from '../../testing/mlflow/gateway.ts'
import { startMlflow, type MlflowServer } from '../../testing/mlflow/server.ts'
import { useWorld } from '../../testing/use-world.ts'

const world = await useWorld({ version: 3, throughGateway: true })
const project = world.createProject()

/** `mode: plan` only reads. */
function plan(inputs: Record<string, string>, env: Record<string, string> = {}) {
  return project.sync({ mode: 'plan', ...inputs }, { env })
}

describe.each([3, 2] as const)('MLflow %i with basic-auth', (version) => {
  const password = 'a long password 1'
  let server: MlflowServer

  beforeAll(async () => {
    server = await startMlflow({ version, basicAuth: { admin: 'admin', password } })
  })

  afterAll(() => server.stop())

  test('accepts username and password from the inputs, which take precedence over a token', async () => {
    const step = await plan({
      'mlflow-tracking-uri': server.url,
      'mlflow-username': 'admin',
      'mlflow-password': password,
      'mlflow-token': 'nonsense',
    })
    expectMlflowReached(step)
    expect(step.visibleText).not.toContain(password)
    expect(step.visibleText).not.toContain(Buffer.from(`admin:${password}`).toString('base64'))
  })

  test("accepts username and password from MLflow's variables", async () => {
    const env = { MLFLOW_TRACKING_USERNAME: 'admin', MLFLOW_TRACKING_PASSWORD: password }
    expectMlflowReached(await plan({ 'mlflow-tracking-uri': server.url }, env))
  })

  test('rejects a wrong password, which is reported without a retry', async () => {
    const step = await plan({
      'mlflow-tracking-uri': server.url,
      'mlflow-username': 'admin',
      'mlflow-password': 'wrong',
    })
    expect(step.exitCode).toBe(1)
    expect(step.log).toMatch(/does not accept the credentials.*mlflow-password/)
    expect(step.report.requests.mlflow).toBe(1)
  })
})

describe('secrets', () => {
  beforeEach(() => {
    world.gateway.rule = undefined
  })

  test('in headers and the token reach MLflow and are shown nowhere', async () => {
    const step = await plan({
      'mlflow-headers': 'CF-Access-Client-Id: id-4711\nCF-Access-Client-Secret: secret-4711',
      'mlflow-token': 'token-4711',
    })
    expectMlflowReached(step)
    expect(step.mlflowRequests.at(-1)?.headers).toMatchObject({
      'cf-access-client-secret': 'secret-4711',
      authorization: 'Bearer token-4711',
    })
    expect(step.visibleText).not.toMatch(/4711/)
    for (const secret of ['id-4711', 'secret-4711', 'token-4711']) {
      expect(step.log).toContain(`::add-mask::${secret}`)
    }
  })

  test('of fewer than 6 characters are not masked, so that no output disappears', async () => {
    const step = await plan({ 'mlflow-headers': 'X-Version: 1\nX-Flag: true' })
    expectMlflowReached(step)
    expect(step.log).not.toMatch(/::add-mask::(1|true)$/m)
    expect(step.log).toContain('::add-mask::')
  })

  test('are not sent to another host that MLflow redirects to', async () => {
    const otherHost = await startGateway(world.mlflow.url)
    otherHost.rule = () => json({})
    world.gateway.rule = () => ({
      status: 302,
      headers: { location: `${otherHost.url}/x` },
      body: '',
    })
    await plan({
      'mlflow-headers': 'X-Key: key-4711',
      'mlflow-token': 'token-4711',
      'mlflow-workspace': 'ws',
    })
    await otherHost.close()
    expect(otherHost.requests.length).toBeGreaterThan(0)
    const headers = JSON.stringify(otherHost.requests.map((request) => request.headers))
    expect(headers).not.toMatch(/4711|authorization|x-key|workspace/)
  })
})
