import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bulkRegister } from '../testing/mlflow/bulk.ts'
import type { SyncOptions } from '../testing/project.ts'
import { createWorld } from '../testing/world.ts'

/**
 * Measures the requests and the time of complete syncs against a real MLflow and the stand-in for
 * GitHub. Run `script/setup`, then `node bench/sync.ts 1000`, where 1000 is the number of versions.
 */

const count = Number(process.argv[2] ?? '1000')
const world = await createWorld({ version: 3, ownServer: true })
const project = world.createProject()

async function measure(title: string, options: SyncOptions = {}): Promise<void> {
  const start = performance.now()
  const { report } = await project.sync({ path: 'bench' }, options)
  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  const { mlflow, github } = report.requests
  const phases = report.phases.map(({ name, milliseconds }) => `${name} ${milliseconds} ms`)
  console.log(
    `${title}: ${report.operation}, ${mlflow} requests to MLflow, ${github} to GitHub, ${seconds} s (${phases.join(', ')})`,
  )
}

try {
  bulkRegister(world.mlflow, {
    experimentId: world.experiment.id,
    count,
    prefix: 'bench',
    loggedModels: true,
  })
  await measure(`${count} new runs`)
  await measure(`${count} unchanged`)
  const workspace = mkdtempSync(join(tmpdir(), 'bench-'))
  execFileSync('git', ['clone', '--quiet', project.repository.store.gitDir, workspace])
  await measure(`${count} unchanged, with a checkout`, { workspace })
  rmSync(workspace, { recursive: true })
} finally {
  await world.close()
}
