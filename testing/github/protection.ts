import type { Repository } from './repository.ts'

/** Why a branch may not be moved to content of this kind, in GitHub's words. */
export const protectionAgainst = (
  repository: Repository,
  branch: string,
  contents: readonly string[],
): string | undefined => {
  const kind = repository.settings.protectedBranches[branch]
  if (kind === 'protection') return `Protected branch update failed for refs/heads/${branch}.`
  if (kind === 'ruleset') {
    return 'Repository rule violations found\n\nChanges must be made through a pull request.'
  }
  const { secrets } = repository.settings
  return secrets !== undefined && contents.some((content) => secrets.test(content))
    ? 'Repository rule violations found\n\nSecret detected in content'
    : undefined
}
