import { createHash } from 'node:crypto'
import type { BranchSnapshot } from './branch.ts'
import type { Target } from './target.ts'

/**
 * What decides about a proposal besides the contents of MLflow and of the branch, in a trailer of its
 * commit. Two jobs with different inputs must not undo each other, but a person may edit the inputs of
 * one job.
 */
export type ProposalInputs = {
  /** Digest of the inputs; see `inputsDigest`. */
  readonly digest: string
  /** Digest of MLflow's address; undefined in commits of older versions. */
  readonly server: string | undefined
  /** Undefined without a configuration, and in commits of older versions. */
  readonly config: ConfigVersion | undefined
  /** Undefined outside of GitHub Actions. */
  readonly job: WorkflowJob | undefined
}

/** A configuration file as it was read. */
export type ConfigVersion = {
  /** Digest of its path and the branch that it is on. */
  readonly path: string
  /** Git's hash of its content. */
  readonly oid: string
}

/** A job of a workflow. */
export type WorkflowJob = {
  /** Path of the workflow file, with its repository; and the name of the job in it. */
  readonly name: string
  /** The commit that the workflow file is of. */
  readonly sha: string
}

/** Which job proposes, whatever it finds. */
export type ProposingJob = {
  readonly job: WorkflowJob | undefined
  /** See `serverDigest`. */
  readonly server: string
  /** Path of the configuration; undefined: there is none. */
  readonly config: string | undefined
}

export function proposalInputs(
  targets: readonly Target[],
  { branch, files }: Pick<BranchSnapshot, 'branch' | 'files'>,
  { job, server, config }: ProposingJob,
): ProposalInputs {
  const oid = config === undefined ? undefined : files.get(config)
  const isConfigured = config !== undefined && oid !== undefined
  return {
    digest: inputsDigest(targets),
    server,
    config: isConfigured ? { path: digestOf(JSON.stringify([branch, config])), oid } : undefined,
    job,
  }
}

/** Identifies the targets, as far as they decide which files are proposed, with which content. */
function inputsDigest(targets: readonly Target[]): string {
  const rows = targets.map(({ directory, selection, prune, template }) => {
    const { modelLines, aliases, filter, runFilter, minimumAgeMs } = selection
    const rest = [filter, runFilter, minimumAgeMs, prune !== undefined, template]
    return JSON.stringify([directory, modelLines, aliases, ...rest])
  })
  return digestOf(rows.sort().join('\n'))
}

/** Identifies MLflow's server and workspace without naming them: an address may be a secret. */
export function serverDigest(baseUrl: string, workspace: string | undefined): string {
  const { origin, pathname } = new URL(baseUrl)
  return digestOf(JSON.stringify([origin, pathname.replace(/\/+$/, ''), workspace]))
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32)
}

export function inputsTrailer({ digest, server, config, job }: ProposalInputs): string {
  const parts = [
    `MLflow-Sync-Inputs: ${digest}`,
    ...(server === undefined ? [] : [`server=${server}`]),
    ...(config === undefined ? [] : [`config=${config.path}:${config.oid}`]),
    ...(job === undefined ? [] : [job.sha, job.name]),
  ]
  return parts.join(' ')
}

const trailerPattern =
  /^MLflow-Sync-Inputs: ([0-9a-f]{32})(?: server=([0-9a-f]{32}))?(?: config=([0-9a-f]{32}):([0-9a-f]{40,64}))?(?: ([0-9a-f]{40,64}) (.+))?$/gm

/** The inputs in a commit message; undefined if there are none, as in commits of older versions. */
export function readInputs(message: string): ProposalInputs | undefined {
  const [, digest, server, path, oid, sha, name] =
    [...message.matchAll(trailerPattern)].at(-1) ?? []
  if (digest === undefined) return undefined
  return {
    digest,
    server,
    config: path === undefined || oid === undefined ? undefined : { path, oid },
    job: sha === undefined || name === undefined ? undefined : { name, sha },
  }
}

/** Whether two proposals were made with the same inputs, as far as is known. */
export function haveSameInputs(recorded: ProposalInputs, own: ProposalInputs): boolean {
  const isSameServer = recorded.server === undefined || recorded.server === own.server
  return recorded.digest === own.digest && isSameServer
}

/** Whether a proposal is of a job with another name. */
export function isOtherName(recorded: ProposalInputs, own: ProposalInputs): boolean {
  return recorded.job !== undefined && own.job !== undefined && recorded.job.name !== own.job.name
}

/**
 * Whether a proposal with other inputs is certainly another job's. It is not if somebody edited the
 * workflow file, which is then of another commit, or the configuration.
 */
export function isOtherJob(recorded: ProposalInputs, own: ProposalInputs): boolean {
  if (recorded.job === undefined || own.job === undefined) return false
  if (isOtherName(recorded, own)) return true
  return recorded.job.sha === own.job.sha && !isConfigEdited(recorded, own)
}

/** Whether a proposal that this job would not make can be another job's, as far as is known. */
export function mayBeOtherJob(recorded: ProposalInputs | undefined, own: ProposalInputs): boolean {
  const isUnknown = recorded?.job === undefined || own.job === undefined
  return isUnknown || isOtherJob(recorded, own)
}

/**
 * Whether this job made a proposal with an earlier version of its configuration. That the workflow file is
 * of another commit says less: any push to the branch makes it so.
 */
export function isConfigEdited(recorded: ProposalInputs | undefined, own: ProposalInputs): boolean {
  if (recorded?.job === undefined || recorded.job.name !== own.job?.name) return false
  const { config } = recorded
  return config?.path === own.config?.path && config?.oid !== own.config?.oid
}
