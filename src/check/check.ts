import { emptyResult, type Connection, type SyncResult } from '../core/result.ts'
import type { Target } from '../core/target.ts'
import { plural } from '../core/text/format.ts'
import { own, prose } from '../core/text/prose.ts'
import { knownTargets, readTargets } from '../sync/read-targets.ts'
import { describeTarget } from '../sync/targets.ts'
import { checkGitHub } from './github.ts'
import { checkMlflow } from './mlflow.ts'
import { runCheck, type CheckOptions } from './run-check.ts'

/**
 * Runs `mode: check`: tests every connection and permission that a sync with these inputs needs,
 * and reports all results together. Leaves no trace.
 *
 * @throws the reason if the job was cancelled.
 */
export async function runChecks(options: CheckOptions): Promise<SyncResult> {
  const { info, progress } = options
  progress('tested', 0, undefined, 'connection')
  const { targets, connection } = await checkTargets(options)
  const all = { ...options, targets }
  const mlflow = await checkMlflow(all)
  // A server that cannot be reached would only take its time once more.
  const isReachable = mlflow.some(({ status }) => status === 'ok')
  const version = isReachable ? await options.mlflow.version() : undefined
  if (version !== undefined) info(`MLflow is version ${version}`)
  const { repository, branch, connections, warnings } = await checkGitHub(all)
  // Some errors are part of a check that succeeds, such as those of single runs.
  options.signal.throwIfAborted()
  return {
    ...emptyResult(repository, branch),
    operation: 'checked',
    targets,
    connections: [...connection, ...mlflow, ...connections],
    warnings,
  }
}

/** Without the targets of an invalid configuration, everything else can still be tested. */
async function checkTargets(
  options: CheckOptions,
): Promise<{ targets: readonly Target[]; connection: Connection[] }> {
  const { config, repository, branch, info } = options
  if (config === undefined) return { targets: knownTargets(options), connection: [] }
  let targets: readonly Target[] = []
  const connection = await runCheck(options, 'Configuration', async () => {
    const read = await readTargets(options, repository, branch, () => undefined)
    targets = read.targets
    for (const target of targets) info(describeTarget(target))
    return {
      status: 'ok',
      detail: prose`\`${config}\` has ${own(plural(targets.length, 'target'))}`,
    }
  })
  return { targets, connection: [connection] }
}
