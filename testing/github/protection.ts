import type { Repository } from './repository.ts'

/** Why GitHub refuses to move a branch to this content, in its own words; undefined if it allows it. */
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
