import { createHash } from 'node:crypto'
import type { Target } from './target.ts'

/**
 * What decides about a proposal besides MLflow and the branch, in a trailer of its commit. Two jobs
 * with different inputs must not undo each other, but a person may edit the inputs of one job.
 */
export type ProposalInputs = {
  /** Digest of the inputs; see `inputsDigest`. */
  readonly digest: string
  /** Undefined outside of GitHub Actions. */
  readonly job: WorkflowJob | undefined
}

/** A job of a workflow. */
export type WorkflowJob = {
  /** Path of the workflow file, with its repository; and the name of the job in it. */
  readonly name: string
  /** The commit that the workflow file is of. */
  readonly sha: string
}

/** Identifies the targets, as far as they decide which files are proposed, with which content. */
export function inputsDigest(targets: readonly Target[]): string {
  const rows = targets.map(({ directory, selection, prune, template }) => {
    const { modelLines, aliases, filter, runFilter, minimumAgeMs } = selection
    const rest = [filter, runFilter, minimumAgeMs, prune !== undefined, template]
    return JSON.stringify([directory, modelLines, aliases, ...rest])
  })
  return createHash('sha256').update(rows.sort().join('\n')).digest('hex').slice(0, 32)
}

export function inputsTrailer({ digest, job }: ProposalInputs): string {
  const from = job === undefined ? '' : ` ${job.sha} ${job.name}`
  return `MLflow-Sync-Inputs: ${digest}${from}`
}

const trailerPattern = /^MLflow-Sync-Inputs: ([0-9a-f]{32})(?: ([0-9a-f]{40,64}) (.+))?$/gm

/** The inputs in a commit message; undefined if there are none, as in commits of older versions. */
export function readInputs(message: string): ProposalInputs | undefined {
  const [, digest, sha, name] = [...message.matchAll(trailerPattern)].at(-1) ?? []
  if (digest === undefined) return undefined
  return { digest, job: sha === undefined || name === undefined ? undefined : { name, sha } }
}

/**
 * Whether a proposal with other inputs is certainly another job's. It is not if somebody edited the
 * workflow file, which is then of another commit.
 */
export function isOtherJob(
  recorded: WorkflowJob | undefined,
  own: WorkflowJob | undefined,
): boolean {
  if (recorded === undefined || own === undefined) return false
  return recorded.name !== own.name || recorded.sha === own.sha
}

/** Whether a proposal that this job would not make can be another job's, as far as is known. */
export function mayBeOtherJob(
  recorded: WorkflowJob | undefined,
  own: WorkflowJob | undefined,
): boolean {
  return recorded === undefined || own === undefined || isOtherJob(recorded, own)
}
