import { withoutNames } from './words.ts'

/**
 * What GitHub has not copied to all of its servers yet. REST refuses with HTTP 422 what refers to
 * something that was just created. It is there a moment later, or never.
 */

type NotReady = { readonly words: RegExp; readonly what: string }

/** In newer and older organizations: peter-evans/create-pull-request#155, actions/github-script#572. */
const teamId = "'(?:T_|MDQ6VGVhb)"

/** About a team that exists; this token will never see it. */
export const hiddenTeamPattern = new RegExp(
  `could not resolve to a node with the global id of ${teamId}`,
  'i',
)

const table: readonly NotReady[] = [
  {
    // `Could not resolve to a node with the global id of '…'`: labels of a new pull request
    words: new RegExp(`could not resolve to a node with the global id of (?!${teamId})`, 'i'),
    what: 'the new pull request',
  },
  {
    // `{"resource":"PullRequest","field":"head","code":"invalid"}`: a pull request of a new branch
    words: /pullrequest\.head is invalid/i,
    what: "the pull request's head branch",
  },
  {
    // A commit of a new tree; dependabot-core retries it as well.
    words: /tree sha does not exist/i,
    what: 'the files that were just sent',
  },
]

/** What GitHub does not find yet; undefined if it refuses for another reason. */
export function findNotReady(status: number, message: string): string | undefined {
  const own = withoutNames(message)
  return status === 422 ? table.find(({ words }) => words.test(own))?.what : undefined
}
