import type { NewCommit, Person } from './git/commit-object.ts'
import type { Repository } from './repository.ts'

/** The user whose token the action has by default. */
export const bot: Person = {
  name: 'github-actions[bot]',
  email: '41898282+github-actions[bot]@users.noreply.github.com',
}

/** Commits what GitHub signs. Source: every merge made on github.com. */
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
