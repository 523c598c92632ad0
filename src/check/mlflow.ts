import { MlflowError, SyncError } from '../core/errors.ts'
import { joinProblems } from '../core/problem.ts'
import type { Connection } from '../core/result.ts'
import { chooseVersionPerRun } from '../core/select.ts'
import { plural } from '../core/text/format.ts'
import { joinProse, own, prose, type Prose } from '../core/text/prose.ts'
import { createRegistry, type Registry } from '../mlflow/registry.ts'
import { nameInputInErrors, readSelection } from '../sync/read-selection.ts'
import { forEachTarget } from '../sync/targets.ts'
import { runCheck, skippedCheck, type TargetCheckOptions } from './run-check.ts'

/** Tests each kind of request that a sync with these inputs sends to MLflow. */
export async function checkMlflow(options: TargetCheckOptions): Promise<Connection[]> {
  const { mlflow, targets, trackingUri, clock } = options
  const registry = createRegistry(mlflow)
  const runIds = new Set<string>()
  const versions = await runCheck('MLflow: model versions', async () => {
    let listed = 0
    // Without targets, the connection is tested all the same.
    if (targets.length === 0) listed = (await registry.versions(undefined)).length
    await forEachTarget(targets, async ({ selection }) => {
      const rows = await nameInputInErrors('filter', selection.filter, () =>
        registry.versions(selection.filter),
      )
      listed = Math.max(listed, rows.length)
      const inModels = rows.filter(({ name }) => selection.models(name))
      for (const { runId } of chooseVersionPerRun(inModels).runs) runIds.add(runId)
    })
    return {
      status: 'ok',
      detail: prose`\`${trackingUri}\` lists ${own(plural(listed, 'model version'))}`,
    }
  })
  if (versions.status === 'failed') {
    const reason = prose`the Model Registry could not be read`
    return [
      versions,
      skippedCheck('MLflow: runs', reason),
      skippedCheck('MLflow: selection', reason),
    ]
  }
  const runs = await runCheck('MLflow: runs', async () => {
    const { size } = await registry.experiments()
    if (runIds.size === 0) return { status: 'ok', detail: prose`experiments: ${size}` }
    const detail = await checkRuns(registry, [...runIds].slice(-maxSampledRuns))
    return { status: 'ok', detail: prose`experiments: ${size}; ${detail}` }
  })
  if (targets.length === 0) {
    return [versions, runs, skippedCheck('MLflow: selection', prose`there is no valid target`)]
  }
  const selection = await runCheck('MLflow: selection', async () => {
    let selected = 0
    await forEachTarget(targets, async (target) => {
      const { runs: chosen, gaps } = await readSelection(registry, target.selection, clock.now())
      selected += chosen.length
      const problem = joinProblems(gaps)
      if (problem !== undefined) throw new SyncError(problem.message, problem)
    })
    return { status: 'ok', detail: prose`runs selected: ${selected}` }
  })
  return [versions, runs, selection]
}

/** A few may have been deleted permanently. */
const maxSampledRuns = 20

/** @throws MlflowError if none of the runs can be seen, or none of several can be read. */
async function checkRuns(registry: Registry, runIds: readonly string[]): Promise<Prose> {
  const lookups = await registry.runs(
    runIds.map((id) => ({ id, detail: 'basic', experimentId: undefined })),
  )
  const found = runIds.map((id) => lookups.get(id))
  if (found.some((lookup) => lookup?.kind === 'found')) return prose`runs can be read`
  for (const lookup of found) {
    if (lookup?.kind !== 'failed') continue
    // A sync would report a single broken run as well, and go on.
    if (runIds.length === 1) return prose`the only run can't be read: ${lookup.reason}`
    throw new MlflowError(lookup.reason, {
      advice: prose`MLflow could not read any of the sampled runs: look at its log, and try again.`,
    })
  }
  const examples = joinProse(
    runIds.slice(0, 3).map((id) => prose`\`${id}\``),
    ', ',
  )
  throw new MlflowError(prose`MLflow does not show the runs of registered versions: ${examples}`, {
    advice: prose`Check whether the runs were deleted permanently. If not, give the user \`READ\` permission on their experiments.`,
  })
}
