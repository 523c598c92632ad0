import type { Repository } from '../repository.ts'
import type { Change } from './change.ts'
import { matchesGlob } from './glob.ts'
import type { Protection } from './types.ts'
import * as wordings from './wordings.ts'

/** Classic protection of a branch; undefined if there is none. */
export function protectionOf({ settings }: Repository, branch: string): Protection | undefined {
  if (settings.protectedBranches[branch] === 'protection') {
    return { pattern: branch, requiredReviews: 1 }
  }
  return settings.protection.find(({ pattern }) => matchesGlob(pattern, branch))
}

/** docs.github.com, "About protected branches"; the sentence: log in github.com/openwhyd/openwhyd. */
const notAuthorized =
  "You're not authorized to push to this branch. Visit https://docs.github.com/repositories/configuring-branches-and-merges-in-your-repository/managing-protected-branches/about-protected-branches for more information."

/** What classic protection has against a change; empty if nothing. */
export function protectionViolations(repository: Repository, change: Change): string[] {
  const protection = protectionOf(repository, change.branch)
  if (protection === undefined) return []
  const { kind, isForced } = change
  if (kind === 'creation') {
    // Source: github.com/actions/github-script/issues/455.
    return protection.blocksCreations === true ? ['Reference update failed'] : []
  }
  if (kind === 'deletion') return protection.allowsDeletions === true ? [] : [wordings.noDeletion]
  const { requiredStatusChecks = [], requiredReviews } = protection
  const commits = change.commits()
  const isUnsigned = commits.some(({ signer }) => signer === undefined)
  const hasMerges = commits.some(({ parents }) => parents.length > 1)
  const found: [boolean, string][] = [
    [requiredReviews !== undefined, wordings.pullRequestRequired],
    [protection.locked === true, 'Cannot change this locked branch'],
    [
      requiredStatusChecks.length > 0 && commits.length > 0,
      wordings.statusChecksExpected(requiredStatusChecks),
    ],
    [protection.requiresSignatures === true && isUnsigned, wordings.signaturesRequired],
    [protection.requiresLinearHistory === true && hasMerges, wordings.noMergeCommits],
    [isForced && protection.allowsForcePushes !== true, wordings.noForcePush],
    [protection.restrictsPushes === true, notAuthorized],
  ]
  return found.flatMap(([isViolated, sentence]) => (isViolated ? [sentence] : []))
}
