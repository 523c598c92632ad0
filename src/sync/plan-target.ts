import { setImmediate } from 'node:timers/promises'
import type { BranchSnapshot } from '../core/branch.ts'
import type { Plan } from '../core/changes.ts'
import type { Entry } from '../core/entry.ts'
import { versionKey, type RunFacts } from '../core/model.ts'
import { createNameLookup, findDeployed } from '../core/plan/deployed.ts'
import { limitDeletions, listsNothing, proposeDeletions } from '../core/plan/prune.ts'
import { excludedEntries, planRun, type PlanContext } from '../core/plan/run.ts'
import type { ReportProgress } from '../core/runtime.ts'
import type { SelectedRun } from '../core/select.ts'
import type { Target } from '../core/target.ts'
import { joinSentences } from '../core/text/prose.ts'
import type { RunFile } from '../core/values-file/file.ts'
import type { Repository } from '../github/repository.ts'
import { checkEntry } from '../values-schema/check-entry.ts'
import type { MlflowClient } from '../mlflow/client.ts'
import type { Registry } from '../mlflow/registry.ts'
import { createQuestions } from './ask-mlflow.ts'
import { createConfirmer, type Confirmer } from './confirm-changes.ts'
import { fileOf, readAllFiles, type LoadedTarget } from './read-files.ts'
import { isActive, type Removals, type TargetWithFacts } from './read-removals.ts'

/** What a sync would do in one target. */
export type TargetPlan = Pick<
  Plan,
  'entries' | 'blockedDeletions' | 'selectedRuns' | 'warnings' | 'error'
> & {
  readonly target: Target
  /** Whether MLflow lists no model version at all, which says nothing about any file. */
  readonly isBlind: boolean
}

export type TargetPlanOptions = {
  readonly mlflow: MlflowClient
  readonly repository: Repository
  readonly registry: Registry
  readonly snapshot: BranchSnapshot
  readonly removals: Removals
  /** Base URL of MLflow's UI, for links. */
  readonly uiUrl: string
  /** Aborted when the job is cancelled. */
  readonly signal: AbortSignal
}

/** Plans one target. */
export async function planTarget(
  loaded: TargetWithFacts,
  options: TargetPlanOptions,
): Promise<TargetPlan> {
  const { mlflow, registry, snapshot, removals, uiUrl } = options
  const { selected, template, facts } = loaded
  const { selection } = loaded.target
  const files = await readSuperseded(loaded, options)
  const confirmer = createConfirmer(createQuestions(mlflow, registry, selection), selected)
  const planned = await planRuns(loaded, facts, mlflow.progress, {
    head: snapshot.head,
    template: () => ({ template: template(), path: loaded.target.template }),
    deployed: findDeployed(files, createNameLookup(selected.listed)),
    selection,
    selectedRunIds: new Set(selected.runs.map(({ runId }) => runId)),
    listedKeys: new Set(selected.listed.map(versionKey)),
    removals,
    target: loaded.target.name,
    uiUrl,
    signal: options.signal,
  })
  const entries = [
    ...(await confirmer.downgrades(planned)),
    ...excludedEntries(selected.excluded, { target: loaded.target.name, uiUrl }),
  ]
  const pruned = await prune(confirmer, loaded, facts, entries, uiUrl)
  return {
    target: loaded.target,
    entries: replaceByPath(entries, pruned.entries),
    blockedDeletions: pruned.blockedDeletions,
    isBlind: listsNothing(selected.listed, selection),
    selectedRuns: selected.runs.length,
    warnings: [
      ...selected.gaps.map(({ message, advice = [] }) => joinSentences([message, advice])),
      ...entries.flatMap(({ warning }) => (warning === undefined ? [] : [warning])),
      ...pruned.warnings,
    ],
    error: pruned.error,
  }
}

/** The files of the target, and those that new ones may supersede. */
async function readSuperseded(
  loaded: TargetWithFacts,
  { repository, snapshot, removals }: TargetPlanOptions,
): Promise<ReadonlyMap<string, RunFile>> {
  const isNew = loaded.selected.runs.some(
    (selected) =>
      isAbsent(loaded, selected) &&
      isActive(loaded.facts.get(selected.runId)) &&
      !removals.has(fileOf(loaded, selected).path),
  )
  return isNew ? readAllFiles(repository, snapshot, loaded) : loaded.files
}

function isAbsent(target: LoadedTarget, selected: SelectedRun): boolean {
  return fileOf(target, selected).state.kind === 'absent'
}

/** Number of runs planned before the event loop gets a turn. */
const yieldEvery = 20

async function planRuns(
  target: LoadedTarget,
  facts: ReadonlyMap<string, RunFacts>,
  progress: ReportProgress,
  context: PlanContext & Pick<TargetPlanOptions, 'signal'>,
): Promise<Entry[]> {
  const entries: Entry[] = []
  const { runs } = target.selected
  const verb = runs.some((run) => isAbsent(target, run)) ? 'rendered' : 'compared'
  for (const [index, selected] of runs.entries()) {
    // Planning 1,000 files takes seconds; connections that end in the meantime must be handled.
    if (index % yieldEvery === 0) {
      progress(verb, index, runs.length, 'file')
      await setImmediate()
      context.signal.throwIfAborted()
    }
    const file = fileOf(target, selected)
    const entry = planRun({ selected, file, facts: facts.get(selected.runId) }, context)
    entries.push(validate(target, file, entry))
  }
  return entries
}

/** A file that its chart would reject is not written. */
function validate(
  { validator, target, template }: LoadedTarget,
  file: RunFile,
  entry: Entry,
): Entry {
  if (validator === undefined) return entry
  const isRendered = file.state.kind === 'absent' || file.state.kind === 'damaged'
  return checkEntry(entry, validator, () =>
    isRendered
      ? { kind: 'template', template: template(), path: target.template }
      : { kind: 'file' },
  )
}

/** Proposes the deletions of a target, has MLflow confirm them, and applies the limits. */
async function prune(
  confirmer: Confirmer,
  { target, selected, files }: LoadedTarget,
  facts: ReadonlyMap<string, RunFacts>,
  entries: readonly Entry[],
  uiUrl: string,
): Promise<Pick<TargetPlan, 'entries' | 'blockedDeletions' | 'warnings' | 'error'>> {
  if (target.prune === undefined) {
    return { entries: [], blockedDeletions: [], warnings: [], error: undefined }
  }
  const { selection, origins } = target
  const { maxDeletions } = target.prune
  const input = {
    ...selected,
    selection,
    facts,
    files,
    entries,
    maxDeletions,
    origins,
    uiUrl,
    target: target.name,
  }
  const proposed = proposeDeletions(input)
  const confirmed = await confirmer.deletions(proposed.deletions, maxDeletions)
  const limited = limitDeletions(confirmed, input)
  return {
    entries: [...proposed.kept, ...limited.entries],
    blockedDeletions: [...proposed.blocked, ...limited.blocked],
    warnings: [proposed.warning, limited.warning].filter((warning) => warning !== undefined),
    error: limited.error,
  }
}

/** A run has one entry, so prune's decision replaces the planned one. */
function replaceByPath(entries: readonly Entry[], decisions: readonly Entry[]): Entry[] {
  const paths = new Set(decisions.map(({ path }) => path))
  return [...entries.filter(({ path }) => path === null || !paths.has(path)), ...decisions]
}
