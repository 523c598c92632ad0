import { parentOf, type BranchSnapshot } from '../core/branch.ts'
import type { Clock, Stopwatch } from '../core/runtime.ts'
import type { Target } from '../core/target.ts'
import { plural } from '../core/text/format.ts'
import { prose } from '../core/text/prose.ts'
import type { BranchFile } from '../github/branch-file.ts'
import { branchMoved } from '../github/errors.ts'
import type { Repository } from '../github/repository.ts'
import type { Registry } from '../mlflow/registry.ts'
import { readSelections, type SelectedTarget } from './read-selection.ts'
import { readTargets, type TargetSource } from './read-targets.ts'
import { describeTarget, type FailedTarget } from './targets.ts'

export type ReadOptions = TargetSource & {
  readonly repository: Repository
  /** Ends the requests to GitHub that are under way, because nothing depends on them any more. */
  readonly abandonGitHub: () => void
  /** Undefined: the repository's default branch. */
  readonly branch: string | undefined
  readonly clock: Clock
  readonly stopwatch: Stopwatch
  readonly info: (line: string) => void
}

/** What both servers say before contents are read. */
export type ServerState = SelectedTargets & { readonly snapshot: BranchSnapshot }

type SelectedTargets = {
  readonly targets: readonly Target[]
  readonly selected: readonly SelectedTarget[]
  /** Targets whose selection MLflow rejected. */
  readonly failed: readonly FailedTarget[]
}

type Known = SelectedTargets & { readonly configOid: string | undefined }

/** A push in the meantime costs an attempt, and to read the branch again costs one request. */
const maxSnapshotAgeMs = 30_000

/**
 * Returns a function that reads the targets, and then MLflow and the branch at the same time. Called
 * again, it only reads the branch again, unless somebody has changed the configuration. If MLflow fails,
 * its error is the one to report, whatever GitHub says.
 *
 * @param onBranch called as soon as the branch is known, so that an error can name it.
 */
export function createServerReader(
  options: ReadOptions,
  registry: Registry,
  onBranch: (branch: Pick<BranchFile, 'repository' | 'branch'>) => void,
): () => Promise<ServerState> {
  const { repository, stopwatch, config, branch } = options
  const readBranch = (targets: readonly Target[]): Promise<BranchSnapshot> =>
    stopwatch.measure('read GitHub', () =>
      repository.readBranch(branchQuery({ branch, config, targets })),
    )
  let known: Known | undefined
  return async () => {
    let snapshot: BranchSnapshot
    if (known === undefined) {
      const { targets, configOid } = await stopwatch.measure('read GitHub', () =>
        readTargets(options, repository, branch, onBranch),
      )
      if (config !== undefined) for (const target of targets) options.info(describeTarget(target))
      const read = await readBoth(options, registry, targets, () => readBranch(targets))
      snapshot = await read.snapshot
      known = { targets, configOid, ...read.selection }
    } else {
      snapshot = await readBranch(known.targets)
    }
    onBranch(snapshot)
    if (config !== undefined && snapshot.files.get(config) !== known.configOid) {
      known = undefined
      throw branchMoved(prose`while its configuration was read`)
    }
    return { ...known, snapshot }
  }
}

async function readBoth(
  options: ReadOptions,
  registry: Registry,
  targets: readonly Target[],
  readBranch: () => Promise<BranchSnapshot>,
): Promise<{ selection: Omit<SelectedTargets, 'targets'>; snapshot: Promise<BranchSnapshot> }> {
  const { stopwatch, abandonGitHub, clock } = options
  const selecting = stopwatch.measure('read MLflow', () => selectRuns(options, registry, targets))
  const reading = readBranch()
  let readAt = Infinity
  const ended = reading.then(
    () => (readAt = clock.now()),
    () => undefined,
  )
  try {
    const selection = await selecting
    const isOutdated = clock.now() - readAt > maxSnapshotAgeMs
    return { selection, snapshot: isOutdated ? readBranch() : reading }
  } catch (error) {
    abandonGitHub()
    await ended
    throw error
  }
}

async function selectRuns(
  { clock, info }: ReadOptions,
  registry: Registry,
  targets: readonly Target[],
): Promise<Omit<SelectedTargets, 'targets'>> {
  const { selected, failed } = await readSelections(registry, targets, clock.now())
  for (const { target, selected: selection } of selected) {
    const prefix = targets.length > 1 ? `${target.name}: ` : ''
    info(
      `${prefix}MLflow lists ${plural(selection.listed.length, 'model version')}; ${plural(selection.runs.length, 'run')} selected`,
    )
  }
  return { selected, failed }
}

export function branchQuery({
  branch,
  config,
  targets,
}: Pick<ReadOptions, 'branch' | 'config'> & { readonly targets: readonly Target[] }) {
  return {
    branch,
    directories: targets.flatMap(({ directory, valuesSchema }) =>
      valuesSchema === undefined ? [directory] : [directory, parentOf(valuesSchema)],
    ),
    files: [config ?? [], ...targets.map(({ template }) => template ?? [])].flat(),
  }
}
