import { loggedModelId } from './artifacts.ts'
import type { ModelVersion } from './model.ts'

/** Longest chain of copies that is followed. */
const maxCopies = 20

/**
 * Returns a function that follows copies (`models:/name/1`) to the source of their origin, or returns
 * undefined if only MLflow can tell.
 *
 * A name can be deleted and registered anew, and then means another version than at the time of the
 * copy. So a version counts as the origin only if it belongs to the same run and is older.
 *
 * @param known the versions in which origins are looked up.
 */
export function createCopyResolver(
  known: Iterable<ModelVersion>,
): (version: ModelVersion) => string | undefined {
  const byUri = new Map<string, ModelVersion>()
  for (const version of known) byUri.set(`models:/${version.name}/${version.version}`, version)
  return (version) => {
    let current = version
    for (let step = 0; step < maxCopies; step += 1) {
      if (!isCopy(current.source)) return current.source
      const origin = byUri.get(current.source)
      if (origin === undefined || !isOriginOf(origin, current)) return undefined
      current = origin
    }
    return undefined
  }
}

function isOriginOf(origin: ModelVersion, copy: ModelVersion): boolean {
  return (
    origin.problem === undefined &&
    origin.runId !== '' &&
    origin.runId === copy.runId &&
    origin.creationTime < copy.creationTime
  )
}

/** Whether a source refers to a registered model (`models:/name/1`) and not to a logged model. */
function isCopy(source: string): boolean {
  return source.startsWith('models:/') && loggedModelId(source) === undefined
}
