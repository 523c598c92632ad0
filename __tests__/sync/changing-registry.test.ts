import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { GatewayRule } from '../../testing/mlflow/gateway.ts'
import { useWorld } from '../../testing/use-world.ts'
import { inProcess, type InProcess } from '../fixtures/in-process.ts'

/**
 * Changes the registry between any two requests of a sync: one change before one request, in one step
 * after the other with the same registry. Listings come in pages of two rows.
 */

// With the models of other tests, pages of two rows would take very many requests.
const world = await useWorld({ version: 3, throughGateway: true, ownServer: true })

/** Every change before every request takes minutes, so by default two of three are skipped. */
const stride = process.env.EVERY_REQUEST === undefined ? 7 : 1

describe.each(['champion', ''])('with the input aliases %j', (aliases) => {
  const project = world.createProject()
  const prefix = aliases === '' ? 'all-' : 'aliased-'
  let runner: InProcess
  let fresh: InProcess
  /** The model that changes, and the number of its newest version. */
  let model = ''
  let newest = ''
  let previousModel = ''
  let models = 0

  beforeAll(async () => {
    const inputs = { aliases, models: `${prefix}*`, prune: 'true', 'max-deletions': '100' }
    runner = inProcess(world, project, world.gateway.url, { ...inputs, path: 'values' })
    fresh = inProcess(world, project, world.gateway.url, { ...inputs, path: 'fresh' })
    for (const name of ['fixed-1', 'fixed-2']) {
      await project.register(prefix + name)
      await world.api.setAlias(prefix + name, 'champion', '1')
    }
  })
  afterAll(async () => {
    await runner.clients.close()
    await fresh.clients.close()
  })

  async function registerVersion(): Promise<string> {
    const { version, runId } = await project.register(model)
    newest = version
    return runId
  }

  function moveAlias(version: string): Promise<void> {
    return world.api.setAlias(model, 'champion', version)
  }

  /** A model with three versions, the last of which is the champion and may share its run. */
  async function createModel(sharesRun: boolean): Promise<void> {
    models += 1
    previousModel = model
    model = `${prefix}${models}`
    await registerVersion()
    const runId = await registerVersion()
    if (sharesRun) newest = (await project.registerExternal(model, { runId })).version
    else await registerVersion()
    await moveAlias(newest)
  }

  const changes: readonly [string, () => Promise<void>][] = [
    ['the first version is deleted', () => world.api.deleteVersion(model, '1')],
    ['the second version is deleted', () => world.api.deleteVersion(model, '2')],
    ['another model is deleted', () => world.api.deleteModel(previousModel)],
    ['the model is renamed', () => world.api.renameModel(model, `${model}-renamed`)],
    ['the alias moves to an older version', () => moveAlias('1')],
    [
      'the alias moves to a new version',
      async () => {
        await registerVersion()
        await moveAlias(newest)
      },
    ],
    [
      'the alias moves and its version is deleted',
      async () => {
        await moveAlias('1')
        await world.api.deleteVersion(model, newest)
      },
    ],
  ]

  /** The versions in the values files, by file name. */
  function readFiles(): Map<string, number> {
    const paths = project.repository.paths('main', 'values')
    return new Map(
      paths.map((path) => {
        const version = /modelVersion: "(\d+)"/.exec(project.repository.read(path))?.[1]
        return [path.slice('values/'.length), Number(version)]
      }),
    )
  }

  /** The files that a sync into an empty directory would write now. */
  async function expectedFiles(): Promise<Map<string, number>> {
    const { entries } = await fresh.sync({ mode: 'plan' })
    return new Map(
      entries
        .filter(({ outcome }) => outcome === 'created')
        .map(({ path, modelVersion }) => [
          path?.slice('fresh/'.length) ?? '',
          Number(modelVersion),
        ]),
    )
  }

  test.each(changes)('%s', async (name, change) => {
    const first = 1 + (changes.findIndex(([other]) => other === name) % stride)
    for (let number = first, requests = first; number <= requests; number += stride) {
      await createModel(number % 2 === 0)
      await runner.sync()
      const before = readFiles()
      const changing = changeBefore(number, change)
      world.gateway.rule = changing.rule
      const { entries } = await runner.sync()
      world.gateway.rule = undefined
      requests = changing.requests()

      const after = readFiles()
      const selected = await expectedFiles()
      const deleted = [...before.keys()].filter((file) => !after.has(file))
      expect({
        number,
        older: [...after].filter(
          ([file, version]) => version < (before.get(file) ?? 0) && version !== selected.get(file),
        ),
        deletedAlthoughSelected: deleted.filter((file) => selected.has(file)),
        failed: entries.filter(({ outcome }) => outcome === 'failed'),
      }).toEqual({ number, older: [], deletedAlthoughSelected: [], failed: [] })

      // A file is deleted one sync after its successor was created.
      await runner.sync()
      await runner.sync()
      expect({ number, files: sorted(readFiles()) }).toEqual({ number, files: sorted(selected) })
      for (const name of [previousModel, `${model}-renamed`]) {
        await world.api.deleteModel(name).catch(() => undefined)
      }
    }
  })
})

function sorted(files: ReadonlyMap<string, number>): [string, number][] {
  return [...files].sort()
}

/** MLflow pages by two rows, and `change` happens before the request with this number. */
function changeBefore(number: number, change: () => Promise<void>) {
  let requests = 0
  const rule: GatewayRule = async (request, forward) => {
    requests += 1
    if (requests === number) await change()
    if (request.method !== 'GET' || !request.url.includes('/search')) return undefined
    return forward(request.url.replace(/max_results=\d+/, 'max_results=2'))
  }
  return { rule, requests: () => requests }
}
