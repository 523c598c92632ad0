import { MlflowError, SyncError } from '../core/errors.ts'
import type { Connection, Problem } from '../core/result.ts'
import { createRegistry } from '../mlflow/registry.ts'
import { readSelection } from '../sync/read-selection.ts'
import { runCheck, skippedCheck, type CheckOptions } from './run-check.ts'

/** Tests each kind of request that a sync with these inputs sends to MLflow. */
export async function checkMlflow(options: CheckOptions): Promise<Connection[]> {
  const { mlflow, targets, trackingUri, clock } = options
  const registry = createRegistry(mlflow)
  let runId = ''
  const versions = await runCheck('MLflow: model versions', async () => {
    let listed = 0
    for (const { selection } of targets) {
      const rows = await registry.versions(selection.filter)
      listed += rows.length
      runId ||= rows.find((version) => version.runId !== '')?.runId ?? ''
    }
    return { status: 'ok', detail: `${trackingUri} lists ${listed}` }
  })
  if (versions.status === 'failed') {
    const reason = 'the Model Registry could not be read'
    return [
      versions,
      skippedCheck('MLflow: runs', reason),
      skippedCheck('MLflow: selection', reason),
    ]
  }
  const runs = await runCheck('MLflow: runs', async () => {
    const experiments = await registry.experiments()
    if (runId === '') return { status: 'ok', detail: `experiments: ${experiments.size}` }
    const lookups = await registry.runs([{ id: runId, detail: 'basic', experimentId: undefined }])
    if (lookups.get(runId)?.kind === 'missing') {
      throw new MlflowError(`Run ${runId} of a registered model version can't be seen`, {
        advice:
          'Check whether it was deleted permanently; otherwise give the user READ permission on the experiments.',
      })
    }
    return { status: 'ok', detail: `experiments: ${experiments.size}; runs can be read` }
  })
  const selection = await runCheck('MLflow: selection', async () => {
    let selected = 0
    const gaps: Problem[] = []
    for (const target of targets) {
      const result = await readSelection(registry, target.selection, clock.now())
      selected += result.runs.length
      gaps.push(...result.gaps)
    }
    if (gaps.length > 0) {
      throw new SyncError(gaps.map(({ message }) => message).join('; '), {
        advice: gaps.map(({ advice = '' }) => advice).join(' '),
      })
    }
    return { status: 'ok', detail: `runs selected: ${selected}` }
  })
  return [versions, runs, selection]
}
