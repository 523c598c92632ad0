import {
  outcomes,
  changesOf,
  type Entry,
  type Operation,
  type Outcome,
  type RunRecord,
} from '../core/result.ts'

/** One thing that `mode: check` tried. */
export type Connection = {
  readonly name: string
  readonly status: 'ok' | 'failed' | 'skipped'
  readonly detail: string
  readonly advice: string
}

/** All that a sync has to say to the world: outputs, report, summary and annotations come of it alone. */
export type SyncResult = {
  readonly operation: Operation
  readonly mode: 'sync' | 'plan' | 'check'
  readonly repository: string
  readonly branch: string
  readonly path: string
  /** GitHub's web address. */
  readonly serverUrl: string
  readonly trackingUri: string
  readonly uiUrl: string
  /** One for each run, unchanged ones too. */
  readonly entries: readonly Entry[]
  readonly warnings: readonly string[]
  readonly commit?: { readonly sha: string; readonly url: string } | undefined
  readonly pullRequest?: { readonly number: number; readonly url: string } | undefined
  /** Only in mode `check`. */
  readonly connections?: readonly Connection[] | undefined
  /** Why the sync as a whole failed; a run's own failure is in its record. */
  readonly error?: { readonly message: string; readonly advice?: string | undefined } | undefined
  readonly requests: { readonly mlflow: number; readonly github: number }
  readonly phases: readonly { readonly name: string; readonly milliseconds: number }[]
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
export function hasChanged({ operation, entries, commit }: SyncResult): boolean {
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
export function withoutSecrets(result: SyncResult, secrets: readonly string[]): SyncResult {
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
