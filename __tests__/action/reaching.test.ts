import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { runAction, type StepResult } from '../../testing/action.ts'
import { startGitHub, type GitHub } from '../../testing/github/server.ts'
import { startGateway, type Gateway } from '../../testing/mlflow/gateway.ts'
import { mlflowApi } from '../../testing/mlflow/registry.ts'
import { startMlflow, type MlflowServer } from '../../testing/mlflow/server.ts'
import { startProxy } from '../../testing/proxy.ts'
import { fastRetries } from '../../testing/world.ts'

let github: GitHub
const servers: MlflowServer[] = []

beforeAll(async () => {
  github = await startGitHub()
  github.createRepository('acme/deployments', { files: { 'a.txt': 'a' } })
})

afterAll(async () => {
  await github.close()
  for (const server of servers) await server.stop()
})

const start = async (options: Parameters<typeof startMlflow>[0]): Promise<MlflowServer> => {
  const server = await startMlflow(options)
  servers.push(server)
  return server
}

/** A plan needs MLflow only to be read. */
const plan = (
  inputs: Record<string, string>,
  env: Record<string, string> = {},
): Promise<StepResult> =>
  runAction({ github, inputs: { mode: 'plan', ...inputs }, env: { ...fastRetries, ...env } })

const expectReached = (step: StepResult): void => {
  expect(step.stdout).toMatch(/MLflow lists \d+ model versions/)
  expect(step.exitCode).toBe(0)
}

describe.each([3, 2] as const)('MLflow %i with basic-auth', (version) => {
  const password = 'a long password 1'
  let url: string

  beforeAll(async () => {
    url = (await start({ version, basicAuth: { admin: 'admin', password } })).url
  })

  test('takes user and password, as inputs or by MLflow’s variables; they win over a token', async () => {
    const inputs = { 'mlflow-tracking-uri': url }
    const step = await plan({
      ...inputs,
      'mlflow-username': 'admin',
      'mlflow-password': password,
      'mlflow-token': 'nonsense',
    })
    expectReached(step)
    const shown =
      step.stdout.replace(/^::add-mask::.*$/gm, '') + step.summary + JSON.stringify(step.outputs)
    expect(shown).not.toContain(password)
    expect(shown).not.toContain(Buffer.from(`admin:${password}`).toString('base64'))
    const env = { MLFLOW_TRACKING_USERNAME: 'admin', MLFLOW_TRACKING_PASSWORD: password }
    expectReached(await plan(inputs, env))
  })

  test('names a wrong password, and does not try again', async () => {
    const step = await plan({
      'mlflow-tracking-uri': url,
      'mlflow-username': 'admin',
      'mlflow-password': 'wrong',
    })
    expect(step.exitCode).toBe(1)
    expect(step.stdout).toMatch(/does not accept the credentials.*mlflow-password/)
    expect((step.report as { requests: { mlflow: number } }).requests.mlflow).toBe(1)
  })
})

describe('a static prefix', () => {
  test.each([3, 2] as const)(
    'of MLflow %i is part of the address, and its lack is named',
    async (version) => {
      const { url } = await start({ version, staticPrefix: '/ml' })
      expectReached(await plan({ 'mlflow-tracking-uri': `${url}/#/models` }))
      if (version === 2) return
      const bare = await plan({ 'mlflow-tracking-uri': new URL(url).origin })
      expect(bare.stdout).toMatch(/There is no MLflow API at .*static prefix/)
    },
  )
})

describe('workspaces', () => {
  test('are chosen by mlflow-workspace; an unknown one is named', async () => {
    const { url } = await start({ version: 3, workspaces: true })
    expectReached(await plan({ 'mlflow-tracking-uri': url, 'mlflow-workspace': 'default' }))
    const unknown = await plan({ 'mlflow-tracking-uri': url, 'mlflow-workspace': 'nowhere' })
    expect(unknown.exitCode).toBe(1)
    expect(unknown.stdout).toMatch(/::error.*workspace.*mlflow-workspace/i)
  })

  test('that are switched off are told without a retry', async () => {
    const { url } = await start({ version: 3 })
    const step = await plan({ 'mlflow-tracking-uri': url, 'mlflow-workspace': 'research' })
    expect(step.stdout).toMatch(/feature switched off.*Leave mlflow-workspace empty/)
    expect((step.report as { requests: { mlflow: number } }).requests.mlflow).toBe(1)
  })
})

