import type { ModelVersion } from '../model.ts'
import type { Removal } from '../removal.ts'
import { own, prose, reference, type Prose } from '../text/prose.ts'
import { readContent } from '../values-file/file.ts'
import { failed, type Decision } from './decision.ts'
import { deployedIn, namesVersion } from './deployed.ts'

/**
 * The decision not to create the file of a version again, because a person deleted it. Undefined if the
 * version was registered after that.
 */
export function keepDeleted(
  removal: Removal,
  runId: string,
  version: ModelVersion,
): Decision | undefined {
  if (removal.kind === 'unreadable') {
    return failed(
      prose`not created: whether a person deleted its file before is not known, because the history of the branch could not be read. ${removal.reason}`,
    )
  }
  if (isRegisteredAfter(removal, runId, version)) return undefined
  return {
    outcome: 'held',
    reason: prose`a person deleted its file ${describe(removal)}. To create it again, restore the file, register a new version of the run, or run once with \`recreate: ${runId}\`.`,
  }
}

/**
 * The version that the file named when it was deleted was registered before, whatever the clocks say:
 * MLflow's may differ from that of whoever committed, and Git drops fractions of a second.
 */
function isRegisteredAfter(
  { before, landed }: Extract<Removal, { kind: 'person' }>,
  runId: string,
  version: ModelVersion,
): boolean {
  const deployed = before === undefined ? undefined : deployedIn(readContent(before), runId)
  if (deployed === undefined) return version.creationTime >= landed + 1000
  return !namesVersion(deployed, version) && version.creationTime > landed
}

function describe({ sha, url, date, isAfter }: Extract<Removal, { kind: 'person' }>): Prose {
  const commit = reference(sha.slice(0, 8), url, { plain: sha, isCode: true })
  const day = own(new Date(date).toISOString().slice(0, 10))
  return isAfter ? prose`after commit ${commit} of ${day}` : prose`in commit ${commit} of ${day}`
}
