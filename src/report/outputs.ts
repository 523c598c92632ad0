import type { RunRecord } from '../core/entry.ts'
import { utf8Bytes } from '../core/text/format.ts'
import { connectionFields, recordFields, toJson } from './report.ts'
import { byOutcome, countOutcomes, hasChanged, type JobResult } from './result.ts'

/** GitHub limits a job's outputs to 1 MB in UTF-16. Other tools may count in UTF-8. */
const maxChangesBytes = 512 * 1024

/** All outputs of the action by name; an output that does not apply is empty. */
export function createOutputs(result: JobResult, reportFile: string): Record<string, string> {
  const counts = countOutcomes(result.entries)
  const changes = changesOutput(result.entries)
  return {
    operation: result.operation,
    changed: String(hasChanged(result)),
    'created-count': String(counts.created),
    'updated-count': String(counts.updated),
    'deleted-count': String(counts.deleted),
    'unchanged-count': String(counts.unchanged),
    'held-count': String(counts.held),
    'skipped-count': String(counts.skipped),
    'failed-count': String(counts.failed),
    changes: changes.json,
    'changes-truncated': String(changes.truncated),
    'report-file': reportFile,
    'commit-sha': result.commit?.sha ?? '',
    'commit-url': result.commit?.url ?? '',
    'pull-request-number':
      result.pullRequest === undefined ? '' : String(result.pullRequest.number),
    'pull-request-url': result.pullRequest?.url ?? '',
    connections:
      result.connections === undefined ? '' : toJson(result.connections.map(connectionFields)),
  }
}

/**
 * Leaves out each record that does not fit, so that one huge reason does not hide later records.
 */
function changesOutput(records: readonly RunRecord[]): { json: string; truncated: boolean } {
  const items = byOutcome(records)
    .filter(({ outcome }) => outcome !== 'unchanged')
    .map((record) => toJson(recordFields(record)))
  let bytes = 4
  const taken = items.filter((item) => {
    const size = Math.max(2 * (item.length + 1), utf8Bytes(item) + 1)
    if (bytes + size > maxChangesBytes) return false
    bytes += size
    return true
  })
  return { json: `[${taken.join(',')}]`, truncated: taken.length < items.length }
}
