import { emptyResult, type SyncResult } from '../core/result.ts'
import { checkGitHub } from './github.ts'
import { checkMlflow } from './mlflow.ts'
import type { CheckOptions } from './run-check.ts'

/**
 * Runs `mode: check`: tests every connection and permission that a sync with these inputs needs,
 * and reports all results together. Leaves no trace.
 */
export async function runChecks(options: CheckOptions): Promise<SyncResult> {
  const { info, progress } = options
  progress('tested', 0, undefined, 'connection')
  const mlflow = await checkMlflow(options)
  // A server that cannot be reached would only take its time once more.
  const isReachable = mlflow.some(({ status }) => status === 'ok')
  const version = isReachable ? await options.mlflow.version() : undefined
  if (version !== undefined) info(`MLflow is version ${version}`)
  const { repository, branch, connections } = await checkGitHub(options)
  return {
    ...emptyResult(repository, branch),
    operation: 'checked',
    connections: [...mlflow, ...connections],
  }
}
