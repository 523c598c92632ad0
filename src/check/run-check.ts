import { ActionError } from '../core/errors.ts'
import type { Connection } from '../core/result.ts'
import type { ReportProgress } from '../core/runtime.ts'
import type { Target } from '../core/target.ts'
import type { Prose } from '../core/text/prose.ts'
import type { SyncOptions } from '../sync/sync.ts'

/** The subset of a sync's options that the checks need. */
export type CheckOptions = Pick<
  SyncOptions,
  | 'mlflow'
  | 'repository'
  | 'branch'
  | 'config'
  | 'target'
  | 'commitMessage'
  | 'pullRequest'
  | 'writeBack'
  | 'builtInTemplate'
  | 'proposing'
  | 'clock'
  | 'signal'
  | 'info'
> & {
  /** `owner/name` */
  readonly repositoryName: string
  readonly trackingUri: string
  readonly progress: ReportProgress
}

/** With the targets, which may have been read from the branch. */
export type TargetCheckOptions = CheckOptions & { readonly targets: readonly Target[] }

/** Result of a check that did not fail; a failed check throws. */
export type Finding = {
  readonly status: 'ok' | 'skipped'
  readonly detail: Prose
  /** Where to look if something could not be tested. */
  readonly advice?: Prose
}

/**
 * Runs one check. Its error becomes a failed result, so that the remaining checks still run.
 *
 * @throws the reason if the job was cancelled: then nothing is known about the connection.
 */
export async function runCheck(
  { signal }: Pick<CheckOptions, 'signal'>,
  name: string,
  check: () => Promise<Finding>,
): Promise<Connection> {
  try {
    return { name, advice: [], mistakes: [], ...(await check()) }
  } catch (error) {
    signal.throwIfAborted()
    if (!(error instanceof ActionError)) throw error
    const { text, advice = [], mistakes } = error
    return { name, status: 'failed', detail: text, advice, mistakes }
  }
}

export function skippedCheck(name: string, detail: Prose): Connection {
  return {
    name,
    status: 'skipped',
    detail,
    advice: [],
    mistakes: [],
  }
}
