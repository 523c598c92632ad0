import { readFileSync } from 'node:fs'
import { afterAll, expect, test } from '@jest/globals'
import { createCertificate } from '../../testing/certificate.ts'
import { expectMlflowReached } from '../../testing/expectations.ts'
import { startMlflow } from '../../testing/mlflow/server.ts'
import { startProxy } from '../../testing/proxy.ts'
import { useWorld } from '../../testing/use-world.ts'

const tls = createCertificate()
const ca = tls.certificate
const server = await startMlflow({ version: 3, tls })
const world = await useWorld({ version: 3 })
const project = world.createProject()

afterAll(async () => {
  await server.stop()
  tls.remove()
})

function plan(inputs: Record<string, string> = {}, env: Record<string, string> = {}) {
  return project.sync({ mode: 'plan', 'mlflow-tracking-uri': server.url, ...inputs }, { env })
}

test('a private certificate authority is not trusted by default, and the error says how to trust it', async () => {
  const step = await plan()
  expect(step.exitCode).toBe(1)
  expect(step.log).toMatch(/Can't reach MLflow at `https:.*self.signed.*mlflow-ca-certificate/)
  expect(step.report.requests.mlflow).toBe(1)
})

test("a certificate authority is trusted as text, as a file, and by MLflow's variable", async () => {
  expectMlflowReached(await plan({ 'mlflow-ca-certificate': readFileSync(ca, 'utf8') }))
  expectMlflowReached(await plan({ 'mlflow-ca-certificate': ca }))
  expectMlflowReached(await plan({}, { MLFLOW_TRACKING_SERVER_CERT_PATH: ca }))
})

test('mlflow-insecure-tls trusts any certificate and warns', async () => {
  const step = await plan({ 'mlflow-insecure-tls': 'true' })
  expectMlflowReached(step)
  expect(step.log.match(/^::warning.*mlflow-insecure-tls/gm)).toHaveLength(1)
})

test('a certificate authority is trusted through a forward proxy', async () => {
  const proxy = await startProxy()
  const { port } = new URL(server.url)
  const step = await plan(
    { 'mlflow-tracking-uri': `https://mlflow.test:${port}`, 'mlflow-ca-certificate': ca },
    { https_proxy: proxy.url, no_proxy: '127.0.0.1' },
  )
  await proxy.close()
  // MLflow rejects the made-up host name, which proves that the request reached it.
  expect(step.log).toMatch(/MLflow lists|rejects this host name/)
  expect(proxy.requests).toContain(`CONNECT mlflow.test:${port}`)
})
