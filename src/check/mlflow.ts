import { MlflowError } from '../errors.ts'
import type { Connection } from '../core/result.ts'
import { createRegistry } from '../mlflow/registry.ts'
import { readSelection } from '../sync/read-selection.ts'
import type { CheckOptions } from './check.ts'
import { skipped, tryCheck } from './finding.ts'

/** The requests that a sync with these inputs makes to MLflow, each tried for itself. */
export async function checkMlflow(options: CheckOptions): Promise<Connection[]> {
  const { mlflow, targets, trackingUri, clock } = options
  const registry = createRegistry(mlflow)
  let runId = ''
  const versions = await tryCheck('MLflow: model versions', async () => {
    let listed = 0
    for (const { selection } of targets) {
      const rows = await registry.versions(selection.filter)
      listed += rows.length
      runId ||= rows.find((version) => version.runId !== '')?.runId ?? ''
    }
    return { status: 'ok', detail: `${trackingUri} lists ${listed}` }
  })
  if (versions.status === 'failed') {
    const why = 'the Model Registry could not be read'
    return [versions, skipped('MLflow: runs', why), skipped('MLflow: selection', why)]
  }
  const runs = await tryCheck('MLflow: runs', async () => {
    const experiments = await registry.experiments()
    if (runId === '') return { status: 'ok', detail: `${experiments.size} experiments` }
    const found = await registry.runs([{ id: runId, detail: 'state', experimentId: undefined }])
    if (found.get(runId)?.kind !== 'found') {
      throw new MlflowError(`Run ${runId} of a registered model version can't be seen`, {
        advice: 'Deleted for good? Or give the user READ permission on the experiments.',
      })
    }
    return { status: 'ok', detail: `${experiments.size} experiments; runs can be read` }
  })
  const selection = await tryCheck('MLflow: selection', async () => {
    let selected = 0
    for (const target of targets) {
      selected += (await readSelection(registry, target.selection, clock.now())).runs.length
    }
    return { status: 'ok', detail: `${selected} runs are selected` }
  })
  return [versions, runs, selection]
}
