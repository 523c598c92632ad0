/** A commit and its parents, by their hashes. */
export type GraphCommit = {
  readonly sha: string
  readonly date: number
  readonly parents: readonly string[]
}

/** The newest commits of a branch, as far as they were read. */
export type CommitGraph<C extends GraphCommit> = {
  readonly commits: readonly C[]
  readonly has: (sha: string) => boolean
  /** The commits among them that are on `sha`: itself, and its ancestors. */
  readonly reachableFrom: (sha: string) => ReadonlySet<string>
  /** The merges that joined a line with a commit and one without it, newest first. */
  readonly joins: (sha: string) => readonly Join<C>[]
}

export type Join<C extends GraphCommit> = {
  readonly merge: C
  /** Parents of the merge. */
  readonly withCommit: readonly string[]
  readonly withoutCommit: readonly string[]
}

/** @param commits as `git log` lists them. */
export function createCommitGraph<C extends GraphCommit>(commits: readonly C[]): CommitGraph<C> {
  const bySha = new Map(commits.map((commit) => [commit.sha, commit]))
  const known = new Map<string, ReadonlySet<string>>()

  const reachableFrom = (start: string): ReadonlySet<string> => {
    const cached = known.get(start)
    if (cached !== undefined) return cached
    const found = new Set<string>()
    const waiting = [start]
    for (let sha = waiting.pop(); sha !== undefined; sha = waiting.pop()) {
      const commit = bySha.get(sha)
      if (commit === undefined || found.has(sha)) continue
      found.add(sha)
      waiting.push(...commit.parents)
    }
    known.set(start, found)
    return found
  }

  const joins = (sha: string): Join<C>[] =>
    commits.flatMap((merge) => {
      const withCommit = merge.parents.filter((parent) => reachableFrom(parent).has(sha))
      const withoutCommit = merge.parents.filter((parent) => !withCommit.includes(parent))
      return withCommit.length > 0 && withoutCommit.length > 0
        ? [{ merge, withCommit, withoutCommit }]
        : []
    })

  return { commits, has: (sha) => bySha.has(sha), reachableFrom, joins }
}
