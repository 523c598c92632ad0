import { artifactsPath } from '../artifacts.ts'
import type { ArtifactFacts, Run, RunFacts } from '../model.ts'
import { prose, type Prose } from '../text/prose.ts'

/**
 * What a person has to know when a file moves to a version whose artifacts are elsewhere: an update
 * only changes the owned values, and the rest of the file may depend on the old place. Undefined if
 * the place is the same, the file already contains it, or the previous version is not known.
 */
export function describeMove(
  { artifacts, previousArtifacts }: RunFacts,
  run: Run,
  text: string,
): Prose | undefined {
  if (previousArtifacts === undefined) return undefined
  const place = placeOf(artifacts, run)
  const previousPlace = placeOf(previousArtifacts, run)
  if (place === previousPlace || text.includes(place)) return undefined
  return prose`whose artifacts are at \`${place}\` instead of \`${previousPlace}\`. Only the values in \`global\` were changed: check the rest of the file.`
}

/** The path under the mount, or the source if that has none. */
function placeOf(artifacts: ArtifactFacts, run: Run): string {
  const path = artifactsPath(artifacts, run)
  if (path.ok) return path.path
  return artifacts.source.ok ? artifacts.source.source : ''
}
