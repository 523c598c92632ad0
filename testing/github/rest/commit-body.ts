import type { Commit } from '../git/store.ts'
import type { Repository } from '../repository.ts'

/** Commits in the shapes of GitHub's OpenAPI description. */

/** `git-commit`, of the Git data API. */
export function gitCommitBody(repository: Repository, commit: Commit): object {
  return {
    sha: commit.oid,
    node_id: `C_${commit.oid}`,
    html_url: `${repository.url}/commit/${commit.oid}`,
    ...gitFields(commit),
    parents: commit.parents.map((sha) => ({ sha })),
  }
}

/** `commit`, which comparisons, pull requests and `GET commits/…` return. */
export function commitBody(repository: Repository, commit: Commit): object {
  return {
    sha: commit.oid,
    node_id: `C_${commit.oid}`,
    html_url: `${repository.url}/commit/${commit.oid}`,
    commit: gitFields(commit),
    author: { login: commit.author.name },
    committer: { login: commit.signer === 'github' ? 'web-flow' : commit.committer.name },
    parents: commit.parents.map((sha) => ({
      sha,
      html_url: `${repository.url}/commit/${sha}`,
    })),
  }
}

function gitFields({ author, committer, date, message, tree, ...rest }: Commit): object {
  const { signer, signature, payload } = rest
  const isSigned = signer !== undefined
  return {
    author: { ...author, date },
    committer: { ...committer, date },
    message,
    tree: { sha: tree },
    verification: {
      verified: isSigned,
      reason: isSigned ? 'valid' : 'unsigned',
      signature,
      payload: isSigned ? payload : null,
      verified_at: isSigned ? date : null,
    },
  }
}
