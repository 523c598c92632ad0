/** What became of each run in a sync; the vocabulary of outputs, report and summary. */

export const outcomes = [
  'created',
  'updated',
  'deleted',
  'failed',
  'held',
  'skipped',
  'unchanged',
] as const

export type Outcome = (typeof outcomes)[number]

/** One run's outcome: the fields of the output `changes` and of the report, in this order. */
export type RunRecord = {
  /** Path of the file in the repository; null when the run can have none. */
  readonly path: string | null
  readonly outcome: Outcome
  readonly runId: string | null
  readonly experimentId: string | null
  readonly modelName: string | null
  readonly modelVersion: string | null
  /** Version the file named before this sync; null for a new file. */
  readonly previousVersion: string | null
  /** Address of the model version in MLflow's UI. */
  readonly url: string | null
  /** Why it was skipped, held, failed or deleted; null otherwise. */
  readonly reason: string | null
}

/** A file that the sync wants changed: its record with the whole text before and after. */
export type FileChange = {
  readonly record: RunRecord & {
    readonly path: string
    readonly outcome: 'created' | 'updated' | 'deleted'
  }
  /** Text on the branch; null when the file is new. */
  readonly before: string | null
  /** Text to write; null when the file is to be deleted. */
  readonly after: string | null
}

export const operations = [
  'none',
  'committed',
  'pull-request-created',
  'pull-request-updated',
  'pull-request-closed',
  'planned',
  'checked',
  'failed',
] as const

export type Operation = (typeof operations)[number]
