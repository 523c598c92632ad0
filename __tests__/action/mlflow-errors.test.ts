import { beforeAll, beforeEach, expect, test } from '@jest/globals'
import { expectFailure } from '../../testing/expectations.ts'
import { html, json } from '../../testing/mlflow/gateway-rules.ts'
import { useWorld } from '../../testing/use-world.ts'

const world = await useWorld({ version: 3, throughGateway: true })
const { gateway } = world
const project = world.createProject()

beforeAll(() => project.register('model'))

beforeEach(() => {
  gateway.rule = undefined
})

test('a server that is down is reported, with the advice to check host and port', async () => {
  const step = await project.sync({ 'mlflow-tracking-uri': 'http://127.0.0.1:1' })
  expectFailure(
    project,
    step,
    /Can't reach MLflow at `http:\/\/127\.0\.0\.1:1`: .*ECONNREFUSED.*after 3 tries.*the host and the port/,
  )
})

test('an unknown host is reported', async () => {
  const step = await project.sync({ 'mlflow-tracking-uri': 'http://mlflow.invalid' })
  expectFailure(project, step, /Can't reach MLflow at `http:\/\/mlflow\.invalid/)
})

test.each([
  [401, 'does not accept the credentials', 'mlflow-username'],
  [403, 'denies access', '`READ` permission'],
])('HTTP %i is not retried, and the error says what to check', async (status, message, advice) => {
  gateway.rule = () => html(status, '<p>No</p>')
  const step = await project.sync()
  expectFailure(project, step, new RegExp(`${message}.*${advice}`))
  expect(step.mlflowRequests).toHaveLength(1)
})

test('a login page is recognised, and retried at most twice', async () => {
  const form = '<!doctype html><html><form>Sign in<input type="password"></form></html>'
  gateway.rule = () => html(200, form)
  const step = await project.sync({}, { env: { MLFLOW_HTTP_REQUEST_MAX_RETRIES: '7' } })
  expectFailure(project, step, /responded with a login page.*service account/)
  expect(step.mlflowRequests).toHaveLength(3)
})

test('a truncated response is an error after three tries', async () => {
  gateway.rule = () => 'truncate'
  const step = await project.sync()
  expectFailure(project, step, /Can't reach MLflow at .*after 3 tries/)
})

test('a response with half a JSON document is not mistaken for an empty registry', async () => {
  gateway.rule = async (_request, forward) => {
    const response = await forward()
    return { ...response, body: response.body.slice(0, 40) }
  }
  expectFailure(project, await project.sync(), /not a complete JSON document/)
})

test('a response with unexpected JSON is not mistaken for an empty registry', async () => {
  gateway.rule = () => json({ detail: 'quota' })
  const step = await project.sync()
  expectFailure(project, step, /not what its API promises.*model_versions is missing/)
})

test('an address without an API is reported, with advice about the static prefix', async () => {
  gateway.rule = () => html(404, '<!doctype html><title>404</title>')
  expectFailure(project, await project.sync(), /There is no MLflow API at .*static prefix/)
})

test('a sync recovers from transient 503s', async () => {
  let requests = 0
  gateway.rule = () => ((requests += 1) % 2 === 1 ? { status: 503, body: '' } : undefined)
  const step = await project.sync({ mode: 'plan' })
  expect(step.exitCode).toBe(0)
  expect(step.outputs['created-count']).toBe('1')
})

test('an error from another request is not attributed to the run-filter', async () => {
  const body = { error_code: 'BAD_REQUEST', message: 'rejected by the gateway' }
  gateway.rule = ({ url }) => (url.includes('experiments/search') ? json(body, 400) : undefined)
  const step = await project.sync({ 'run-filter': 'metrics.accuracy > 0.9' })
  expectFailure(project, step, /rejected by the gateway/)
  expect(step.log).not.toMatch(/run-filter/)
})

test('a run that cannot be read does not fail the connection check', async () => {
  gateway.rule = ({ url }) =>
    url.includes('runs/search') ? json({ error_code: 'INTERNAL_ERROR' }, 400) : undefined
  const step = await project.sync({ mode: 'check' })
  expect(step.connections.find(({ name }) => name === 'MLflow: runs')?.status).toBe('ok')
})

test.each([
  [
    403,
    'Invalid Host header - possible DNS rebinding attack detected',
    /rejects this host name.*--allowed-hosts/,
  ],
  [
    503,
    '<p>disabled due to the mlflow server running in `--artifacts-only` mode</p>',
    /only serves artifacts/,
  ],
])('HTTP %i with %s is permanent, so it is not retried', async (status, body, message) => {
  gateway.rule = () => ({ status, body })
  const step = await project.sync()
  expectFailure(project, step, message)
  expect(step.mlflowRequests).toHaveLength(1)
})
