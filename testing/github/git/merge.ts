import type { Person } from './commit-object.ts'
import type { GitStore } from './store.ts'

/**
 * Tree of a merge of two commits.
 *
 * @throws if they conflict.
 */
export function mergedTree(store: GitStore, ours: string, theirs: string): string {
  return store.run(['merge-tree', '--write-tree', ours, theirs]).trim()
}

/** Replays commits on top of `onto`, as `git rebase` does: the committer changes, nothing is signed. */
export function replay(
  store: GitStore,
  commits: readonly string[],
  onto: string,
  committer: Person,
): string {
  return commits.reduce((head, oid) => {
    const { parents, author, message } = store.commit(oid)
    const { tree } = store.commit(head)
    // A merge with a commit that has the tree of `head` and the parent of `oid` is a cherry-pick.
    const side = store.createCommit({ tree, parents, message: 'side', author: committer })
    const picked = mergedTree(store, side, oid)
    return store.createCommit({ tree: picked, parents: [head], message, author, committer })
  }, onto)
}
