import { MlflowError, SyncError } from '../core/errors.ts'
import type { ModelVersion } from '../core/model.ts'
import { joinProblems } from '../core/problem.ts'
import type { Connection } from '../core/result.ts'
import { chooseVersionPerRun } from '../core/select.ts'
import type { Target } from '../core/target.ts'
import { plural } from '../core/text/format.ts'
import { joinProse, own, prose, type Prose } from '../core/text/prose.ts'
import { createRegistry, type Registry } from '../mlflow/registry.ts'
import { nameFilterInErrors } from '../sync/filter-errors.ts'
import { readSelections } from '../sync/read-selection.ts'
import { joinTargetProblems, splitTargets, type FailedTarget } from '../sync/targets.ts'
import { runCheck, skippedCheck, type TargetCheckOptions } from './run-check.ts'
import { checkTags } from './tags.ts'

/** Tests each kind of request that a sync with these inputs sends to MLflow. */
export async function checkMlflow(options: TargetCheckOptions): Promise<Connection[]> {
  const chosen: ModelVersion[] = []
  const reading = await checkReading(options, chosen)
  if (!options.writeBack) return reading
  return [
    ...reading,
    await runCheck(options, 'MLflow: tags', () => checkTags(options.mlflow, chosen)),
  ]
}

/** @param chosen gets the versions that the targets select. */
async function checkReading(
  options: TargetCheckOptions,
  chosen: ModelVersion[],
): Promise<Connection[]> {
  const { mlflow, targets, trackingUri, clock } = options
  const registry = createRegistry(mlflow)
  const runIds = new Set<string>()
  let usable: readonly Target[] | undefined
  const versions = await runCheck(options, 'MLflow: model versions', async () => {
    const read = await listVersions(registry, targets)
    usable = read.usable
    for (const runId of read.runIds) runIds.add(runId)
    const problem = joinTargetProblems(read.failed, targets)
    if (problem !== undefined) throw new SyncError(problem.message, problem)
    return {
      status: 'ok',
      detail: prose`\`${trackingUri}\` lists ${own(plural(read.listed, 'model version'))}`,
    }
  })
  // The filters of some targets say nothing about the others.
  if (usable === undefined || (usable.length === 0 && targets.length > 0)) {
    const reason = prose`the Model Registry could not be read`
    return [
      versions,
      skippedCheck('MLflow: runs', reason),
      skippedCheck('MLflow: selection', reason),
    ]
  }
  const tested = usable
  const runs = await runCheck(options, 'MLflow: runs', async () => {
    const { size } = await registry.experiments()
    if (runIds.size === 0) return { status: 'ok', detail: prose`experiments: ${size}` }
    const detail = await checkRuns(registry, [...runIds].slice(-maxSampledRuns))
    return { status: 'ok', detail: prose`experiments: ${size}; ${detail}` }
  })
  if (targets.length === 0) {
    return [versions, runs, skippedCheck('MLflow: selection', prose`there is no valid target`)]
  }
  const selection = await runCheck(options, 'MLflow: selection', async () => {
    const { selected, failed } = await readSelections(registry, tested, clock.now())
    chosen.push(...selected.flatMap((row) => row.selected.runs.map(({ version }) => version)))
    const incomplete = selected.flatMap(({ target, selected: { gaps } }): FailedTarget[] => {
      const problem = joinProblems(gaps)
      return problem === undefined ? [] : [{ target, problem }]
    })
    const problem = joinTargetProblems([...failed, ...incomplete], targets)
    if (problem !== undefined) throw new SyncError(problem.message, problem)
    const count = selected.reduce(
      (sum, { selected: { runs: selectedRuns } }) => sum + selectedRuns.length,
      0,
    )
    return { status: 'ok', detail: prose`runs selected: ${count}` }
  })
  return [versions, runs, selection]
}

/** Lists the versions of each target, and sets those aside whose filter MLflow rejects. */
async function listVersions(registry: Registry, targets: readonly Target[]) {
  // Without targets, the connection is tested all the same.
  if (targets.length === 0) {
    const { length } = await registry.versions(undefined)
    return { listed: length, usable: [], runIds: [], failed: [] }
  }
  const all = targets.map((target) => ({ target }))
  const { succeeded, failed } = await splitTargets(all, async ({ target }) => {
    const { filter, models } = target.selection
    const rows = await nameFilterInErrors('filter', target, () => registry.versions(filter))
    const inModels = rows.filter(({ name }) => models(name))
    return { target, listed: rows.length, runIds: chooseVersionPerRun(inModels).runs }
  })
  return {
    listed: Math.max(0, ...succeeded.map(({ listed }) => listed)),
    usable: succeeded.map(({ target }) => target),
    runIds: succeeded.flatMap(({ runIds }) => runIds.map(({ runId }) => runId)),
    failed,
  }
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
