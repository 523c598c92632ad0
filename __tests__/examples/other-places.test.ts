import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import { exampleFolder } from '../../testing/examples.ts'
import { onlyWhere } from '../../testing/only-where.ts'
import { copyExample, runExample } from '../../testing/run-example.ts'
import { startApiHost } from '../../testing/self-test/api-host.ts'
import { startTlsHost } from '../../testing/tls-host.ts'
import { useWorld } from '../../testing/use-world.ts'
import { lastChanges, scratch, standIn, usedIn } from '../fixtures/example-runs.ts'

const world = await useWorld({ version: 3, throughGateway: true })

const hosts: { readonly close: () => Promise<void> }[] = []
afterAll(async () => {
  for (const host of hosts) await host.close()
})

const internalHost = 'mlflow.internal.example.com'

/** A script for Node.js that knows the address of a host, as a name server of the private network does. */
function nameServer(): string {
  const file = join(scratch, 'name-server.cjs')
  const address = `host === '${internalHost}' ? '127.0.0.1' : host`
  writeFileSync(
    file,
    `const dns = require('node:dns')
const { lookup } = dns
dns.lookup = (host, ...others) => lookup(${address}, ...others)
`,
  )
  return file
}

/** A job after the one that calls a workflow; it shows what that returned. */
const printsOutputs = `  print:
    needs: sync
    runs-on: ubuntu-latest
    steps:
      - id: printed
        run: printf 'changed=%s\\nurl=%s\\n' "$CHANGED" "$URL" >>"$GITHUB_OUTPUT"
        env:
          CHANGED: \${{ needs.sync.outputs.changed }}
          URL: \${{ needs.sync.outputs.commit-url }}
`

onlyWhere('act').describe('the example', () => {
  test('another-repository writes to it with the token of an App, and nothing with its own', async () => {
    const training = copyExample(world, exampleFolder('another-repository'), {
      name: 'acme/training',
    })
    const deployments = world.github.createRepository('acme/deployments', {
      files: { 'README.md': '# Deployments\n' },
    })
    const { name, runId } = await training.register('summarizer')
    await world.api.setAlias(name, 'production', '1')
    const token = world.github.addToken({
      contents: 'write',
      pullRequests: 'none',
      repositories: [deployments.fullName],
    })
    const createsToken = standIn(
      ['client-id', 'private-key', 'owner', 'repositories', 'permission-contents'],
      `[ "$INPUTS" = 'Iv1.app,key-of-the-app,acme,deployments,write' ] && echo "token=${token}" >>"$GITHUB_OUTPUT"`,
      'token',
    )
    await runExample(world, training, {
      actions: { [usedIn('another-repository', 'actions/create-github-app-token')]: createsToken },
      secrets: { SYNC_APP_KEY: 'key-of-the-app' },
      variables: { SYNC_APP_CLIENT_ID: 'Iv1.app' },
    })
    expect(training.repository.commitCount()).toBe(1)
    expect(lastChanges(deployments)).toEqual([`A\tdeploy/values/${runId}.yaml`])
    deployments.fsck()
  })

  test('reusable passes inputs and secrets on, and its outputs back', async () => {
    const project = copyExample(world, exampleFolder('reusable/team'))
    const { repository } = project
    const { name, runId } = await project.register('summarizer')
    await world.api.setAlias(name, 'production', '1')
    const path = '.github/workflows/mlflow-sync.yml'
    const caller = repository.read(path)
    expect(
      caller
        .split(/^jobs:\n/m)[1]
        ?.trimEnd()
        .split('\n'),
    ).toHaveLength(6)
    repository.push('main', { [path]: caller + printsOutputs })
    const before = world.gateway.requests.length
    const result = await runExample(world, project, {
      actions: { 'acme/platform@v1': exampleFolder('reusable/platform') },
    })
    expect(lastChanges(project.repository)).toEqual([`A\tdeploy/values/${runId}.yaml`])
    const [request] = world.gateway.requests.slice(before)
    expect(request?.headers.authorization).toBe('Bearer token-for-mlflow')
    expect(result.outputs.printed).toEqual({
      changed: 'true',
      url: `${repository.url}/commit/${repository.head()}`,
    })
  })

  test('self-hosted reaches GitHub through the proxy, and MLflow with the own certificate without it', async () => {
    const project = copyExample(world, exampleFolder('self-hosted'))
    const { name, runId } = await project.register('summarizer')
    await world.api.setAlias(name, 'production', '1')
    const mlflow = await startTlsHost(internalHost, world.gateway.url)
    const github = await startApiHost(new URL('https://api.github.test'), world.github.apiUrl)
    hosts.push(mlflow, github)
    await runExample(world, project, {
      env: {
        GITHUB_API_URL: 'https://api.github.test',
        GITHUB_GRAPHQL_URL: 'https://api.github.test/graphql',
        // The system trusts GitHub's certificate, and not that of MLflow.
        NODE_EXTRA_CA_CERTS: github.certificate,
        NODE_OPTIONS: `--require=${nameServer()}`,
        // As in the runner's file .env.
        HTTPS_PROXY: github.proxyUrl,
        NO_PROXY: '.internal.example.com',
      },
      variables: {
        MLFLOW_TRACKING_URI: `https://${internalHost}:${mlflow.port}`,
        COMPANY_CA_CERTIFICATE: readFileSync(mlflow.certificate, 'utf8'),
      },
    })
    expect(lastChanges(project.repository)).toEqual([`A\tdeploy/values/${runId}.yaml`])
    expect(new Set(github.connections)).toEqual(new Set(['CONNECT api.github.test:443']))
  })
})
