import {
  outcomes,
  changesOf,
  type Outcome,
  type Phase,
  type RunRecord,
  type SyncResult,
} from '../core/result.ts'

/** Everything that is published about a job. */
export type JobResult = SyncResult & {
  readonly mode: 'sync' | 'plan' | 'check'
  /** Directory of the values files. */
  readonly path: string
  /** Base URL of GitHub's website. */
  readonly serverUrl: string
  readonly trackingUri: string
  /** Base URL of MLflow's UI. */
  readonly uiUrl: string
  /** Number of requests to each server, including retries. */
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

/**
 * Whether files changed, or would change in a plan. A failed sync only counts if it made a commit.
 */
export function hasChanged({ operation, entries, commit }: JobResult): boolean {
  if (operation === 'none' || operation === 'checked') return false
  if (operation === 'failed' && commit === undefined) return false
  return changesOf(entries).length > 0
}

/**
 * Sorts by outcome: changes first, then failed, held, skipped and unchanged. The sort is stable.
 */
export function byOutcome(records: readonly RunRecord[]): RunRecord[] {
  return records.toSorted((a, b) => outcomes.indexOf(a.outcome) - outcomes.indexOf(b.outcome))
}

/**
 * Removes the given secrets, and the username and password of any URL, from all texts and URLs.
 * GitHub drops an entire output if it contains a masked value.
 */
export function withoutSecrets(result: JobResult, secrets: readonly string[]): JobResult {
  const clean = createCleaner(secrets)
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

/** Removes the username and password from every URL in a text. */
export function withoutCredentials(text: string): string {
  return text.replace(/(?<=:\/\/)[^\s/@?#]{1,2000}@/g, '')
}

function createCleaner(secrets: readonly string[]): (text: string) => string {
  const longestFirst = secrets
    .filter((secret) => secret !== '')
    .toSorted((a, b) => b.length - a.length)
  return (text) =>
    longestFirst.reduce(
      (cleaned, secret) => cleaned.replaceAll(secret, '***'),
      withoutCredentials(text),
    )
}
