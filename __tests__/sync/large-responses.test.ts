import { expect, test } from '@jest/globals'
import { isOperation } from '../../testing/github/matchers.ts'
import { isListing, json } from '../../testing/mlflow/gateway-rules.ts'
import { useWorld } from '../../testing/use-world.ts'
import { runInProcess } from '../fixtures/in-process-job.ts'

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
