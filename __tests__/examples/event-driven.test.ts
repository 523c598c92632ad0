import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, describe, expect, test } from '@jest/globals'
import { exampleFolder } from '../../testing/examples.ts'
import { isDispatch } from '../../testing/github/matchers.ts'
import { onlyWhere } from '../../testing/only-where.ts'
import { runExample } from '../../testing/run-example.ts'
import { useWorld } from '../../testing/use-world.ts'
import { pythonOf } from '../../testing/virtual-environment.ts'
import { dispatchesTo, dispatchOf, secret, startRelay, until } from '../fixtures/relay.ts'

const folder = exampleFolder('event-driven')
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

  /** Straight in the database, since each takes MLflow itself much longer. */
  async function createOthers(): Promise<void> {
    const script = [
      'import sqlite3, sys, time',
      'database = sqlite3.connect(sys.argv[1], timeout=30)',
      'for id in map(str, range(100)):',
      '    now = int(time.time() * 1000)',
      '    row = (id, f"other-{id}", sys.argv[2], "DISABLED", now, now)',
      '    database.execute("insert into webhooks (webhook_id, name, url, status,"',
      '                     "creation_timestamp, last_updated_timestamp)"',
      '                     "values (?, ?, ?, ?, ?, ?)", row)',
      '    database.execute("insert into webhook_events values (?, ?, ?)",',
      '                     (id, "registered_model", "created"))',
      'database.commit()',
    ].join('\n')
    const args = ['-c', script, world.mlflow.databasePath, relay.url]
    await promisify(execFile)(pythonOf('mlflow-3'), args)
  }

  test('reach GitHub as soon as the webhook is created', async () => {
    expect(await createWebhook()).toBe(`dispatched: ${created}\n`)
    expect(dispatches()).toEqual([dispatchOf(created)])
  })

  test('are delivered again once the script has run, if somebody had disabled the webhook', async () => {
    const webhooks = `${world.mlflow.url}/api/2.0/mlflow/webhooks`
    const statusNow = async () => (await (await fetch(webhooks)).text()).match(/"status": ?"\w+"/g)
    const list = await (await fetch(webhooks)).text()
    const [, id = ''] = /"webhook_id": ?"([^"]+)"/.exec(list) ?? []
    await fetch(`${webhooks}/${id}`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ status: 'DISABLED' }),
    })
    expect(await statusNow()).toEqual([expect.stringContaining('DISABLED')])
    await createWebhook()
    expect(await statusNow()).toEqual([expect.stringContaining('ACTIVE')])
  })

  onlyWhere('act').test('start one sync, which commits', async () => {
    const before = dispatches().length
    const { runId } = await project.register('summarizer')
    await until(() => relay.log().length > before)
    await world.api.setAlias(project.model('summarizer'), 'production', '1')
    await until(() => relay.log().length > before + 1)
    expect(dispatches().slice(before)).toEqual([
      dispatchOf(created),
      dispatchOf('model_version_alias.created'),
    ])
    // act does not compare the types.
    expect(project.repository.read(workflow)).toContain('    types: [mlflow] ')
    await runExample(world, project, {
      event: 'repository_dispatch',
      args: ['--eventpath', lastEvent()],
    })
    const { git } = project.repository
    expect(git('diff', '--name-status', 'main~1', 'main')).toBe(`A\tdeploy/values/${runId}.yaml`)
  })

  test('arrive after GitHub was down, and only once', async () => {
    const [logged, sent] = [relay.log().length, dispatches().length]
    github.inject({ kind: 'respond', status: 502, body: 'down\n' }, { match: isDispatch })
    github.inject({ kind: 'drop' }, { match: isDispatch })
    await project.register('translator')
    await until(() => relay.log().length === logged + 3)
    const lines = relay.log().slice(logged)
    const [id = ''] = /^delivery [\da-f-]{36}: /.exec(lines[0] ?? '') ?? []
    const retry = 'MLflow tries again in 0 s, up to three times'
    expect(lines).toEqual([
      `${id}503 not dispatched: GitHub responded with 502 "down\\n". ${retry}`,
      expect.stringMatching(
        `^${id}503 not dispatched: no response from GitHub \\(\\w+\\)\\. ${retry}$`,
      ),
      `${id}202 dispatched: ${created}`,
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
    // More than a page of newer webhooks, after which the script finds its own.
    await createOthers()
    await expect(createWebhook({ MLFLOW_WEBHOOK_SECRET: 'another' })).rejects.toMatchObject({
      code: 1,
      stderr:
        'The relay did not accept it: refused: wrong signature. ' +
        'If it is from MLflow, run create-webhook.py with the secret of the relay\n\n',
    })
    expect(dispatches()).toHaveLength(sent)
    const webhooks = `${world.mlflow.url}/api/2.0/mlflow/webhooks`
    const firstPage = await (await fetch(webhooks)).text()
    expect(firstPage).not.toContain('mlflow-sync')
    const all = await (await fetch(`${webhooks}?max_results=1000`)).text()
    expect(all.match(/"mlflow-sync"/g)).toHaveLength(1)
  })
})

/** Path of a file with the event that GitHub makes of the last dispatch. */
function lastEvent(): string {
  const file = join(scratch, 'event.json')
  const { event_type: action, ...rest } = dispatches().at(-1) ?? dispatchOf()
  writeFileSync(file, JSON.stringify({ action, branch: 'main', ...rest }))
  return file
}
