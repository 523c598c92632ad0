import { loggedModelIdOf } from '../artifacts.ts'
import { entryWithoutEdit, type DeployedVersion, type Entry } from '../entry.ts'
import type { Run, RunDetail, RunFacts } from '../model.ts'
import type { Removal } from '../removal.ts'
import type { ExcludedVersion, SelectedRun } from '../select.ts'
import { modelVersionUrl } from '../text/links.ts'
import { prose } from '../text/prose.ts'
import {
  type FileContent,
  type FileState,
  type ParsedValues,
  type RunFile,
} from '../values-file/file.ts'
import { describeFlaw } from '../values-file/flaw.ts'
import { refersTo } from '../values-file/references.ts'
import { updateValues } from '../values-file/update.ts'
import { failed, leaveAlone, protectionOf, skipped, type Decision } from './decision.ts'
import {
  deployedIn,
  findSuperseded,
  namesVersion,
  type Deployed,
  type SupersededContext,
} from './deployed.ts'
import { describeMove } from './moved-artifacts.ts'
import { ownedValues, renderFile, type TemplateFile } from './new-file.ts'
import { keepDeleted } from './removed-file.ts'

export type RunInput = {
  readonly selected: SelectedRun
  readonly file: RunFile
  /** Undefined if the file is left alone regardless of what MLflow says. */
  readonly facts: RunFacts | undefined
}

/** What all runs of a target have in common. */
export type PlanContext = SupersededContext & {
  /** Commit that was read. Warnings point to it for content that a sync overwrites. */
  readonly head: string
  /** Called only for files that are rendered from it. */
  readonly template: () => TemplateFile
  /** What the files of the target's directory deploy. */
  readonly deployed: Deployed
  /** By path: files that do not exist because a person deleted them, or that may not. */
  readonly removals: ReadonlyMap<string, Removal>
  /** Name of the target. */
  readonly target: string
  /** Base URL of MLflow's UI, for links. */
  readonly uiUrl: string
}

/** Why a run that MLflow does not find is skipped. */
export const missingRun = prose`MLflow no longer has the run (or does not show it to this user)`

/** Decides what happens to the file of one run. */
export function planRun(input: RunInput, context: PlanContext): Entry {
  const { selected, file, facts } = input
  const { name, version } = selected.version
  const decision = decide(input, context)
  const previous =
    decision.outcome === 'created'
      ? findSuperseded(selected, context.deployed, context)
      : deployedIn(file.state, selected.runId)
  const record = {
    path: file.path,
    outcome: decision.outcome,
    runId: selected.runId,
    experimentId: facts?.run.kind === 'found' ? facts.run.run.experimentId : null,
    modelName: name,
    modelVersion: version,
    previousVersion: versionNumberIn(previous),
    url: modelVersionUrl(context.uiUrl, name, version),
    reason: null,
    target: context.target,
  }
  if (!('after' in decision)) {
    return entryWithoutEdit({ ...record, reason: decision.reason }, decision.location)
  }
  const { before, after, warning } = decision
  const { path, executable } = file
  const edit = { path, before, after, executable }
  return { ...record, edit, previous, withheld: undefined, warning, location: undefined }
}

function versionNumberIn(deployed: DeployedVersion | undefined): string | null {
  return deployed === undefined || deployed.modelVersion === '' ? null : deployed.modelVersion
}

function decide({ selected, file, facts }: RunInput, context: PlanContext): Decision {
  const { state } = file
  const protection = protectionOf(file, selected.runId, context.selection.models)
  if (protection !== undefined) return protection
  if (facts === undefined) throw new Error(`the facts of run ${selected.runId} were not read`)
  if (facts.run.kind === 'missing') {
    return skipped(missingRun)
  }
  if (facts.run.kind === 'failed') return failed(facts.run.reason)
  const { run } = facts.run
  if (run.lifecycle === 'deleted') return skipped(prose`the run is deleted in MLflow`)
  if (state.kind === 'values') return planUpdate({ selected, file, facts }, run, state)
  const removal = context.removals.get(file.path)
  const kept = removal && keepDeleted(removal, selected.runId, selected.version)
  if (kept !== undefined) return kept
  return planNewContent({ selected, file, facts }, run, context)
}

/** What has to be read of a run; undefined if its file is left alone regardless of what MLflow says. */
export function detailNeeded(state: FileState): RunDetail | undefined {
  switch (state.kind) {
    case 'absent':
    case 'damaged':
      return 'full'
    case 'values':
      return 'basic'
    default:
      return undefined
  }
}

function planUpdate(
  { selected, file, facts }: RunInput & { readonly facts: RunFacts },
  run: Run,
  { text, values }: Extract<FileContent, { kind: 'values' }>,
): Decision {
  const { version, runId } = selected
  const current = deployedIn(file.state, runId)
  const isSameVersion = current !== undefined && namesVersion(current, version)
  const { source } = facts.artifacts
  if (!source.ok && !isSameVersion) return failed(prose`not changed: ${source.problem}`)
  // The logged model of a version never changes, so it need not be known for the same version.
  const modelId = source.ok ? loggedModelIdOf(facts.artifacts) : values.owned.modelid
  if (modelId === undefined && losesModelId(values)) {
    return failed(
      prose`not changed: \`${version.name}\` version ${version.version} has no logged model, but the file refers to \`.Values.global.modelid\`. Delete the file and run once with the input \`recreate\`, or correct its paths.`,
      { path: file.path, line: undefined },
    )
  }
  const update = updateValues(values, ownedValues(selected, run, modelId))
  if (update.kind === 'rejected') return leaveAlone(file.path, update)
  if (update.kind === 'unchanged') return { outcome: 'unchanged', reason: null }
  const move = isSameVersion ? undefined : describeMove(facts, run, text)
  const warning =
    move &&
    prose`\`${file.path}\` now names \`${version.name}\` version ${version.version}, ${move}`
  return { outcome: 'updated', before: text, after: update.text, warning }
}

function losesModelId({ text, owned }: ParsedValues): boolean {
  return (owned.modelid ?? '') !== '' && refersTo(text, 'modelid')
}

/** Renders the template for a new file, or to replace a damaged one. */
function planNewContent(
  { selected, file, facts }: RunInput & { readonly facts: RunFacts },
  run: Run,
  { template, head }: PlanContext,
): Decision {
  const { path, state } = file
  const rendered = renderFile(selected, run, facts, template())
  if (!rendered.ok) return failed(rendered.reason, rendered.location)
  const after = rendered.text
  return state.kind === 'damaged'
    ? {
        outcome: 'updated',
        before: state.text,
        after,
        warning: prose`\`${path}\` was damaged (${describeFlaw(state)}) and was rendered again from the template. The old file is in commit \`${head}\`.`,
      }
    : { outcome: 'created', before: undefined, after, warning: undefined }
}

/** Entries of versions that get no file. */
export function excludedEntries(
  excluded: readonly ExcludedVersion[],
  { target, uiUrl }: Pick<PlanContext, 'target' | 'uiUrl'>,
): Entry[] {
  return excluded.map(({ version: { name, version, runId }, outcome, reason }) =>
    entryWithoutEdit({
      path: null,
      outcome,
      runId: runId || null,
      experimentId: null,
      modelName: name || null,
      modelVersion: version || null,
      previousVersion: null,
      url: name === '' ? null : modelVersionUrl(uiUrl, name, version),
      reason,
      target,
    }),
  )
}
