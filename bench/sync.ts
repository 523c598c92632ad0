import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bulkRegister } from '../testing/mlflow/bulk.ts'
import { createWorld } from '../testing/world.ts'

/**
 * Requests, time and memory of whole syncs against a real MLflow and the GitHub stand-in.
 * Run it with `node bench/sync.ts 1000` (how many versions; after `script/setup`).
 */

const count = Number(process.argv[2] ?? '1000')
const world = await createWorld({ version: 3 })
try {
  const experiment = await world.api.createExperiment('bench')
  bulkRegister(world.mlflow, {
    experimentId: experiment,
    count,
    prefix: 'bench',
    loggedModels: true,
  })
  const measure = async (what: string, workspace?: string): Promise<void> => {
    const started = performance.now()
    const step = await world.sync({ path: 'bench' }, workspace === undefined ? {} : { workspace })
    const seconds = ((performance.now() - started) / 1000).toFixed(1)
    const report = step.report as {
      operation: string
      requests: { mlflow: number; github: number }
      phases: { name: string; milliseconds: number }[]
    }
    const phases = report.phases.map(({ name, milliseconds }) => `${name} ${milliseconds} ms`)
    const { mlflow, github } = report.requests
    console.log(
      `${what}: ${report.operation}, ${mlflow} requests to MLflow, ${github} to GitHub, ${seconds} s (${phases.join(', ')})`,
    )
  }
  await measure(`${count} new runs`)
  await measure(`${count} unchanged`)
  const workspace = mkdtempSync(join(tmpdir(), 'bench-'))
  execFileSync('git', ['clone', '--quiet', world.repository.store.gitDir, workspace])
  await measure(`${count} unchanged, with a check-out`, workspace)
  rmSync(workspace, { recursive: true })
} finally {
  await world.close()
}
