import type { Protection, Rule } from './rules/types.ts'

/** How a repository is set up; tests change it. */
export type Settings = {
  /** By branch: classic branch protection, or a ruleset that requires pull requests. */
  protectedBranches: Record<string, 'protection' | 'ruleset'>
  /** Rules of rulesets. */
  rules: Rule[]
  /** Classic branch protection; the first pattern that matches a branch applies. */
  protection: Protection[]
  /** Push protection: content that counts as a secret. */
  secrets: RegExp | undefined
  actionsMayCreatePullRequests: boolean
  archived: boolean
  lockedForMigration: boolean
  /** False on an Enterprise Server without web commit signing. */
  signsCommits: boolean
  deleteBranchOnMerge: boolean
  /** Logins of users and slugs of teams that can be asked for a review, in lower case. */
  collaborators: string[]
  /** Whether the token can see the organization's teams: the workflow's own never can. */
  showsTeams: boolean
  /** How many calls fail because GitHub has not caught up yet. */
  lag: {
    /** Labels, right after a pull request was opened. */
    labels: number
    /** Opening a pull request, right after its head branch was created. */
    heads: number
    /** Moving a branch to a commit that was just created. */
    objects: number
  }
  /** How a lost race is worded: as usual, as older servers did, or by REST as a 409. */
  raceWording: 'usual' | 'older' | 'conflict'
}

export function defaultSettings(): Settings {
  return {
    protectedBranches: {},
    rules: [],
    protection: [],
    secrets: undefined,
    actionsMayCreatePullRequests: true,
    archived: false,
    lockedForMigration: false,
    signsCommits: true,
    deleteBranchOnMerge: false,
    collaborators: ['ada', 'grace', 'models'],
    showsTeams: true,
    lag: { labels: 0, heads: 0, objects: 0 },
    raceWording: 'usual',
  }
}
