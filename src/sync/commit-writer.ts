import { changesOf, type ChangedEntry } from '../core/result.ts'
import { anchorOf } from './directory.ts'
import type { BlobReader } from '../github/blobs.ts'
import type { GitHubClient } from '../github/client.ts'
import { commit } from '../github/commit.ts'
import type { CommitRequest } from '../github/commit-request.ts'
import { findLanded } from '../github/landed.ts'
import { written, type PlannedSync, type Written } from './sync.ts'

export type CommitWriterOptions = {
  readonly client: GitHubClient
  readonly blobs: BlobReader
  readonly message: (changes: readonly ChangedEntry[]) => { headline: string; body: string }
}

/** Commits a plan to the branch itself. Remembers writes whose answer was lost. */
export function createCommitWriter(
  options: CommitWriterOptions,
): (planned: PlannedSync) => Promise<Written> {
  const { client, blobs } = options
  let lost: { request: CommitRequest; planned: PlannedSync } | undefined

  return async (planned) => {
    if (lost !== undefined) {
      const found = await findLanded(client, lost.request)
      if (found !== undefined) {
        return written(lost.planned, 'committed', { commit: found })
      }
    }
    const changes = changesOf(planned.plan.entries)
    if (changes.length === 0) return written(planned, 'none')
    if (planned.anchored === undefined && !(await blobs.confirm(anchorOf(planned.snapshot)))) {
      return { kind: 'again', why: 'the branch moved while it was read' }
    }
    const request = commitRequest(planned, options.message(changes))
    const result = await commit(client, request)
    switch (result.kind) {
      case 'moved':
        return { kind: 'again', why: `branch ${planned.snapshot.branch} moved` }
      case 'unknown':
        lost = { request, planned }
        return { kind: 'again', why: `the answer to the commit was lost (${result.error.message})` }
      case 'committed':
        return written(planned, 'committed', {
          commit: { sha: result.sha, url: result.url },
          warning: result.verified ? undefined : unsigned,
        })
    }
  }
}

const unsigned =
  'The commit is not signed by GitHub: more than one request was needed, and for those GitHub signs only with the workflow token or a GitHub App token'

/** The whole plan as one commit on the head that it was made for. */
export function commitRequest(
  { plan, snapshot }: PlannedSync,
  message: { headline: string; body: string },
): CommitRequest {
  return {
    repository: snapshot.repository,
    branch: snapshot.branch,
    expectedHead: snapshot.head,
    baseTree: snapshot.rootTree,
    ...message,
    edits: changesOf(plan.entries).map(({ edit }) => edit),
  }
}
