import { zeroOid } from './git/store.ts'
import type { Repository } from './repository.ts'
import { findViolation, type Violation } from './rules/violation.ts'
import type { Token } from './tokens.ts'

/** Creates (`to` a commit), moves or deletes (`to` the zero id) a branch. */
export type RefUpdate = {
  readonly branch: string
  readonly to: string
  readonly force: boolean
  /** Where the branch must be; the zero id if it must not exist, undefined if that does not matter. */
  readonly expected?: string | undefined
}

/** Why an update is refused. Each API has its own words for it. */
export type Refusal =
  | { readonly kind: 'stale'; readonly current: string; readonly expected: string }
  | { readonly kind: 'missing-object' }
  | { readonly kind: 'missing-ref' }
  | { readonly kind: 'not-fast-forward' }
  /** Another branch has the name of a directory of this one, or the other way round. */
  | { readonly kind: 'name-conflict'; readonly message: string }
  | { readonly kind: 'rule'; readonly violation: Violation }

/** Makes all updates, or none. */
export function updateRefs(
  repository: Repository,
  token: Token,
  updates: readonly RefUpdate[],
): Refusal | undefined {
  const { store } = repository
  for (const update of updates) {
    const refusal = refuse(repository, token, update)
    if (refusal !== undefined) return refusal
  }
  const complaint = store.updateRefs(
    updates.map(({ branch, to }) => ({
      name: `refs/heads/${branch}`,
      from: store.branch(branch) ?? zeroOid,
      to,
    })),
  )
  return complaint === undefined ? undefined : { kind: 'name-conflict', message: complaint }
}

function refuse(repository: Repository, token: Token, update: RefUpdate): Refusal | undefined {
  const { store } = repository
  const { branch, to, force, expected } = update
  const current = store.branch(branch) ?? zeroOid
  if (expected !== undefined && expected !== current) return { kind: 'stale', current, expected }
  if (to === zeroOid && current === zeroOid) return { kind: 'missing-ref' }
  if (to !== zeroOid && !isVisibleCommit(repository, to)) return { kind: 'missing-object' }
  const movesOn = current === zeroOid || to === zeroOid || store.isAncestor(current, to)
  if (!movesOn && !force) return { kind: 'not-fast-forward' }
  const violation = findViolation(repository, token, { branch, from: current, to })
  return violation === undefined ? undefined : { kind: 'rule', violation }
}

/** A new object reaches all of GitHub's servers only after a moment. */
function isVisibleCommit({ store, settings: { lag } }: Repository, oid: string): boolean {
  if (lag.objects > 0) {
    lag.objects -= 1
    return false
  }
  return store.typeOf(oid) === 'commit'
}
