import type { Location } from './problem.ts'
import type { Prose } from './text/prose.ts'

/** What happens to the files of single runs, in the terms of the outputs, the report and the summary. */

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
  /** Path of the file in the repository; null if the run cannot have one. */
  readonly path: string | null
  readonly outcome: Outcome
  readonly runId: string | null
  readonly experimentId: string | null
  readonly modelName: string | null
  readonly modelVersion: string | null
  /** Version that was deployed before: see `DeployedVersion`. Null if there was none. */
  readonly previousVersion: string | null
  /** URL of the model version in MLflow's UI. */
  readonly url: string | null
  /** Why the run was skipped, held or failed, or its file deleted; null otherwise. */
  readonly reason: Prose | null
  /** Name of the target that the file belongs to. */
  readonly target: string
}

/** The content of one file before and after the sync; undefined if the file does not exist. */
export type FileEdit = {
  /** Relative to the root of the repository. */
  readonly path: string
  readonly before: string | undefined
  readonly after: string | undefined
  /** The file's mode, which never changes. */
  readonly executable: boolean
}

/** A version that a values file on the branch deploys. Empty fields are missing in the file. */
export type DeployedVersion = {
  readonly runId: string
  readonly modelName: string
  readonly modelVersion: string
  /** UTC date of the version's creation, YYYYMMDD. */
  readonly timestamp: string
}

/** What happens to one run: its record, and the edit of its file if there is one. */
export type Entry = RunRecord & {
  readonly edit: FileEdit | undefined
  /**
   * The version that was deployed before: the existing file's own; for a new file, the version of the
   * same model that it supersedes.
   */
  readonly previous: DeployedVersion | undefined
  /** Why a change is not made, although the registry asks for it. */
  readonly withheld: 'too-many-deletions' | 'rejected' | 'unconfirmed' | undefined
  /** Reported as a warning, although the run did not fail. */
  readonly warning: Prose | undefined
  /** What the reason of a failed or held run is about. */
  readonly location: Location | undefined
}

/** An entry that changes a file. */
export type ChangedEntry = Entry & {
  readonly path: string
  readonly outcome: 'created' | 'updated' | 'deleted'
  readonly edit: FileEdit
}

export function isChange(entry: Entry): entry is ChangedEntry {
  return entry.edit !== undefined
}

export function changesOf(entries: readonly Entry[]): ChangedEntry[] {
  return entries.filter(isChange)
}

/** An entry that leaves the file unchanged. */
export function entryWithoutEdit(record: RunRecord, location?: Location): Entry {
  return {
    ...record,
    edit: undefined,
    previous: undefined,
    withheld: undefined,
    warning: undefined,
    location,
  }
}
