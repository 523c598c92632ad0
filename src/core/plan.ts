import type { Candidate } from './candidate.ts'
import type { FileContent, FileState, ParsedValues } from './file-state.ts'
import type { NameMatcher } from './glob.ts'
import type { FileChange, Outcome, RunRecord } from './outcome.ts'
import type { Run } from './registry.ts'
import type { OwnedValues } from './values/owned.ts'
import { updateValues } from './values/update.ts'

/** What MLflow said of the run, as far as the plan needs it. */
export type RunAnswer =
  | { readonly kind: 'found'; readonly run: Run }
  | { readonly kind: 'missing' }
  | { readonly kind: 'failed'; readonly reason: string }

/** Text of a new file, or why there can be none. */
export type Rendered =
  | {
      readonly ok: true
      readonly text: string
      /** Of a copy too, whose origin MLflow had to tell. */
      readonly modelId: string | undefined
    }
  | { readonly ok: false; readonly problem: string }

export type PlannedRun = {
  readonly record: RunRecord
  readonly change?: FileChange
  /** Something that a person should know although the run did not fail. */
  readonly warning?: string
}

export type RunPlanInput = {
  readonly candidate: Candidate
  readonly path: string
  readonly state: FileState
  readonly answer: RunAnswer
  /** Commit that was read: it holds what is written over. */
  readonly head: string
  readonly url: string | null
  /** The models that this job is about. */
  readonly models: NameMatcher
  /** Makes the text of a new file, without its owned values. */
  readonly render: (candidate: Candidate, run: Run) => Rendered
}

/** Decides what happens to the file of one run. */
export function planRun(input: RunPlanInput): PlannedRun {
  const { state, answer } = input
  if (state.kind === 'blocked') return left(input, 'failed', state.reason)
  if (state.kind === 'held') {
    return left(input, 'held', 'the file has the comment "# mlflow-sync: hold"')
  }
  if (state.kind === 'wrong-shape') return left(input, 'failed', `not changed: ${state.problem}`)
  if (state.kind === 'values') {
    const other = otherRun(state.values, input.candidate.runId)
    if (other !== undefined) return left(input, 'failed', other)
    const { modelName = '' } = state.values.owned
    // Two jobs that share a directory must not write over each other's choice for ever.
    if (modelName !== '' && !input.models(modelName)) {
      return left(
        input,
        'skipped',
        `the file is about model ${modelName}, which is not within models`,
      )
    }
  }
  if (answer.kind === 'failed') return left(input, 'failed', answer.reason)
  if (answer.kind === 'missing') {
    return left(input, 'skipped', 'MLflow no longer has the run (or does not show it to this user)')
  }
  if (answer.run.lifecycle === 'deleted') {
    return left(input, 'skipped', 'the run is deleted in MLflow')
  }
  return state.kind === 'values'
    ? planUpdate(input, state, answer.run)
    : planNewText(input, state, answer.run)
}

/** The file's name says which run it is about; a file that says otherwise is not the action's. */
function otherRun(values: ParsedValues, runId: string): string | undefined {
  const named = values.owned.runid
  if (named === undefined || named === '' || named === runId) return undefined
  return 'not changed: global.runid names another run, so the file is not the action’s'
}

function planUpdate(
  input: RunPlanInput,
  state: Extract<FileContent, { kind: 'values' }>,
  run: Run,
): PlannedRun {
  const update = updateValues(state.values, ownedValues(input, run, state.values))
  if (update.kind === 'unchanged') return { record: recordOf(input, 'unchanged', run) }
  if (update.kind === 'refused') return left(input, 'failed', `not changed: ${update.problem}`)
  return change(input, 'updated', run, state.text, update.text)
}

function planNewText(
  input: RunPlanInput,
  state: Extract<FileState, { kind: 'absent' | 'unparseable' }>,
  run: Run,
): PlannedRun {
  const text = newText(input, run)
  if (typeof text !== 'string') return left(input, 'failed', text.problem)
  if (state.kind === 'absent') return change(input, 'created', run, null, text)
  return {
    ...change(input, 'updated', run, state.text, text),
    warning: `${input.path} was not readable as YAML (${state.problem}) and is written anew from the template; the old file is in commit ${input.head}`,
  }
}

function newText(input: RunPlanInput, run: Run): string | { readonly problem: string } {
  const rendered = input.render(input.candidate, run)
  if (!rendered.ok) return rendered
  const owned = { ...ownedValues(input, run, undefined), modelid: rendered.modelId }
  const update = updateValues(rendered.text, owned)
  if (update.kind === 'refused') {
    return { problem: `the template can't take the owned values: ${update.problem}` }
  }
  return update.kind === 'updated' ? update.text : rendered.text
}

function ownedValues(
  { candidate }: RunPlanInput,
  run: Run,
  current: ParsedValues | undefined,
): OwnedValues {
  return {
    experimentId: run.experimentId,
    runid: candidate.runId,
    // Which logged model a copy stems from may be out of sight: then the file's own word stays.
    modelid: candidate.sourceUnresolved ? current?.owned.modelid : candidate.modelId,
    timestamp: utcDate(candidate.version.creationTime),
    modelName: candidate.version.name,
    modelVersion: candidate.version.version,
  }
}

/** `20240131` for a moment in milliseconds. */
export function utcDate(ms: number): number {
  return Number(new Date(ms).toISOString().slice(0, 10).replaceAll('-', ''))
}

function change(
  input: RunPlanInput,
  outcome: 'created' | 'updated',
  run: Run,
  before: string | null,
  after: string,
): PlannedRun {
  const record = recordOf(input, outcome, run)
  return { record, change: { record: { ...record, path: input.path, outcome }, before, after } }
}

function left(
  input: RunPlanInput,
  outcome: 'failed' | 'held' | 'skipped',
  reason: string,
): PlannedRun {
  return {
    record: recordOf(input, outcome, foundRun(input.answer), reason),
  }
}

function foundRun(answer: RunAnswer): Run | undefined {
  return answer.kind === 'found' ? answer.run : undefined
}

function recordOf(
  { candidate, path, state, url }: RunPlanInput,
  outcome: Outcome,
  run: Run | undefined,
  reason: string | null = null,
): RunRecord {
  return {
    path,
    outcome,
    runId: candidate.runId,
    experimentId: run?.experimentId ?? null,
    modelName: candidate.version.name,
    modelVersion: candidate.version.version,
    previousVersion: previousVersion(state),
    url,
    reason,
  }
}

function previousVersion(state: FileState): string | null {
  if (state.kind === 'values') return state.values.owned.modelVersion ?? null
  return state.kind === 'held' ? (state.modelVersion ?? null) : null
}
