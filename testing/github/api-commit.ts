import type { NewCommit, Person } from './git/commit-object.ts'
import type { Repository } from './repository.ts'
import type { Token } from './tokens.ts'

/** The user whose token the action has by default. */
const bot: Person = {
  name: 'github-actions[bot]',
  email: '41898282+github-actions[bot]@users.noreply.github.com',
}

/** The owner of a personal access token. */
const octocat: Person = { name: 'octocat', email: '583231+octocat@users.noreply.github.com' }

export function ownerOf({ kind = 'app' }: Token): Person {
  return kind === 'app' ? bot : octocat
}

/** Commits what GitHub signs. Source: github.com/peter-evans/create-pull-request/pull/1609. */
export const webFlow: Person = { name: 'GitHub', email: 'noreply@github.com' }

/** Writes a commit that GitHub itself makes, signed unless the server does not sign. */
export function commitAsGitHub(
  { store, settings }: Repository,
  commit: Omit<NewCommit, 'committer' | 'signer'>,
): string {
  return store.createCommit(
    settings.signsCommits ? { ...commit, committer: webFlow, signer: 'github' } : commit,
  )
}
