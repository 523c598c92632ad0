import { describe, expect, test } from '@jest/globals'
import { isDirectoryHistoryRead, isOperation } from '../../testing/github/matchers.ts'
import { graphqlErrors, resourceLimit } from '../../testing/github/responses.ts'
import { isListing, json } from '../../testing/mlflow/gateway-rules.ts'
import { useWorld } from '../../testing/use-world.ts'
import { runInProcess } from '../fixtures/in-process-job.ts'
import { plainTexts } from '../fixtures/plain-texts.ts'

/** What is honestly larger than a response may be is read in smaller parts. */

const world = await useWorld({ version: 3, throughGateway: true })

test('a page of model versions', async () => {
  const project = world.createProject()
  await project.register('m')
  const sizes: number[] = []
  world.gateway.rule = (request) => {
    if (!isListing(request)) return undefined
    const size = Number(new URL(request.url, 'http://localhost').searchParams.get('max_results'))
    sizes.push(size)
    return size > 1000 ? json({ padding: 'a'.repeat(65 * 1024 * 1024) }) : undefined
  }
  const { exitCode, outputs } = await runInProcess(world, project, {})
  expect({ exitCode, count: outputs['created-count'] }).toEqual({ exitCode: 0, count: '1' })
  // Other tests may have registered so many versions that it takes several small pages.
  expect([...new Set(sizes)]).toEqual([10_000, 1000])
})

test('files', async () => {
  const project = world.createProject()
  // JSON takes two characters for each quotation mark.
  const padding = `# ${'"'.repeat(500_000)}\n`
  const files = Object.fromEntries(
    Array.from({ length: 60 }, (_, index) => {
      const runId = String(index).padStart(32, '0')
      return [`${runId}.yaml`, `global:\n  runid: "${runId}"\n${padding}`]
    }),
  )
  project.repository.push('main', files)
  await project.register('m')
  const first = world.github.requests.length
  const { exitCode, outputs } = await runInProcess(world, project, { prune: 'true' })
  expect({ exitCode, count: outputs['created-count'] }).toEqual({ exitCode: 0, count: '1' })
  const queries = world.github.requests.slice(first).filter(isOperation('Blobs'))
  expect(queries).toHaveLength(1 + Math.ceil(60 / 15))
}, 120_000)

describe("what is over GitHub's resource limits is asked for in smaller parts", () => {
  const limited = graphqlErrors([resourceLimit], { repository: null })

  test('histories', async () => {
    const project = world.createProject()
    await project.register('m')
    const first = world.github.requests.length
    world.github.inject(
      { kind: 'respond', ...limited },
      {
        match: (request) => isDirectoryHistoryRead(request) && firstOf(request.body) > 25,
        times: Infinity,
      },
    )
    const { exitCode, outputs } = await runInProcess(world, project, {})
    expect({ exitCode, count: outputs['created-count'] }).toEqual({ exitCode: 0, count: '1' })
    const queries = world.github.requests.slice(first).filter(isDirectoryHistoryRead)
    expect(queries.map(({ body }) => firstOf(body))).toEqual([100, 50, 25])
  })

  test('files, and one that is over them alone is an error with an advice', async () => {
    const project = world.createProject()
    for (const name of ['a', 'b', 'c', 'd', 'e']) await project.register(name)
    await runInProcess(world, project, {})
    let most = 2
    world.github.inject(
      { kind: 'respond', ...limited },
      {
        match: (request) => isOperation('Blobs')(request) && filesIn(request.body) > most,
        times: Infinity,
      },
    )
    const first = world.github.requests.length
    const step = await runInProcess(world, project, {})
    expect(step).toMatchObject({ exitCode: 0, outputs: { operation: 'none' } })
    const queries = world.github.requests.slice(first).filter(isOperation('Blobs'))
    expect(queries.map(({ body }) => filesIn(body))).toEqual([5, 3, 2, 1, 2])
    most = 0
    const { exitCode, result } = await runInProcess(world, project, {})
    expect(exitCode).toBe(1)
    expect(plainTexts(result.error)).toMatchObject({
      message: expect.stringContaining("takes more than GitHub's resource limits allow"),
      advice: expect.stringMatching(/divided it as far as it can.*input `models`/),
    })
  })
})

/** How many commits of each history a query asks for. */
function firstOf(body: string): number {
  return Number(/"first":(\d+)/.exec(body)?.[1])
}

function filesIn(body: string): number {
  return [...body.matchAll(/b\d+: object/g)].length
}
