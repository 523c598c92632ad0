import type { Plan } from '../changes.ts'
import { isChange, type FileEdit } from '../entry.ts'
import { updateIndexPage, type IndexLinks, type IndexUpdate } from './index-page.ts'

type IndexedPlan = Pick<Plan, 'files' | 'indexes' | 'entries'>

/** What becomes of the index page of each target that has one, by the target's name. */
export function updateIndexPages(
  { files, indexes, entries }: IndexedPlan,
  links: IndexLinks,
): ReadonlyMap<string, IndexUpdate> {
  return new Map(
    [...indexes].map(([target, page]) => {
      const own = entries.filter((entry) => entry.target === target)
      return [target, updateIndexPage(page, files.get(target) ?? new Map(), own, links)]
    }),
  )
}

/** The plan with other entries, and the index pages that go with them. */
export function withEntries<P extends IndexedPlan>(
  plan: P,
  entries: Plan['entries'],
  links: IndexLinks,
): P & Pick<Plan, 'extraFiles'> {
  const updates = updateIndexPages({ ...plan, entries }, links)
  return { ...plan, entries, extraFiles: editsIn(updates) }
}

/** What is left of a plan without the changes of its entries: index pages that lag behind the branch. */
export function withoutChanges(plan: Plan, links: IndexLinks): Plan {
  return withEntries(
    plan,
    plan.entries.filter((entry) => !isChange(entry)),
    links,
  )
}

function editsIn(updates: ReadonlyMap<string, IndexUpdate>): FileEdit[] {
  return [...updates.values()].flatMap(({ edit }) => edit ?? [])
}
