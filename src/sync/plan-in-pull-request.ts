import type { Plan } from '../core/changes.ts'
import { isChange, type Entry } from '../core/entry.ts'
import type { IndexLinks } from '../core/plan/index-page.ts'
import { withEntries } from '../core/plan/index-pages.ts'
import type { PullRequest } from '../core/pull-request.ts'
import { joinProse, prose, reference } from '../core/text/prose.ts'

/**
 * The plan without the changes that a person has rejected, and with the index of what stays.
 *
 * @param pullRequests those that were rejected, by path of the change.
 */
export function rejectedIn(
  plan: Plan,
  pullRequests: ReadonlyMap<string, PullRequest>,
  links: IndexLinks,
): Plan {
  const entries = plan.entries.map((entry): Entry => {
    const pullRequest = isChange(entry) ? pullRequests.get(entry.path) : undefined
    if (pullRequest === undefined) return entry
    const { number, url } = pullRequest
    const reason = prose`rejected in ${reference(`pull request #${number}`, url)}`
    return { ...entry, outcome: 'skipped', edit: undefined, withheld: 'rejected', reason }
  })
  return withEntries(plan, entries, links)
}

/** The plan, with a reason for each change that waits to be merged. */
export function waitingIn(plan: Plan, { number, url }: PullRequest): Plan {
  const waiting = prose`waits in ${reference(`pull request #${number}`, url)}`
  return {
    ...plan,
    entries: plan.entries.map((entry) =>
      isChange(entry)
        ? { ...entry, reason: joinProse([entry.reason ?? [], waiting], '; ') }
        : entry,
    ),
  }
}
