import { suggestName } from './text/closest.ts'
import { prose, type Prose } from './text/prose.ts'

/** Runs whose files are created again although a person deleted them. */
export type Recreate = 'all' | ReadonlySet<string>

/** A warning for each id that is not one of a selected run, because nothing comes of it. */
export function findUnknownRuns(recreate: Recreate, runIds: ReadonlySet<string>): Prose[] {
  if (recreate === 'all') return []
  return [...recreate]
    .filter((id) => !runIds.has(id))
    .map((id) => {
      const meant = completeId(id, runIds) ?? suggestName(id, runIds)
      const hint =
        meant === undefined
          ? prose`Write the complete id of a run that has a selected version.`
          : prose`Did you mean \`${meant}\`?`
      return prose`The input \`recreate\` has \`${id}\`, but no selected version is of that run. ${hint}`
    })
}

/** The only id that begins with an abbreviation. */
function completeId(id: string, runIds: ReadonlySet<string>): string | undefined {
  const [found, other] = [...runIds].filter((runId) => runId.startsWith(id.toLowerCase()))
  return other === undefined ? found : undefined
}
