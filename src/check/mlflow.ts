import { MlflowError } from '../errors.ts'
import { listExperiments, searchRuns } from '../mlflow/runs.ts'
import { listAliases, listModelVersions } from '../mlflow/versions.ts'
import { readRegistry } from '../sync/registry.ts'
import { createRunReader } from '../mlflow/run-reader.ts'
import type { Connection } from '../core/result.ts'
import type { JobContext } from '../sync/job.ts'
import { skipped, tryCheck } from './finding.ts'

/** The requests that a sync with these inputs makes to MLflow, each tried for itself. */
export async function checkMlflow(context: JobContext): Promise<Connection[]> {
  const { inputs, session } = context
  const { mlflow, clock } = session
  const { selection } = inputs.targets[0]
  let runId = ''
  let experiments: string[] = []
  const registry = await tryCheck('MLflow: model versions', async () => {
    const versions = await listModelVersions(mlflow, selection.filter)
    runId = versions.find((version) => version.runId !== '')?.runId ?? ''
    return { status: 'ok', detail: `${inputs.mlflow.baseUrl} lists ${versions.length}` }
  })
  if (registry.status === 'failed') {
    const why = 'the Model Registry could not be read'
    return [registry, skipped('MLflow: runs', why), skipped('MLflow: selection', why)]
  }
  const runs = await tryCheck('MLflow: runs', async () => {
    experiments = [...(await listExperiments(mlflow)).keys()]
    if (runId === '') return { status: 'ok', detail: `${experiments.length} experiments` }
    const found = await searchRuns(mlflow, [runId], experiments, 'state')
    if (!found.has(runId)) {
      throw new MlflowError(`Run ${runId} of a registered model version can't be seen`, {
        advice: 'Deleted for good? Or give the user READ permission on the experiments.',
      })
    }
    return { status: 'ok', detail: `${experiments.length} experiments; runs can be read` }
  })
  const selected = await tryCheck('MLflow: selection', async () => {
    if (selection.aliases.length > 0) await listAliases(mlflow)
    const state = await readRegistry(mlflow, createRunReader(mlflow), selection, clock.now())
    return { status: 'ok', detail: `${state.candidates.length} runs are selected` }
  })
  return [registry, runs, selected]
}
