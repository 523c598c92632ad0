import { SyncError } from '../core/errors.ts'
import {
  ownProposal,
  type ForeignHead,
  type PullRequest,
  type PullRequestState,
} from '../core/pull-request.ts'
import { linkTo, own, prose } from '../core/text/prose.ts'

/** The error for a head branch that is not the action's own: it is neither moved nor deleted. */
export function rejectForeignHead(
  name: string,
  { isEmpty, commit }: ForeignHead,
  open: PullRequest | undefined,
): SyncError {
  if (isEmpty && ownProposal(commit) !== undefined) {
    return new SyncError(
      prose`Branch \`${name}\` ends with a commit of the action that the base branch already has, and no pull request shows that the action made the branch, so it was left unchanged`,
      {
        advice: prose`Delete the branch \`${name}\` if nobody needs it; the next sync creates it again. If it is not meant for the action, set \`pull-request-branch\` to another name.`,
      },
    )
  }
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
  { elsewhere }: PullRequestState,
): SyncError | undefined {
  const other = elsewhere.find(({ state }) => state === 'open')
  if (other === undefined) return undefined
  const link = linkTo(`Pull request #${other.number}`, other.url)
  return new SyncError(
    prose`${link} into \`${other.base}\` comes from branch \`${name}\`, too, so that branch was left unchanged`,
    {
      advice: prose`Merge or close it, or set the input \`pull-request-branch\` to another name.`,
    },
  )
}
