import {
  outcomes,
  changesOf,
  type Outcome,
  type Phase,
  type RunRecord,
  type SyncResult,
} from '../core/result.ts'

/** Everything that outputs, report, summary and annotations are made from. */
export type JobResult = SyncResult & {
  readonly mode: 'sync' | 'plan' | 'check'
  /** Directory of the values files. */
  readonly path: string
  /** GitHub's web address. */
  readonly serverUrl: string
  readonly trackingUri: string
  readonly uiUrl: string
  /** How many were sent to either side, retries included. */
  readonly requests: { readonly mlflow: number; readonly github: number }
  readonly phases: readonly Phase[]
  readonly startedAt: Date
  readonly finishedAt: Date
}

export type OutcomeCounts = Readonly<Record<Outcome, number>>

export function countOutcomes(records: readonly RunRecord[]): OutcomeCounts {
  const counts: Record<Outcome, number> = {
    created: 0,
    updated: 0,
    deleted: 0,
    failed: 0,
    held: 0,
    skipped: 0,
    unchanged: 0,
  }
  for (const { outcome } of records) counts[outcome] += 1
  return counts
}

/** Whether files were changed, or would be in a plan; a failed sync counts only with its commit. */
export function hasChanged({ operation, entries, commit }: JobResult): boolean {
  if (operation === 'none' || operation === 'checked') return false
  if (operation === 'failed' && commit === undefined) return false
  return changesOf(entries).length > 0
}

/** Changes first, then failures, held, skipped and unchanged; otherwise in the order given. */
export function byOutcome(records: readonly RunRecord[]): RunRecord[] {
  return records.toSorted((a, b) => outcomes.indexOf(a.outcome) - outcomes.indexOf(b.outcome))
}

/**
 * Takes the given secrets, and any user and password of an address, out of every free text and address.
 * GitHub drops a whole output when it finds a masked value in it.
 */
export function withoutSecrets(result: JobResult, secrets: readonly string[]): JobResult {
  const clean = cleaner(secrets)
  return {
    ...result,
    trackingUri: clean(result.trackingUri),
    uiUrl: clean(result.uiUrl),
    entries: result.entries.map((entry) => ({
      ...entry,
      url: entry.url === null ? null : clean(entry.url),
      reason: entry.reason === null ? null : clean(entry.reason),
    })),
    warnings: result.warnings.map(clean),
    connections: result.connections?.map((connection) => ({
      ...connection,
      detail: clean(connection.detail),
      advice: clean(connection.advice),
    })),
    error: result.error && {
      message: clean(result.error.message),
      advice: result.error.advice === undefined ? undefined : clean(result.error.advice),
    },
  }
}

/** The text with no user and password in any address. */
export function withoutCredentials(text: string): string {
  return text.replace(/(?<=:\/\/)[^\s/@?#]{1,2000}@/g, '')
}

function cleaner(secrets: readonly string[]): (text: string) => string {
  const longestFirst = secrets
    .filter((secret) => secret !== '')
    .toSorted((a, b) => b.length - a.length)
  return (text) =>
    longestFirst.reduce(
      (clean, secret) => clean.replaceAll(secret, '***'),
      withoutCredentials(text),
    )
}
