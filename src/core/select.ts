import { loggedModelId } from './artifacts.ts'
import { compareText } from './text/format.ts'
import type { ModelVersion } from './model.ts'
import type { Selection } from './target.ts'
import { isRunId } from './values-file/file.ts'

/** The one version that a run's file is about. */
export type SelectedRun = {
  readonly runId: string
  readonly version: ModelVersion
  /** The version's source with copies (`models:/name/1`) followed to their origin. */
  readonly source: string
  /** True when a copy's origin is not in the listing: only MLflow can resolve it. */
  readonly sourceUnresolved: boolean
  /** `m-…`; undefined when the version has no logged model. */
  readonly modelId: string | undefined
}

/** A version that is within `models` and still gets no file. */
export type ExcludedVersion = {
  readonly version: ModelVersion
  readonly outcome: 'skipped' | 'failed'
  readonly reason: string
  /** Whether prune has to leave the run's file alone: the version is wanted, only not yet. */
  readonly protectsFile: boolean
}

/** MLflow's tag on what is really a prompt of the prompt registry. */
const promptTag = 'mlflow.prompt.is_prompt'

/** Applies a selection to versions, whose order stays; `now` in milliseconds since 1970. */
export function selectVersions(
  versions: readonly ModelVersion[],
  selection: Selection,
  now: number,
): { selected: ModelVersion[]; excluded: ExcludedVersion[] } {
  const selected: ModelVersion[] = []
  const excluded: ExcludedVersion[] = []
  for (const version of versions) {
    if (version.tags[promptTag] !== undefined || !selection.models(version.name)) continue
    if (!carriesAlias(version, selection.aliases)) continue
    const reason = notYet(version, selection, now)
    if (reason === undefined) selected.push(version)
    else excluded.push({ version, outcome: 'skipped', reason, protectsFile: true })
  }
  return { selected, excluded }
}

function carriesAlias(version: ModelVersion, aliases: readonly string[]): boolean {
  return aliases.length === 0 || version.aliases.some((alias) => aliases.includes(alias))
}

function notYet(version: ModelVersion, selection: Selection, now: number): string | undefined {
  if (version.status !== undefined && version.status !== 'READY') {
    return `its status is ${version.status}, not READY`
  }
  // Without a minimum age a server whose clock is ahead must not hide its newest versions.
  if (selection.minimumAgeMs > 0 && now - version.creationTime < selection.minimumAgeMs) {
    return 'it is younger than minimum-age'
  }
  return undefined
}

/**
 * One version for each run: the newest by creation time, then the higher number, then the model's
 * name in ascending order. MLflow does not check what is registered as a run id.
 */
export function chooseByRun(
  versions: readonly ModelVersion[],
  listed: readonly ModelVersion[],
): { runs: SelectedRun[]; excluded: ExcludedVersion[] } {
  const byRun = new Map<string, ModelVersion>()
  const excluded: ExcludedVersion[] = []
  for (const version of versions) {
    if (version.runId === '') {
      const reason = 'MLflow names no run for this version'
      excluded.push({ version, outcome: 'skipped', reason, protectsFile: true })
    } else if (!isRunId(version.runId)) {
      const reason = 'its run_id is no valid MLflow run id, and would make an unsafe file name'
      excluded.push({ version, outcome: 'failed', reason, protectsFile: true })
    } else {
      const rival = byRun.get(version.runId)
      if (rival === undefined || wins(version, rival)) byRun.set(version.runId, version)
    }
  }
  const resolve = sourceResolver(listed)
  const runs = [...byRun]
    .map(([runId, version]): SelectedRun => ({ runId, version, ...resolve(version) }))
    .sort((a, b) => compareText(a.runId, b.runId))
  return { runs, excluded }
}

function wins(a: ModelVersion, b: ModelVersion): boolean {
  if (a.creationTime !== b.creationTime) return a.creationTime > b.creationTime
  const byNumber = Number(a.version) - Number(b.version)
  if (byNumber !== 0 && !Number.isNaN(byNumber)) return byNumber > 0
  return compareText(a.name, b.name) < 0
}

/** A copy of a copy of a copy; MLflow itself resolves at the time of the copy. */
const longestChain = 20

function sourceResolver(listed: readonly ModelVersion[]) {
  const sources = new Map(listed.map((row) => [`${row.name}/${row.version}`, row.source]))
  return (version: ModelVersion): Pick<SelectedRun, 'source' | 'sourceUnresolved' | 'modelId'> => {
    let source = version.source
    for (let step = 0; step < longestChain; step += 1) {
      const copied = /^models:\/([^]+\/\d+)$/.exec(source)?.[1]
      if (copied === undefined) {
        return { source, sourceUnresolved: false, modelId: loggedModelId(source) }
      }
      const origin = sources.get(copied)
      if (origin === undefined) break
      source = origin
    }
    return { source, sourceUnresolved: true, modelId: undefined }
  }
}
