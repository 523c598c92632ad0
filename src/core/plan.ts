import { artifactsPath, loggedModelId } from './artifacts.ts'
import type { SelectedRun, ExcludedVersion } from './select.ts'
import type { Run, RunFacts, RunLookup } from './model.ts'
import type { NameMatcher } from './glob.ts'
import { modelVersionUrl } from './text/links.ts'
import { entryWithoutEdit, type Entry, type Outcome, type RunRecord } from './result.ts'
import type { Template } from './template/parse.ts'
import { renderTemplate } from './template/render.ts'
import {
  ownershipOf,
  readValues,
  type FileContent,
  type FileState,
  type ParsedValues,
  type RunFile,
} from './values-file/file.ts'
import { timestampOf, type OwnedValues } from './values-file/owned.ts'
import { updateValues } from './values-file/update.ts'

export type RunInput = {
  readonly selected: SelectedRun
  readonly file: RunFile
  /** Undefined when the file is left alone whatever MLflow says. */
  readonly facts: RunFacts | undefined
}

/** What all files of a target have in common. */
export type PlanContext = {
  /** Commit that was read: it holds what is overwritten. */
  readonly head: string
  /** The target's models. */
  readonly models: NameMatcher
  readonly template: Template
  /** Base URL of MLflow's UI, for links. */
  readonly uiUrl: string
}

/** Decides what happens to the file of one run. */
export function planRun(input: RunInput, context: PlanContext): Entry {
  const { state } = input.file
  const { facts } = input
  if (state.kind === 'blocked') return left(input, context, 'failed', state.reason)
  if (state.kind === 'held') {
    return left(input, context, 'held', 'the file has the comment "# mlflow-sync: hold"')
  }
  if (state.kind === 'wrong-shape')
    return left(input, context, 'failed', `not changed: ${state.problem}`)
  if (state.kind === 'values') {
    if (ownershipOf(state.values, input.selected.runId) === 'foreign') {
      return left(
        input,
        context,
        'failed',
        'not changed: global.runid names another run, so the file is not the action’s',
      )
    }
    const { modelName = '' } = state.values.owned
    // Two jobs that share a directory must not write over each other's choice for ever.
    if (modelName !== '' && !context.models(modelName)) {
      return left(
        input,
        context,
        'skipped',
        `the file is about model ${modelName}, which is not within models`,
      )
    }
  }
  if (facts === undefined || facts.run.kind === 'missing') {
    return left(
      input,
      context,
      'skipped',
      'MLflow no longer has the run (or does not show it to this user)',
    )
  }
  if (facts.run.kind === 'failed') return left(input, context, 'failed', facts.run.reason)
  const { run } = facts.run
  if (run.lifecycle === 'deleted') {
    return left(input, context, 'skipped', 'the run is deleted in MLflow')
  }
  return state.kind === 'values'
    ? planUpdate(input, context, state, run)
    : planNewText(input, context, state, facts, run)
}

function planUpdate(
  input: RunInput,
  context: PlanContext,
  state: Extract<FileContent, { kind: 'values' }>,
  run: Run,
): Entry {
  const update = updateValues(state.values, ownedValues(input.selected, run, state.values))
  if (update.kind === 'unchanged')
    return entryWithoutEdit(recordOf(input, context, 'unchanged', run))
  if (update.kind === 'refused')
    return left(input, context, 'failed', `not changed: ${update.problem}`)
  return change(input, context, 'updated', run, state.text, update.text)
}

function planNewText(
  input: RunInput,
  context: PlanContext,
  state: Extract<FileState, { kind: 'absent' | 'unparseable' }>,
  facts: RunFacts,
  run: Run,
): Entry {
  const text = newText(input.selected, context.template, facts, run)
  if (typeof text !== 'string') return left(input, context, 'failed', text.problem)
  if (state.kind === 'absent') return change(input, context, 'created', run, undefined, text)
  return {
    ...change(input, context, 'updated', run, state.text, text),
    warning: `${input.file.path} was not readable as YAML (${state.problem}) and is written anew from the template; the old file is in commit ${context.head}`,
  }
}

