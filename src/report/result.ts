import { editsOf } from '../core/changes.ts'
import { outcomes, type FileEdit, type Outcome, type RunRecord } from '../core/entry.ts'
import type { Mistake } from '../core/problem.ts'
import type { Phase, SyncResult } from '../core/result.ts'
import { mapProse, type Prose } from '../core/text/prose.ts'

/** Everything that is published about a job. */
export type JobResult = SyncResult & {
  readonly mode: 'sync' | 'plan' | 'check'
  /** Base URL of GitHub's website. */
  readonly serverUrl: string
  readonly trackingUri: string
  /** Base URL of MLflow's UI. */
  readonly uiUrl: string
  /** Whether the branch was read, and so exists. */
  readonly isBranchKnown: boolean
  /** Whether the job was cancelled, whatever it had done until then. */
  readonly isCancelled: boolean
  /** URL of the workflow run; undefined outside of GitHub Actions. */
  readonly workflowRunUrl: string | undefined
  /** Number of requests to each server, including retries. */
  readonly requests: { readonly mlflow: number; readonly github: number }
  readonly phases: readonly Phase[]
  readonly startedAt: Date
  readonly finishedAt: Date
}

export type OutcomeCounts = Readonly<Record<Outcome, number>>

export function countOutcomes(records: readonly RunRecord[]): OutcomeCounts {
  const counts = Object.fromEntries(outcomes.map((outcome) => [outcome, 0])) as Record<
    Outcome,
    number
  >
  for (const { outcome } of records) counts[outcome] += 1
  return counts
}

/** Whether the sync, a run or a check failed. */
export function hasFailed(result: SyncResult): boolean {
  return (
    result.error !== undefined ||
    countOutcomes(result.entries).failed > 0 ||
    (result.connections?.some(({ status }) => status === 'failed') ?? false)
  )
}

/** Whether files changed, or would change in a plan. */
export function hasChanged(result: JobResult): boolean {
  const { operation } = result
  if (operation === 'none' || operation === 'checked' || operation === 'failed') return false
  return editsOf(result).length > 0
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
  // Only a plan shows contents; other files have been written already.
  const cleanEdit = (edit: FileEdit): FileEdit =>
    result.mode === 'plan'
      ? {
          ...edit,
          before: edit.before && clean(edit.before),
          after: edit.after && clean(edit.after),
        }
      : edit
  const cleaned = mapMessages(result, (message) => mapProse(message, clean))
  return {
    ...cleaned,
    trackingUri: clean(result.trackingUri),
    uiUrl: clean(result.uiUrl),
    entries: cleaned.entries.map((entry) => ({
      ...entry,
      edit: entry.edit && cleanEdit(entry.edit),
      url: entry.url && clean(entry.url),
    })),
    extraFiles: result.extraFiles.map(cleanEdit),
  }
}

/** The result with each of its messages changed. */
export function mapMessages(result: JobResult, change: (message: Prose) => Prose): JobResult {
  const changeMistake = ({ text, location }: Mistake): Mistake => ({ text: change(text), location })
  // Every field is listed, so that the compiler asks whether a new one has a message.
  return {
    operation: result.operation,
    mode: result.mode,
    repository: result.repository,
    branch: result.branch,
    isBranchKnown: result.isBranchKnown,
    isCancelled: result.isCancelled,
    targets: result.targets,
    failedTargets: result.failedTargets,
    serverUrl: result.serverUrl,
    trackingUri: result.trackingUri,
    uiUrl: result.uiUrl,
    workflowRunUrl: result.workflowRunUrl,
    entries: result.entries.map((entry) => ({
      ...entry,
      reason: entry.reason && change(entry.reason),
      warning: entry.warning && change(entry.warning),
    })),
    extraFiles: result.extraFiles,
    selectedRuns: result.selectedRuns,
    warnings: result.warnings.map(change),
    commit: result.commit,
    commitCount: result.commitCount,
    isProposal: result.isProposal,
    pullRequest: result.pullRequest,
    // They were read without secrets: the pull request shows them too.
    comparisons: result.comparisons,
    connections: result.connections?.map(({ name, status, detail, advice, mistakes }) => ({
      name,
      status,
      detail: change(detail),
      advice: change(advice),
      mistakes: mistakes.map(changeMistake),
    })),
    error: result.error && {
      message: change(result.error.message),
      advice: result.error.advice && change(result.error.advice),
      mistakes: result.error.mistakes.map(changeMistake),
    },
    requests: result.requests,
    phases: result.phases,
    startedAt: result.startedAt,
    finishedAt: result.finishedAt,
  }
}

/** Removes the username and password from every URL in a text. */
export function withoutCredentials(text: string): string {
  return text.replace(/(?<=:\/\/)[^\s/@?#]{1,2000}@/g, '')
}

/** Removes the given secrets, and the username and password of any URL, from a text. */
export function createCleaner(secrets: readonly string[]): (text: string) => string {
  const longestFirst = secrets
    .filter((secret) => secret !== '')
    .toSorted((a, b) => b.length - a.length)
  return (text) =>
    longestFirst.reduce(
      (cleaned, secret) => cleaned.replaceAll(secret, '***'),
      withoutCredentials(text),
    )
}
