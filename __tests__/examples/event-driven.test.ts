import { execFile, execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, describe, expect, test } from '@jest/globals'
import { parseAllDocuments } from 'yaml'
import { actIsMissing, runWorkflow } from '../../testing/act.ts'
import { actionName } from '../../testing/examples.ts'
import { isDispatch } from '../../testing/github/matchers.ts'
import { hasHelm, kustomize } from '../../testing/helm.ts'
import { useWorld } from '../../testing/use-world.ts'
import { pythonOf } from '../../testing/virtual-environment.ts'
import { dispatchesTo, dispatchOf, secret, startRelay, until } from '../fixtures/relay.ts'

const folder = 'examples/event-driven'
const world = await useWorld({ version: 3, ownServer: true, localWebhooks: true })
const { github } = world

const scratch = mkdtempSync(join(tmpdir(), 'event-driven-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

const workflow = '.github/workflows/mlflow-sync.yml'
const project = world.createProject({
  files: { [workflow]: readFileSync(join(folder, workflow)) },
})
const relay = await startRelay(github, project.repository)
afterAll(async () => expect(await relay.stop()).toBe(0))

const dispatches = () => dispatchesTo(github, project.repository)
const created = 'model_version.created'

describe('events of a real MLflow', () => {
  /** Runs the script of the example, as it stands. */
  async function createWebhook(env: Readonly<Record<string, string>> = {}) {
    const variables = {
      MLFLOW_TRACKING_URI: world.mlflow.url,
      MLFLOW_WEBHOOK_SECRET: secret,
      RELAY_URL: `${relay.url}/mlflow`,
    }
    const script = `${folder}/relay/create-webhook.py`
    const options = { env: { ...variables, ...env } }
    return (await promisify(execFile)(pythonOf('mlflow-3'), [script], options)).stdout
  }

  test('reach GitHub as soon as the webhook is created', async () => {
    expect(await createWebhook()).toBe(`dispatched: ${created}\n`)
    expect(dispatches()).toEqual([dispatchOf(created)])
  })

  const withAct = actIsMissing === undefined ? test : test.skip
  withAct('start one sync, which commits', async () => {
    const before = dispatches().length
    const { runId } = await project.register('summarizer')
    await until(() => relay.log().length > before)
    expect(dispatches().slice(before)).toEqual([dispatchOf(created)])
    // act does not compare the types.
    expect(project.repository.read(workflow)).toContain('    types: [mlflow] ')
    const { exitCode, log } = await runExample()
    expect(exitCode === 0 ? '' : log).toBe('')
    const { git } = project.repository
    expect(git('diff', '--name-status', 'main~1', 'main')).toBe(`A\tdeploy/values/${runId}.yaml`)
  })

  test('arrive after GitHub was down, and only once', async () => {
    const [logged, sent] = [relay.log().length, dispatches().length]
    github.inject({ kind: 'respond', status: 502, body: 'down\n' }, { match: isDispatch })
    github.inject({ kind: 'drop' }, { match: isDispatch })
    await project.register('translator')
    await until(() => relay.log().length === logged + 3)
    expect(relay.log().slice(logged)).toEqual([
      'not dispatched: GitHub responded with 502 "down\\n"',
      expect.stringMatching(/^not dispatched: no response \(\w+\)$/),
      `dispatched: ${created}`,
    ])
    await world.api.setAlias(project.model('translator'), 'production', '1')
    await until(() => relay.log().length === logged + 4)
    expect(dispatches().slice(sent)).toEqual([
      ...Array<unknown>(3).fill(dispatchOf(created)),
      dispatchOf('model_version_alias.created'),
    ])
  })

  test('are refused if the secrets differ, and the script that sets the secret says so', async () => {
    const sent = dispatches().length
    await expect(createWebhook({ MLFLOW_WEBHOOK_SECRET: 'another' })).rejects.toMatchObject({
      code: 1,
      stderr: 'The relay did not accept it: wrong signature\n\n',
    })
    expect(dispatches()).toHaveLength(sent)
  })
})

/** Runs the workflow as GitHub does for the last dispatch. */
function runExample() {
  const clone = join(scratch, 'clone')
  const { gitDir } = project.repository.store
  execFileSync('git', ['clone', '--quiet', gitDir, clone], { stdio: 'pipe' })
  for (const part of ['action.yml', 'dist']) {
    cpSync(part, join(scratch, 'action', part), { recursive: true })
  }
  const payload = join(scratch, 'event.json')
  const { event_type: action, ...rest } = dispatches().at(-1) ?? dispatchOf()
  writeFileSync(payload, JSON.stringify({ action, branch: 'main', ...rest }))
  return runWorkflow({
    directory: clone,
    workflow,
    event: 'repository_dispatch',
    args: ['--eventpath', payload],
    actions: { [`${actionName}v1`]: join(scratch, 'action') },
    env: {
      GITHUB_API_URL: github.apiUrl,
      GITHUB_GRAPHQL_URL: github.graphqlUrl,
      GITHUB_REPOSITORY: project.repository.fullName,
    },
    secrets: { GITHUB_TOKEN: github.token, MLFLOW_TOKEN: 'unused-token' },
    variables: { MLFLOW_TRACKING_URI: world.mlflow.url },
  })
}

const withKubectl = hasHelm ? test : test.skip
withKubectl('what runs the relay on Kubernetes is valid', () => {
  const { status, output } = kustomize(`${folder}/relay`)
  expect(status === 0 ? '' : output).toBe('')
  const validate = ['-m', 'kubernetes_validate', '--strict', '-']
  const options = { input: output, encoding: 'utf8' } as const
  const { stdout, stderr } = spawnSync(pythonOf('lint'), validate, options)
  const passed = stdout.split('\n').filter((line) => line.startsWith('INFO '))
  expect([stderr, passed.length]).toEqual(['', 4])

  const manifests = parseAllDocuments(output).map((document) => document.toJS() as Manifest)
  const configMap = manifests.find(({ kind }) => kind === 'ConfigMap')
  expect(configMap?.data?.['relay.mjs']).toBe(readFileSync(`${folder}/relay/relay.mjs`, 'utf8'))
  const deployment = manifests.find(({ kind }) => kind === 'Deployment')
  expect(deployment?.spec?.template?.spec.volumes).toEqual([
    { name: 'relay', configMap: { name: configMap?.metadata.name } },
  ])
})

type Manifest = {
  readonly kind: string
  readonly metadata: { readonly name: string }
  readonly data?: Readonly<Record<string, string>>
  readonly spec?: { readonly template?: { readonly spec: { readonly volumes: unknown } } }
}
