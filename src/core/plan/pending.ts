import type { Entry } from '../entry.ts'
import {
  pointsToVersions,
  type ExcludedVersion,
  type SelectedRun,
  type Selection,
} from '../select.ts'
import { own, prose, type Prose } from '../text/prose.ts'
import type { RunFile } from '../values-file/file.ts'
import { deployedIn, namesVersion } from './deployed.ts'

export type PendingInput = {
  readonly selection: Selection
  readonly runs: readonly SelectedRun[]
  readonly excluded: readonly ExcludedVersion[]
  /** By run id. */
  readonly files: ReadonlyMap<string, RunFile>
  /** What the sync does with the selected runs. */
  readonly entries: readonly Entry[]
}

/**
 * The versions of each model that are selected but not deployed on the branch yet, as text. Each of
 * them keeps one file of its model, so that the new deployment can start before the old one ends.
 *
 * A version that may never be deployed only counts if something points to it, an alias or a filter:
 * the file that it was to replace would be the last one. Otherwise, each version stands for itself.
 */
export function findPending(input: PendingInput): Map<string, Prose[]> {
  const { selection, runs, excluded, files } = input
  const isPointedTo = pointsToVersions(selection)
  const pending = new Map<string, Prose[]>()
  const add = ({ version }: Pick<SelectedRun, 'version'>, what: string): void => {
    const file = files.get(version.runId)
    const deployed = file && deployedIn(file.state, version.runId)
    if (deployed !== undefined && namesVersion(deployed, version)) return
    const versions = pending.get(version.name) ?? []
    pending.set(version.name, [...versions, prose`version ${version.version} ${own(what)}`])
  }
  for (const other of excluded) {
    if (other.exclusion === 'not-ready' || other.exclusion === 'too-young')
      add(other, 'has to be deployed first, which is not possible yet')
    if (other.exclusion === 'unusable' && isPointedTo) add(other, undeployable)
  }
  const outcomes = new Map(input.entries.map(({ path, outcome }) => [path, outcome]))
  for (const run of runs) {
    const outcome = outcomes.get(files.get(run.runId)?.path ?? null)
    if (outcome === 'created' || outcome === 'updated') add(run, 'has to be deployed first')
    const isLeftAlone = outcome === 'failed' || outcome === 'skipped' || outcome === 'held'
    if (isLeftAlone && isPointedTo) add(run, outcome === 'held' ? onHold : undeployable)
  }
  return pending
}

const undeployable = 'has to be deployed first, which failed'

const onHold = 'has to be deployed first, but is held'
