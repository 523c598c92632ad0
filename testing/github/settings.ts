/** How a repository is set up; tests change it. */
export type Settings = {
  /** By branch: classic branch protection, or a ruleset that requires pull requests. */
  protectedBranches: Record<string, 'protection' | 'ruleset'>
  /** Push protection: content that counts as a secret. */
  secrets: RegExp | undefined
  actionsMayCreatePullRequests: boolean
  archived: boolean
  /** False on an Enterprise Server without web commit signing. */
  signsCommits: boolean
}

export function defaultSettings(): Settings {
  return {
    protectedBranches: {},
    secrets: undefined,
    actionsMayCreatePullRequests: true,
    archived: false,
    signsCommits: true,
  }
}
