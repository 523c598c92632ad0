import { loggedModelId } from './artifacts.ts'
import type { ModelVersion } from './model.ts'

/** What known versions say about the source of a version. */
export type KnownSource = {
  /** The source with copies (`models:/name/1`) followed to their origin; undefined if unknown. */
  readonly source: string | undefined
  /** False if the names may have meant something else at the time of the copy. */
  readonly isCertain: boolean
}

/** Longest chain of versions that is followed, from a copy to its origin. */
const maxCopies = 20

/**
 * Returns a function that follows copies to their origin.
 *
 * A name can be deleted and registered anew, or given to another model, and then means another version
 * than at the time of the copy. So a version counts as the origin only if it belongs to the same run
 * and is older, and even that is certain only if the run has no older version with another source.
 *
 * @param known the versions in which origins are looked up.
 */
export function createCopyResolver(
  known: readonly ModelVersion[],
): (version: ModelVersion) => KnownSource {
  const byUri = new Map(
    known.map((version) => [`models:/${version.name}/${version.version}`, version]),
  )
  const originals = Map.groupBy(
    known.filter(({ source }) => !isCopy(source)),
    ({ runId }) => runId,
  )
  return (version) => {
    if (!isCopy(version.source)) return { source: version.source, isCertain: true }
    const source = followCopies(version, byUri)
    const candidates = (originals.get(version.runId) ?? []).filter((other) =>
      isOlderOf(other, version),
    )
    const isCertain = candidates.every((other) => other.source === source)
    return { source, isCertain: source !== undefined && isCertain }
  }
}

function followCopies(
  version: ModelVersion,
  byUri: ReadonlyMap<string, ModelVersion>,
): string | undefined {
  let current = version
  for (let step = 0; step < maxCopies; step += 1) {
    if (!isCopy(current.source)) return current.source
    const origin = byUri.get(current.source)
    if (origin === undefined || !isOlderOf(origin, current)) return undefined
    current = origin
  }
  return undefined
}

/** Whether a version belongs to the same run and existed when the other one was created. */
function isOlderOf(version: ModelVersion, other: ModelVersion): boolean {
  return (
    version.problem === undefined &&
    version.runId !== '' &&
    version.runId === other.runId &&
    version.creationTime < other.creationTime
  )
}

/** Whether a source refers to a registered model (`models:/name/1`) and not to a logged model. */
export function isCopy(source: string): boolean {
  return source.startsWith('models:/') && loggedModelId(source) === undefined
}
