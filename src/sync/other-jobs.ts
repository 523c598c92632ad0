import { parentOf, pathIn } from '../core/branch.ts'
import type { Plan } from '../core/changes.ts'
import { SyncError } from '../core/errors.ts'
import {
  haveSameInputs,
  isConfigEdited,
  isOtherJob,
  isOtherName,
  mayBeOtherJob,
  proposalInputs,
  type ProposalInputs,
  type ProposingJob,
} from '../core/proposal-inputs.ts'
import { filesDigest, filesTakenBack, proposedFiles, type ProposedFile } from '../core/proposal.ts'
import { isRejected, type OwnHead, type PullRequest } from '../core/pull-request.ts'
import { linkTo, prose, type Prose } from '../core/text/prose.ts'
import { readContent, runIdFromPath } from '../core/values-file/file.ts'
import type { Repository } from '../github/repository.ts'
import { listProposedFiles } from './identify-head.ts'

/** Jobs that share a head branch must not undo each other's proposals. */

export type ProposalOnBranch = {
  /** Name of the head branch. */
  readonly name: string
  readonly head: OwnHead
  readonly open: PullRequest | undefined
  /** Those of the branch, the open one included. */
  readonly pullRequests: readonly PullRequest[]
}

/**
 * Whether a person closed the pull request of the proposal: nobody waits for it any more, so that any job
 * may use the branch again.
 */
function isClosed({ head, open, pullRequests }: ProposalOnBranch): boolean {
  const isOfHead = ({ headSha }: PullRequest): boolean => headSha === head.commit.sha
  return open === undefined && pullRequests.some((other) => isOfHead(other) && isRejected(other))
}

/** @throws SyncError if the head branch has another job's proposal, and the plan would take it back. */
export async function rejectOtherJobs(
  repository: Repository,
  plan: Plan,
  proposal: ProposalOnBranch,
  proposing: ProposingJob,
): Promise<void> {
  if (isClosed(proposal)) return
  const planned = new Set(proposedFiles(plan).map(({ path }) => path))
  const error =
    (await findOtherTargets(repository, plan, proposal, { planned, proposing })) ??
    (await findOtherInputs(repository, plan, proposal, proposing))
  if (error !== undefined) throw error
}

/**
 * A job with other inputs, such as other `aliases`, must not take back what this one proposes either.
 *
 * @returns the error if something would be taken back, unless somebody edited the job's inputs.
 */
async function findOtherInputs(
  repository: Repository,
  plan: Plan,
  { name, head, open }: ProposalOnBranch,
  proposing: ProposingJob,
): Promise<SyncError | undefined> {
  const recorded = head.proposal.inputs
  if (recorded === undefined) return undefined
  const own = proposalInputs(plan.targets, plan.snapshot, proposing)
  const isSame = haveSameInputs(recorded, own)
  if (isSame ? !isOtherName(recorded, own) : !isOtherJob(recorded, own)) return undefined
  const taken = filesTakenBack(plan, await listProposedFiles(repository, plan.snapshot, head.range))
  if (taken.length === 0) return undefined
  if (isSame && (await findUnknownModel(repository, plan, taken)) === undefined) return undefined
  const finish =
    open === undefined
      ? prose`delete the branch \`${name}\``
      : prose`merge or close ${linkTo(`pull request #${open.number}`, open.url)}`
  const keys =
    proposing.config === undefined
      ? prose`\`models\`, \`path\`, \`branch\`, \`aliases\`, \`filter\`, \`run-filter\`, \`minimum-age\`, \`prune\` or \`template\``
      : prose`\`config\`, or other targets in it,`
  return new SyncError(
    isSame
      ? prose`Branch \`${name}\` has the proposal of another job, which sees other models in MLflow, so it was left unchanged`
      : prose`Branch \`${name}\` has the proposal of a job with other inputs, so it was left unchanged`,
    {
      advice: prose`Give each job its own \`pull-request-branch\`: jobs with different ${keys} or with different MLflow servers would undo each other. If you changed or renamed this job, ${finish} first.`,
    },
  )
}

/**
 * Jobs with the same inputs agree on what becomes of a model, unless one of them does not see it: it may
 * read another server behind the same address, or lack permissions.
 */