function newText(
  selected: SelectedRun,
  template: Template,
  facts: RunFacts,
  run: Run,
): string | { readonly problem: string } {
  const { source, loggedModel, experimentName, aliases } = facts
  if (!source.ok) return source
  const modelId = loggedModelId(source.source)
  const { version } = selected
  const rendered = renderTemplate(template, {
    version: { ...version, aliases },
    run,
    experimentName,
    modelId,
    artifacts: artifactsPath({
      version,
      run,
      resolvedSource: source.source,
      modelId,
      loggedModel,
    }),
  })
  if (!rendered.ok) return rendered
  const owned = { ...ownedValues(selected, run, undefined), modelid: modelId }
  const update = updateValues(readValues(rendered.text), owned)
  if (update.kind === 'refused') {
    return { problem: `the template can't take the owned values: ${update.problem}` }
  }
  return update.kind === 'updated' ? update.text : rendered.text
}

function ownedValues(
  selected: SelectedRun,
  run: Run,
  current: ParsedValues | undefined,
): OwnedValues {
  return {
    experimentId: run.experimentId,
    runid: selected.runId,
    // Which logged model a copy stems from may be out of sight: then the file's own word stays.
    modelid: selected.sourceUnresolved ? current?.owned.modelid : selected.modelId,
    timestamp: timestampOf(selected.version.creationTime),
    modelName: selected.version.name,
    modelVersion: selected.version.version,
  }
}

function change(
  input: RunInput,
  context: PlanContext,
  outcome: 'created' | 'updated',
  run: Run,
  before: string | undefined,
  after: string,
): Entry {
  const { path, executable } = input.file
  return {
    ...recordOf(input, context, outcome, run),
    edit: { path, before, after, executable },
    warning: undefined,
  }
}

function left(
  input: RunInput,
  context: PlanContext,
  outcome: 'failed' | 'held' | 'skipped',
  reason: string,
): Entry {
  const run = foundRun(input.facts?.run)
  return entryWithoutEdit(recordOf(input, context, outcome, run, reason))
}

function foundRun(lookup: RunLookup | undefined): Run | undefined {
  return lookup?.kind === 'found' ? lookup.run : undefined
}

function recordOf(
  { selected, file: { path, state } }: RunInput,
  { uiUrl }: PlanContext,
  outcome: Outcome,
  run: Run | undefined,
  reason: string | null = null,
): RunRecord {
  return {
    path,
    outcome,
    runId: selected.runId,
    experimentId: run?.experimentId ?? null,
    modelName: selected.version.name,
    modelVersion: selected.version.version,
    previousVersion: previousVersion(state),
    url: modelVersionUrl(uiUrl, selected.version.name, selected.version.version),
    reason,
  }
}

function previousVersion(state: FileState): string | null {
  if (state.kind === 'values') return state.values.owned.modelVersion ?? null
  return state.kind === 'held' ? (state.modelVersion ?? null) : null
}

/** Entries of versions that get no file, unless another version of the same run has one. */
export function excludedEntries(
  excluded: readonly ExcludedVersion[],
  runs: readonly SelectedRun[],
  uiUrl: string,
): Entry[] {
  const covered = new Set(runs.map(({ runId }) => runId))
  return excluded
    .filter(({ version }) => !covered.has(version.runId))
    .map(({ version, outcome, reason }) =>
      entryWithoutEdit({
        path: null,
        outcome,
        runId: version.runId === '' ? null : version.runId,
        experimentId: null,
        modelName: version.name,
        modelVersion: version.version,
        previousVersion: null,
        url: modelVersionUrl(uiUrl, version.name, version.version),
        reason,
      }),
    )
}
