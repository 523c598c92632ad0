/** Reviewers as GitHub's API takes them. */
export type Reviewers = {
  /** Logins. */
  readonly users: readonly string[]
  /** Slugs of teams in the organization that owns the repository. */
  readonly teams: readonly string[]
}

export type SortedReviewers = Reviewers & {
  /** Teams of other organizations, as `org/team`. */
  readonly strangers: readonly string[]
}

/** @param repository `owner/name`, whose teams can be asked for a review. */
export function sortReviewers(names: readonly string[], repository: string): SortedReviewers {
  const owner = repository.split('/')[0] ?? ''
  const isTeam = (name: string): boolean => name.includes('/')
  const isOwn = (team: string): boolean => team.toLowerCase().startsWith(`${owner.toLowerCase()}/`)
  const teams = names.filter(isTeam)
  return {
    users: names.filter((name) => !isTeam(name)),
    teams: teams.filter(isOwn).map((team) => team.slice(owner.length + 1).toLowerCase()),
    strangers: teams.filter((team) => !isOwn(team)),
  }
}
