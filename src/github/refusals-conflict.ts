import { z } from 'zod'
import { own, prose } from '../core/text/prose.ts'
import { parseJson } from '../http/transport.ts'
import { statusPage } from './exchange-errors.ts'
import { resourceLimitType } from './graphql-body.ts'
import { findNotReady } from './not-ready.ts'
import { operation, type Context, type Refusal, type RefusalKind } from './refusal.ts'

/**
 * The branch is not at the commit that was read, or what was read is gone: read and plan again.
 *
 * - `Expected branch to point to "…" but it did not.  Pull and try again.`, type `STALE_DATA`:
 *   GraphQL's createCommitOnBranch (ministryofjustice/modernisation-platform#11985).
 * - `is at … but expected …`, `reference is missing but expected …`, and since Git 2.50 `incorrect old value
 *   provided`: Git's compare-and-swap (refs/files-backend.c); createCommitOnBranch used to quote it.
 * - `Reference cannot be updated`: a PATCH of a ref that lost against another one
 *   (googleapis/repo-automation-bots#4537, osunyorg/admin#1978). Like `Reference does not exist`,
 *   dependabot-core treats it as a branch that moved on (pull_request_updater/github.rb).
 * - `Object does not exist`: a PATCH of a ref before the new commit is visible (PyGithub#847).
 * - `No commit exists with specified expectedHeadOid`: createCommitOnBranch.
 * - `Base branch was modified. Review and try the merge again.`: merges.
 * - `No commits between …`, `Head sha can't be blank`, `Head ref must be a branch`: opening a pull
 *   request whose branch is gone or was merged (shurcooL/githubv4 and cli/cli quote them together).
 * - `PullRequest.base is invalid`: the same in REST, see `refusalMessage`.
 */
const movedPattern = new RegExp(
  [
    'expected branch to point to',
    '\\b(is at [0-9a-f]{7,64}|is missing) but expected',
    'incorrect old value provided',
    'not a fast.forward',
    '\\(non-fast-forward\\)|non-fast-forward (update|push)',
    'reference (cannot be updated|does not exist|already exists)',
    'a ref named .* already exists',
    'unable to resolve reference',
    "unable to create '': file exists",
    '(object|parent sha) does not exist',
    'no commit exists with (the )?specified expectedheadoid',
    '(base|head) branch was modified',
    'head (ref|sha|branch)( has| was)? changed',
    'no commits between',
    "(base|head) sha can't be blank",
    '(base|head) ref must be a branch',
    'pullrequest\\.base is invalid',
    'no such branch',
  ].join('|'),
  'i',
)

/**
 * Git cannot have both `mlflow-sync` and `mlflow-sync/main`. Git's words, and GraphQL's `Ref cannot
 * be created.` (decap-cms looks for the branch in the way after it). REST only says `Reference update
 * failed` (googleapis/release-please#1024, microsoft/vscode-remote-repositories-github#122), as it
 * does for rules.
 */
const nameConflictPattern =
  /'' exists\b|non-empty directory|refname conflict|ref cannot be created/i

/** `No common ancestor between … and ….`, HTTP 404: a comparison (slapperwan/gh4a#544). */
const noCommonHistory: RefusalKind = ({ message }, { repository, purpose }) =>
  purpose === 'read' && /no common ancestor between/i.test(message)
    ? {
        text: prose`Two commits of \`${repository}\` have no common history`,
        advice: prose`GitHub's message says which.`,
        reason: 'no-common-history',
      }
    : undefined

const alreadyExists: RefusalKind = ({ message }, { repository }) =>
  /a pull request already exists for/i.test(message)
    ? {
        text: prose`\`${repository}\` already has an open pull request for this branch`,
        advice: undefined,
        reason: 'already-exists',
      }
    : undefined

const nameConflict: RefusalKind = ({ message }, { repository, purpose }) => {
  if (purpose === 'read' || !nameConflictPattern.test(message)) return undefined
  return {
    text: prose`A branch of \`${repository}\` is in the way of the pull request's head branch: Git can't have both \`a\` and \`a/b\``,
    advice: prose`Choose another \`pull-request-branch\`, or rename or delete the branch in the way.`,
  }
}

const moved: RefusalKind = ({ type, message }, context) =>
  type === 'STALE_DATA' || (context.purpose !== 'read' && movedPattern.test(message))
    ? branchMoved(context)
    : undefined

/** The retries waited for it in vain, so another attempt would not help either. */
const notReady: RefusalKind = ({ status, message }, { repository, purpose }) => {
  const what = purpose === 'read' ? undefined : findNotReady(status, message)
  return what === undefined
    ? undefined
    : {
        text: prose`GitHub does not find ${own(what)} in \`${repository}\``,
        advice: prose`The next run will try again. If this persists, see https://www.githubstatus.com.`,
      }
}

/** Every other HTTP 409 to a write is a conflict with somebody else's write. */
const conflict: RefusalKind = ({ status }, context) =>
  status === 409 && context.purpose !== 'read' ? branchMoved(context) : undefined

function branchMoved({ purpose }: Context) {
  const branch = own(purpose === 'commit' || purpose === 'read' ? 'the branch' : 'the head branch')
  return {
    text: prose`${branch} moved`,
    advice: prose`The next run will catch up.`,
    reason: 'branch-moved',
  } as const
}

const overResourceLimit: RefusalKind = ({ type, url }, context) =>
  type === resourceLimitType
    ? {
        text: prose`A request to ${operation(context, url)} takes more than GitHub's resource limits allow`,
        advice: prose`The action has divided it as far as it can. The next run will try again. If this persists, split the models among several jobs with the input \`models\`.`,
        reason: 'too-large',
      }
    : undefined

/**
 * A tree of more than 200-250 inline files or about 2.5 MB: 422 `Sorry, your request timed out. It is
 * likely that your input was too large to process.`, or 502.
 */
const tooLarge: RefusalKind = (refusal, { repository }) =>
  isTooLarge(refusal)
    ? {
        text: prose`The request to \`${repository}\` is too large for GitHub (HTTP ${refusal.status})`,
        advice: prose`The next run will try again. If this persists, split the models among several jobs with the input \`models\`.`,
        reason: 'too-large',
      }
    : undefined

function isTooLarge({ status, message, isDivisible }: Refusal): boolean {
  if (status === 413) return true
  if (status === 422) return /timed out|too large to process/i.test(message)
  return mayBeTooLarge(status, isDivisible)
}

/** A gateway gives up on a tree that takes GitHub more than 10 seconds. */
export function mayBeTooLarge(status: number, isDivisible: boolean): boolean {
  return isDivisible && (status === 502 || status === 504)
}

const treeRequest = z.object({ tree: z.array(z.unknown()).min(2) })

/** Only a tree of several files can be sent in parts. */
export function isDivisibleRequest(url: string, body: unknown): boolean {
  if (!url.endsWith('/git/trees')) return false
  return treeRequest.safeParse(typeof body === 'string' ? parseJson(body) : body).success
}

const unavailable: RefusalKind = ({ status, url }, context) =>
  status >= 500
    ? {
        text: prose`GitHub could not carry out a request to ${operation(context, url)} (HTTP ${status})`,
        advice: statusPage,
      }
    : undefined

export const conflictRefusals = {
  byWords: [overResourceLimit, noCommonHistory, alreadyExists, nameConflict, notReady, moved],
  byStatus: [conflict, tooLarge, unavailable],
}
