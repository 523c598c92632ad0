/** Sentences that rulesets and classic protection share. */

/** Sources: github.com/googleapis/repo-automation-bots/issues/5551, wheels-dev/wheels/issues/3283. */
export const pullRequestRequired = 'Changes must be made through a pull request.'

/** Source: the log in github.com/georust/proj/pull/178. */
export function statusChecksExpected(contexts: readonly string[]): string {
  const [only = '', ...others] = contexts
  // Source of the plural: github.com/wheels-dev/wheels/issues/3283.
  return others.length === 0
    ? `Required status check "${only}" is expected.`
    : `${contexts.length} of ${contexts.length} required status checks are expected.`
}

/** Source: github.com/vercel/workflow/pull/1937. */
export const signaturesRequired = 'Commits must have verified signatures.'

export const noMergeCommits = 'This branch must not contain merge commits.'

export const noForcePush = 'Cannot force-push to this branch'

export const noDeletion = 'Cannot delete this branch'

/** The form in which logs of pushes list what a rule found. */
export function withViolations(sentence: string, found: readonly string[]): string {
  const count = found.length === 1 ? '1 violation' : `${found.length} violations`
  return `${sentence}\nFound ${count}:\n\n${found.join('\n')}`
}