function findUnknownModel(
  repository: Repository,
  plan: Plan,
  files: readonly ProposedFile[],
): Promise<Prose | undefined> {
  const known = new Set(plan.entries.map(({ modelName }) => modelName))
  const values = files.filter(({ path }) => runIdFromPath(path) !== undefined)
  return findForeignModel(repository, plan, values, (_path, modelName) => known.has(modelName))
}

type OwnJob = {
  /** Paths of files that are this job's anyway. */
  readonly planned: ReadonlySet<string>
  readonly proposing: ProposingJob
}

/**
 * Two jobs with different targets must not undo each other's proposals on one head branch: each file
 * on it has to be in a directory of these targets, and about one of their models or their index, unless
 * somebody edited the configuration since.
 *
 * @returns the error if it is not.
 */
export async function findOtherTargets(
  repository: Repository,
  plan: Pick<Plan, 'snapshot' | 'targets'>,
  proposal: ProposalOnBranch,
  { planned, proposing }: OwnJob,
): Promise<SyncError | undefined> {
  const { snapshot, targets } = plan
  const { name, head, open } = proposal
  const own = proposalInputs(targets, snapshot, proposing)
  if (isClosed(proposal) || isConfigEdited(head.proposal.inputs, own)) return undefined
  const files = await listProposedFiles(repository, snapshot, head.range)
  const others = files.filter(({ path }) => !planned.has(path))
  const isElsewhere = filesDigest(snapshot.branch, files) !== head.proposal.files
  const foreign = isElsewhere
    ? prose`files in other directories, or for another branch`
    : (findForeignIndex(plan, others, head.proposal.inputs, own) ??
      (await findForeignModel(repository, plan, others, isOwnModel(plan))))
  if (foreign === undefined) return undefined
  const where =
    open === undefined
      ? prose`branch \`${name}\``
      : linkTo(`pull request #${open.number}`, open.url)
  const finish =
    open === undefined ? prose`delete the branch \`${name}\`` : prose`merge or close it`
  const keys =
    proposing.config === undefined
      ? prose`\`models\`, \`path\`, \`index\` or \`branch\``
      : prose`\`config\`, or other targets in it,`
  return new SyncError(
    prose`Branch \`${name}\` proposes ${foreign}, which another job must have written, so it was left unchanged`,
    {
      advice: prose`Give each job its own \`pull-request-branch\`: two jobs with different ${keys} would undo each other in ${where}. If you changed the inputs of this job, ${finish} first.`,
    },
  )
}

/**
 * Describes an index page that none of the targets has; undefined if there is none. This job may have
 * written it itself, if somebody edited its inputs since.
 */
function findForeignIndex(
  { targets }: Pick<Plan, 'targets'>,
  files: readonly ProposedFile[],
  recorded: ProposalInputs | undefined,
  current: ProposalInputs,
): Prose | undefined {
  if (!mayBeOtherJob(recorded, current)) return undefined
  const own = new Set(
    targets.flatMap(({ directory, index }) =>
      index === undefined ? [] : [pathIn(directory, index)],
    ),
  )
  const foreign = files.find(({ path }) => runIdFromPath(path) === undefined && !own.has(path))
  return foreign && prose`the index \`${foreign.path}\``
}

type IsOwnModel = (path: string, modelName: string) => boolean

function isOwnModel({ targets }: Pick<Plan, 'targets'>): IsOwnModel {
  return (path, modelName) =>
    targets.some(
      ({ directory, selection }) =>
        parentOf(path) === directory && (modelName === '' || selection.models(modelName)),
    )
}

/** Describes a file that is about a model of another job; undefined if there is none. */
async function findForeignModel(
  repository: Repository,
  { snapshot }: Pick<Plan, 'snapshot'>,
  files: readonly ProposedFile[],
  isOwn: IsOwnModel,
): Promise<Prose | undefined> {
  const pathsByOid = new Map(
    files.flatMap(({ path, before, after }): [string, string][] => {
      const oid = after ?? before
      return oid === undefined ? [] : [[oid, path]]
    }),
  )
  const contents = await repository.readFiles(snapshot, pathsByOid)
  for (const [oid, path] of pathsByOid) {
    const content = readContent(contents.get(oid) ?? '')
    const modelName = content.kind === 'values' ? (content.values.owned.modelName ?? '') : ''
    if (!isOwn(path, modelName)) return prose`\`${path}\` of model \`${modelName}\``
  }
  return undefined
}
