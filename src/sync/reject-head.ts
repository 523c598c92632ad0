import { parentOf, pathIn } from '../core/branch.ts'
import type { Plan } from '../core/changes.ts'
import { SyncError } from '../core/errors.ts'
import {
  inputsDigest,
  isOtherJob,
  mayBeOtherJob,
  type WorkflowJob,
} from '../core/proposal-inputs.ts'
import {
  filesDigest,
  keepsAll,
  proposedFiles,
  type ProposalRecord,
  type ProposedFile,
} from '../core/proposal.ts'
import type { Head, OwnHead, PullRequest, PullRequestState } from '../core/pull-request.ts'
import { linkTo, own, prose, type Prose } from '../core/text/prose.ts'
import { readContent, runIdFromPath } from '../core/values-file/file.ts'
import type { Repository } from '../github/repository.ts'
import { listProposedFiles } from './identify-head.ts'

/** The error for a head branch that is not the action's own: it is neither moved nor deleted. */
export function rejectForeignHead(
  name: string,
  { isEmpty }: Extract<Head, { kind: 'foreign' }>,
  open: PullRequest | undefined,
): SyncError {
  if (isEmpty) {
    return new SyncError(
      prose`Branch \`${name}\` exists and was not made by the action, so it was left unchanged`,
      {
        advice: prose`Set the input \`pull-request-branch\` to another name, or delete the branch \`${name}\` if nobody needs it.`,
      },
    )
  }
  const closeIt =
    open === undefined
      ? prose``
      : prose`Merge or close ${linkTo(`pull request #${open.number}`, open.url)}, or `
  return new SyncError(
    prose`Branch \`${name}\` has a commit that the action did not make, so it was left unchanged`,
    {
      advice: prose`${closeIt}${open === undefined ? own('M') : own('m')}ove that commit elsewhere and delete the branch \`${name}\`. The next sync then proposes its changes again. If the branch is not meant for the action, set \`pull-request-branch\` to another name.`,
    },
  )
}

/**
 * Moving the branch would rewrite another pull request from it, such as a person's backport.
 *
 * @returns the error if there is one.
 */
export function findOtherPullRequest(
  name: string,
  { elsewhere: [other] }: PullRequestState,
): SyncError | undefined {
  if (other === undefined) return undefined
  const link = linkTo(`Pull request #${other.number}`, other.url)
  return new SyncError(
    prose`${link} into \`${other.base}\` comes from branch \`${name}\`, too, so that branch was left unchanged`,
    {
      advice: prose`Merge or close it, or set the input \`pull-request-branch\` to another name.`,
    },
  )
}

type ProposalOnBranch = {
  /** Name of the head branch. */
  readonly name: string
  readonly head: OwnHead
  readonly open: PullRequest | undefined
}

/** @throws SyncError if the head branch has another job's proposal; see `findOtherTargets`. */
export async function rejectOtherTargets(
  repository: Repository,
  plan: Plan,
  proposal: ProposalOnBranch,
  job: WorkflowJob | undefined,
): Promise<void> {
  const planned = new Set(proposedFiles(plan).map(({ path }) => path))
  const error = await findOtherTargets(repository, plan, proposal, { planned, job })
  if (error !== undefined) throw error
}

/**
 * A job with other inputs, such as other `aliases`, must not take back what this one proposes either.
 *
 * @throws SyncError if something would be taken back, unless somebody edited the job's inputs.
 */
export async function rejectOtherInputs(
  repository: Repository,
  plan: Plan,
  { name, head, open }: ProposalOnBranch,
  job: WorkflowJob | undefined,
): Promise<void> {
  const { inputs } = head.proposal
  if (inputs === undefined || inputs.digest === inputsDigest(plan.targets)) return
  if (!isOtherJob(inputs.job, job)) return
  if (keepsAll(plan, await listProposedFiles(repository, plan.snapshot, head.range))) return
  const finish =
    open === undefined
      ? prose`delete the branch \`${name}\``
      : prose`merge or close ${linkTo(`pull request #${open.number}`, open.url)}`
  throw new SyncError(
    prose`Branch \`${name}\` has the proposal of a job with other inputs, so it was left unchanged`,
    {
      advice: prose`Give each job its own \`pull-request-branch\`: jobs with different \`models\`, \`path\`, \`branch\`, \`aliases\`, \`filter\`, \`run-filter\`, \`minimum-age\`, \`prune\` or \`template\` would undo each other. If you changed or renamed this job, ${finish} first.`,
    },
  )
}

type OwnJob = {
  /** Paths of files that are this job's anyway. */
  readonly planned: ReadonlySet<string>
  /** Undefined outside of GitHub Actions. */
  readonly job: WorkflowJob | undefined
}

/**
 * Two jobs with different targets must not undo each other's proposals on one head branch: each file
 * on it has to be in a directory of these targets, and about one of their models or their index.
 *
 * @returns the error if it is not.
 */
export async function findOtherTargets(
  repository: Repository,
  plan: Pick<Plan, 'snapshot' | 'targets'>,
  { name, head, open }: ProposalOnBranch,
  { planned, job }: OwnJob,
): Promise<SyncError | undefined> {
  const { snapshot } = plan
  const files = await listProposedFiles(repository, snapshot, head.range)
  const others = files.filter(({ path }) => !planned.has(path))
  const isElsewhere = filesDigest(snapshot.branch, files) !== head.proposal.files
  const foreign = isElsewhere
    ? prose`files in other directories, or for another branch`
    : (findForeignIndex(plan, others, head.proposal, job) ??
      (await findForeignModel(repository, plan, others)))
  if (foreign === undefined) return undefined
  const where =
    open === undefined
      ? prose`branch \`${name}\``
      : linkTo(`pull request #${open.number}`, open.url)
  const finish =
    open === undefined ? prose`delete the branch \`${name}\`` : prose`merge or close it`
  return new SyncError(
    prose`Branch \`${name}\` proposes ${foreign}, which another job must have written, so it was left unchanged`,
    {
      advice: prose`Give each job its own \`pull-request-branch\`: two jobs with different \`models\`, \`path\`, \`index\` or \`branch\` would undo each other in ${where}. If you changed the inputs of this job, ${finish} first.`,
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
  { inputs }: ProposalRecord,
  job: WorkflowJob | undefined,
): Prose | undefined {
  if (!mayBeOtherJob(inputs?.job, job)) return undefined
  const own = new Set(
    targets.flatMap(({ directory, index }) =>
      index === undefined ? [] : [pathIn(directory, index)],
    ),
  )
  const foreign = files.find(({ path }) => runIdFromPath(path) === undefined && !own.has(path))
  return foreign && prose`the index \`${foreign.path}\``
}

/** Describes a file that is about a model of none of the targets; undefined if there is none. */
async function findForeignModel(
  repository: Repository,
  { snapshot, targets }: Pick<Plan, 'snapshot' | 'targets'>,
  files: readonly ProposedFile[],
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
    const isOwn = targets.some(
      ({ directory, selection }) =>
        parentOf(path) === directory && (modelName === '' || selection.models(modelName)),
    )
    if (!isOwn) return prose`\`${path}\` of model \`${modelName}\``
  }
  return undefined
}
