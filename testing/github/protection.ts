import type { Repository } from './repository.ts'

/**
 * GitHub's error message if a rule forbids moving a branch to this content; otherwise undefined.
 */
export function violatedRule(
  repository: Repository,
  branch: string,
  contents: readonly string[],
): string | undefined {
  const { protectedBranches, secrets } = repository.settings
  switch (protectedBranches[branch]) {
    case 'protection':
      return `Protected branch update failed for refs/heads/${branch}.`
    case 'ruleset':
      return 'Repository rule violations found\n\nChanges must be made through a pull request.'
    default:
      return secrets !== undefined && contents.some((content) => secrets.test(content))
        ? 'Repository rule violations found\n\nSecret detected in content'
        : undefined
  }
}