describe('a private certificate authority', () => {
  let directory: string
  let url: string
  let ca: string

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'tls-'))
    ca = join(directory, 'cert.pem')
    const key = join(directory, 'key.pem')
    const subject = [
      '-subj',
      '/CN=mlflow.test',
      '-addext',
      'subjectAltName=IP:127.0.0.1,DNS:mlflow.test',
    ]
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'rsa:2048',
        '-nodes',
        '-days',
        '2',
        '-keyout',
        key,
        '-out',
        ca,
        ...subject,
      ],
      { stdio: 'pipe' },
    )
    url = (await start({ version: 3, tls: { key, certificate: ca } })).url
  })

  afterAll(() => {
    rmSync(directory, { recursive: true })
  })

  test('is not trusted by itself, and the way out is named', async () => {
    const step = await plan({ 'mlflow-tracking-uri': url })
    expect(step.exitCode).toBe(1)
    expect(step.stdout).toMatch(/Can't reach MLflow at https:.*self.signed.*mlflow-ca-certificate/)
    expect((step.report as { requests: { mlflow: number } }).requests.mlflow).toBe(1)
  })

  test('is trusted as text, as a file, and by MLflow’s variable', async () => {
    const inputs = { 'mlflow-tracking-uri': url }
    expectReached(await plan({ ...inputs, 'mlflow-ca-certificate': readFileSync(ca, 'utf8') }))
    expectReached(await plan({ ...inputs, 'mlflow-ca-certificate': ca }))
    expectReached(await plan(inputs, { MLFLOW_TRACKING_SERVER_CERT_PATH: ca }))
  })

  test('need not be trusted with mlflow-insecure-tls, which warns', async () => {
    const step = await plan({ 'mlflow-tracking-uri': url, 'mlflow-insecure-tls': 'true' })
    expectReached(step)
    expect(step.stdout.match(/^::warning.*mlflow-insecure-tls/gm)).toHaveLength(1)
  })

  test('works through a forward proxy by CONNECT', async () => {
    const proxy = await startProxy()
    const { port } = new URL(url)
    const step = await plan(
      { 'mlflow-tracking-uri': `https://mlflow.test:${port}`, 'mlflow-ca-certificate': ca },
      { https_proxy: proxy.url, no_proxy: '127.0.0.1' },
    )
    // MLflow's own guard does not know the made-up name: it was reached all the same.
    expect(step.stdout).toMatch(/MLflow lists|refuses this host name/)
    expect(proxy.seen).toContain(`CONNECT mlflow.test:${port}`)
    await proxy.close()
  })
})

describe('a gateway', () => {
  let gateway: Gateway

  beforeAll(async () => {
    gateway = await startGateway((await start({ version: 3 })).url)
  })

  afterAll(async () => {
    await gateway.close()
  })

  test('gets the headers, which nobody else sees', async () => {
    const step = await plan({
      'mlflow-tracking-uri': gateway.url,
      'mlflow-headers': 'CF-Access-Client-Id: id-4711\nCF-Access-Client-Secret: secret-4711',
      'mlflow-token': 'token-4711',
    })
    expectReached(step)
    expect(gateway.requests.at(-1)?.headers).toMatchObject({
      'cf-access-client-secret': 'secret-4711',
      authorization: 'Bearer token-4711',
    })
    const shown =
      step.stdout.replace(/^::add-mask::.*$/gm, '') +
      step.summary +
      JSON.stringify([step.outputs, step.report])
    expect(shown).not.toMatch(/4711/)
    for (const secret of ['id-4711', 'secret-4711', 'token-4711']) {
      expect(step.stdout).toContain(`::add-mask::${secret}`)
    }
  })

  test('that redirects elsewhere gets followed without any credential', async () => {
    const heads: Record<string, unknown>[] = []
    const other = createServer((request, response) => {
      heads.push(request.headers)
      response.end('{}')
    })
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const { port } = other.address() as AddressInfo
    gateway.rule = () => ({
      status: 302,
      headers: { location: `http://127.0.0.1:${port}/x` },
      body: '',
    })
    await plan({
      'mlflow-tracking-uri': gateway.url,
      'mlflow-headers': 'X-Key: key-4711',
      'mlflow-token': 'token-4711',
      'mlflow-workspace': 'ws',
    })
    gateway.rule = undefined
    other.closeAllConnections()
    other.close()
    expect(heads.length).toBeGreaterThan(0)
    expect(JSON.stringify(heads)).not.toMatch(/4711|authorization|x-key|workspace/)
  })

  test('is found through a forward proxy, but not for hosts in no_proxy', async () => {
    const proxy = await startProxy()
    const { port } = new URL(gateway.url)
    const inputs = { 'mlflow-tracking-uri': `http://mlflow.test:${port}` }
    expectReached(await plan(inputs, { http_proxy: proxy.url }))
    expect(proxy.seen).toContain(`GET http://mlflow.test:${port}`)
    const direct = await plan(inputs, { http_proxy: proxy.url, no_proxy: 'mlflow.test' })
    expect(direct.stdout).toMatch(/Can't reach MLflow/)
    await proxy.close()
  })

  test.each([
    [
      403,
      'Invalid Host header - possible DNS rebinding attack detected',
      /refuses this host name.*--allowed-hosts/,
    ],
    [
      503,
      '<p>disabled due to the mlflow server running in `--artifacts-only` mode</p>',
      /only serves artifacts/,
    ],
  ])('that answers %i is recognised and not asked again: %s', async (status, body, message) => {
    gateway.rule = () => ({ status, body })
    const before = gateway.requests.length
    const step = await plan({ 'mlflow-tracking-uri': gateway.url })
    gateway.rule = undefined
    expect(step.stdout).toMatch(message)
    expect(gateway.requests.length - before).toBe(1)
  })

  test('that asks to wait too long is told at once, with the time', async () => {
    gateway.rule = () => ({ status: 429, headers: { 'retry-after': '3600' }, body: '{}' })
    const step = await plan({ 'mlflow-tracking-uri': gateway.url })
    gateway.rule = undefined
    expect(step.stdout).toMatch(/asks to wait until \d{4}-\d\d-\d\dT.*longer than a sync may wait/)
  })

  test('may be hidden: links are made of mlflow-ui-url', async () => {
    const api = mlflowApi({ url: servers.at(-1)?.url ?? '', version: 3 })
    await api.register('linked', await api.createExperiment('links'))
    const step = await plan({
      'mlflow-tracking-uri': gateway.url,
      'mlflow-ui-url': 'https://ui.example.com/ml/',
    })
    expect(step.outputs.changes).toContain('https://ui.example.com/ml/#/models/linked/versions/1')
    expect(step.outputs.changes).not.toContain(gateway.url)
    expect(step.summary).not.toContain(gateway.url)
  })
})
