import { directoryAt, type BranchSnapshot } from '../core/branch.ts'
import type { Plan } from '../core/changes.ts'
import type { IndexFile } from '../core/index-file.ts'
import type { IndexLinks } from '../core/plan/index-page.ts'
import { updateIndexPages } from '../core/plan/index-pages.ts'
import { findUnknownRuns, type Recreate } from '../core/recreate.ts'
import { joinSentences, type Prose } from '../core/text/prose.ts'
import { planTarget, type TargetPlan, type TargetPlanOptions } from './plan-target.ts'
import { readFacts } from './read-facts.ts'
import { readFiles, type LoadedTarget } from './read-files.ts'
import type { RemovalReader } from './read-removals.ts'
import type { SelectedTarget } from './read-selection.ts'
import type { SchemaReader } from './read-schemas.ts'
import type { ReadOptions, ServerState } from './read-servers.ts'
import type { Registry } from '../mlflow/registry.ts'
import { joinTargetProblems, nameTarget, type FailedTarget } from './targets.ts'
import type { TemplateReader } from './templates.ts'

export type PlanOptions = Pick<ReadOptions, 'repository' | 'stopwatch' | 'info'> &
  Pick<TargetPlanOptions, 'mlflow' | 'uiUrl' | 'signal'> &
  IndexLinks & {
    /** `plan` writes nothing. */
    readonly mode: 'sync' | 'plan'
    readonly recreate: Recreate
    /** Whether MLflow is told where each version is deployed; never in a plan. */
    readonly writeBack: boolean
  }

/** What is read once, although several attempts need it. */
export type Readers = {
  readonly templates: TemplateReader
  readonly schemas: SchemaReader
  readonly readRemovals: RemovalReader
}

/** Reads what is still missing, and plans all targets. A target that fails leaves the others alone. */
export async function createPlan(
  options: PlanOptions,
  registry: Registry,
  { snapshot, targets, ...state }: ServerState,
  { templates, schemas, readRemovals }: Readers,
): Promise<Plan> {
  const { repository, stopwatch, mlflow, uiUrl, signal, info } = options
  const writesBack = options.writeBack && options.mode !== 'plan'
  for (const { directory } of targets) info(describeDirectory(snapshot, directory))
  const { possible, obstructed } = findObstructed(snapshot, state.selected)
  const { loaded, failed } = await stopwatch.measure('read GitHub', () =>
    readFiles(repository, snapshot, possible, templates, schemas, writesBack),
  )
  const failures = [...state.failed, ...obstructed, ...failed]
  const withFacts = await stopwatch.measure('read MLflow', () => readFacts(registry, loaded))
  const removals = await stopwatch.measure('read GitHub', () => readRemovals(snapshot, withFacts))
  return stopwatch.measure('plan', async () => {
    const plans: TargetPlan[] = []
    for (const target of withFacts) {
      const context = { mlflow, repository, registry, snapshot, removals, uiUrl, signal }
      plans.push(await planTarget(target, context))
    }
    const withheld = plans.flatMap(({ target, error: problem }) =>
      problem === undefined ? [] : [{ target, problem }],
    )
    const files = new Map(loaded.map(({ target, files: read }) => [target.name, read]))
    const indexes = indexesOf(loaded)
    const entries = plans.flatMap((plan) => plan.entries)
    const pages = updateIndexPages({ files, indexes, entries }, options)
    const ofTargets = plans.flatMap(({ target, warnings: own }) => {
      const { warning } = pages.get(target.name) ?? {}
      const all = warning === undefined ? own : [...own, warning]
      return targets.length > 1 ? all.map((text) => nameTarget(target, text)) : all
    })
    const warnings = [...warnAboutRecreate(options.recreate, state), ...ofTargets]
    const plan = {
      snapshot,
      targets,
      files,
      indexes,
      entries,
      extraFiles: [...pages.values()].flatMap(({ edit }) => edit ?? []),
      selectedRuns: plans.reduce((sum, { selectedRuns }) => sum + selectedRuns, 0),
      failedTargets: failures.map(({ target }) => target.name),
      blindTargets: plans.filter(({ isBlind }) => isBlind).map(({ target }) => target.name),
      blockedDeletions: plans.flatMap((plan) => plan.blockedDeletions),
    }
    if (options.mode !== 'plan') {
      const error = joinTargetProblems([...failures, ...withheld], targets)
      return { ...plan, error, warnings }
    }
    // A preview of too many deletions is not a failure.
    const preview = joinTargetProblems(withheld, targets)
    const warning = preview && joinSentences([preview.message, preview.advice ?? []])
    const error = joinTargetProblems(failures, targets)
    return { ...plan, error, warnings: [...warnings, ...(warning ? [warning] : [])] }
  })
}

/** A run may be one of a target whose selection is not known. */
function warnAboutRecreate(
  recreate: Recreate,
  { selected, failed }: Pick<ServerState, 'selected' | 'failed'>,
): Prose[] {
  if (failed.length > 0) return []
  const runs = selected.flatMap(({ selected: { runs } }) => runs)
  return findUnknownRuns(recreate, new Set(runs.map(({ runId }) => runId)))
}

function indexesOf(targets: readonly LoadedTarget[]): ReadonlyMap<string, IndexFile> {
  return new Map(
    targets.flatMap(({ target, index }): [string, IndexFile][] =>
      index === undefined ? [] : [[target.name, index]],
    ),
  )
}

/** Separates the targets whose directory cannot exist. */
function findObstructed(
  { obstacles }: BranchSnapshot,
  selected: readonly SelectedTarget[],
): { possible: SelectedTarget[]; obstructed: FailedTarget[] } {
  return {
    possible: selected.filter(({ target }) => !obstacles.has(target.directory)),
    obstructed: selected.flatMap(({ target }) => {
      const problem = obstacles.get(target.directory)
      return problem === undefined ? [] : [{ target, problem }]
    }),
  }
}

function describeDirectory(snapshot: BranchSnapshot, directory: string): string {
  const { repository, branch, head } = snapshot
  const { entries } = directoryAt(snapshot, directory)
  const place = directory === '' ? 'its root' : directory
  return `${repository} branch ${branch} is at ${head.slice(0, 8)}; entries in ${place}: ${entries.size}`
}
