import type { BranchSnapshot } from '../core/branch.ts'
import type { Clock, Stopwatch } from '../core/runtime.ts'
import type { Target } from '../core/target.ts'
import { plural } from '../core/text/format.ts'
import type { Repository } from '../github/repository.ts'
import type { Registry } from '../mlflow/registry.ts'
import type { SelectedTarget } from './read-files.ts'
import { readSelection } from './read-selection.ts'

export type ReadOptions = {
  readonly repository: Repository
  /** Ends the requests to GitHub that are under way, because nothing depends on them any more. */
  readonly abandonGitHub: () => void
  /** Undefined: the repository's default branch. */
  readonly branch: string | undefined
  readonly targets: readonly Target[]
  readonly clock: Clock
  readonly stopwatch: Stopwatch
  readonly info: (line: string) => void
}

/** A push in the meantime costs an attempt, and to read the branch again costs one request. */
const maxSnapshotAgeMs = 30_000

/**
 * Reads MLflow and the branch. If MLflow fails, its error is the one to report, whatever GitHub says;
 * an error of GitHub is left to the first attempt.
 *
 * @returns `readBranch`, which later attempts call to read the branch again.
 */
export async function readServers(options: ReadOptions, registry: Registry) {
  const { repository, stopwatch, abandonGitHub, clock } = options
  const startedAt = clock.now()
  const read = () =>
    stopwatch.measure('read GitHub', () => repository.readBranch(branchQuery(options)))
  const selecting = stopwatch.measure('read MLflow', () => selectRuns(options, registry))
  const reading = read()
  const ended = Promise.allSettled([reading])
  let early: Promise<BranchSnapshot> | undefined = reading
  const readBranch = (): Promise<BranchSnapshot> => {
    const snapshot = early ?? read()
    early = undefined
    return snapshot
  }
  try {
    const selected = await selecting
    if (clock.now() - startedAt > maxSnapshotAgeMs) early = undefined
    return { targets: selected, readBranch }
  } catch (error) {
    abandonGitHub()
    await ended
    throw error
  }
}

async function selectRuns(
  { targets, clock, info }: ReadOptions,
  registry: Registry,
): Promise<SelectedTarget[]> {
  const selectedTargets: SelectedTarget[] = []
  for (const target of targets) {
    const selected = await readSelection(registry, target.selection, clock.now())
    const prefix = targets.length > 1 ? `${target.name}: ` : ''
    info(
      `${prefix}MLflow lists ${plural(selected.listed.length, 'model version')}; ${plural(selected.runs.length, 'run')} selected`,
    )
    selectedTargets.push({ target, selected })
  }
  return selectedTargets
}

export function branchQuery({ branch, targets }: Pick<ReadOptions, 'branch' | 'targets'>) {
  return {
    branch,
    directories: targets.map(({ directory }) => directory),
    files: targets.flatMap(({ template }) => (template === undefined ? [] : [template])),
  }
}
