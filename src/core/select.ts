import { loggedModelId } from './artifacts.ts'
import type { NameMatcher } from './glob.ts'
import type { ModelVersion } from './model.ts'
import { compareText } from './text/format.ts'
import { isRunId } from './values-file/file.ts'

/** Which model versions are deployed. */
export type Selection = {
  /** Matches the names of registered models. */
  readonly models: NameMatcher
  /** Only versions with one of these aliases; empty means any version. */
  readonly aliases: readonly string[]
  /** MLflow model-version filter, passed through unchanged. */
  readonly filter: string | undefined
  /** MLflow run filter that the training run must match, passed through unchanged. */
  readonly runFilter: string | undefined
  /** Versions younger than this are ignored. */
  readonly minimumAgeMs: number
}

/** A run with the one version that its file describes. */
export type SelectedRun = {
  readonly runId: string
  readonly version: ModelVersion
  /** The version's source with copies (`models:/name/1`) followed to their origin. */
  readonly source: string
  /** True if a copy's origin is not in the listing, so that only MLflow can resolve it. */
  readonly sourceUnresolved: boolean
  /** `m-…`; undefined if the version has no logged model. */
  readonly modelId: string | undefined
}

/** A version that matches `models` but gets no file. */
export type ExcludedVersion = {
  readonly version: ModelVersion
  readonly outcome: 'skipped' | 'failed'
  readonly reason: string
  /** Whether prune must keep the run's file, because the version is only excluded for now. */
  readonly protectsFile: boolean
}

/** MLflow stores the prompts of its prompt registry as model versions with this tag. */
const promptTag = 'mlflow.prompt.is_prompt'

/** Applies a selection to versions, keeping their order. `now` is in milliseconds since 1970. */
export function selectVersions(
  versions: readonly ModelVersion[],
  selection: Selection,
  now: number,
): { selected: ModelVersion[]; excluded: ExcludedVersion[] } {
  const selected: ModelVersion[] = []
  const excluded: ExcludedVersion[] = []
  for (const version of versions) {
    if (version.tags[promptTag] !== undefined || !selection.models(version.name)) continue
    if (!hasAlias(version, selection.aliases)) continue
    const reason = reasonToWait(version, selection, now)
    if (reason === undefined) selected.push(version)
    else excluded.push({ version, outcome: 'skipped', reason, protectsFile: true })
  }
  return { selected, excluded }
}

function hasAlias(version: ModelVersion, aliases: readonly string[]): boolean {
  return aliases.length === 0 || version.aliases.some((alias) => aliases.includes(alias))
}

function reasonToWait(
  version: ModelVersion,
  selection: Selection,
  now: number,
): string | undefined {
  if (version.status !== undefined && version.status !== 'READY') {
    return `its status is ${version.status}, not READY`
  }
  // Without a minimum age, negative ages are accepted: the server's clock may be ahead.
  if (selection.minimumAgeMs > 0 && now - version.creationTime < selection.minimumAgeMs) {
    return 'it is younger than minimum-age'
  }
  return undefined
}

/**
 * Chooses one version for each run: the newest by creation time, then the higher version number,
 * then the first model name in ascending order. MLflow accepts any text as the run id of a version,
 * so run ids are validated here.
 */
export function chooseVersionPerRun(
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
      const reason = 'its run_id is not a valid MLflow run id and would be an unsafe file name'
      excluded.push({ version, outcome: 'failed', reason, protectsFile: true })
    } else {
      const best = byRun.get(version.runId)
      if (best === undefined || takesPrecedence(version, best)) byRun.set(version.runId, version)
    }
  }
  const resolveSource = createSourceResolver(listed)
  const runs = [...byRun]
    .map(([runId, version]): SelectedRun => ({ runId, version, ...resolveSource(version) }))
    .sort((a, b) => compareText(a.runId, b.runId))
  return { runs, excluded }
}

function takesPrecedence(a: ModelVersion, b: ModelVersion): boolean {
  if (a.creationTime !== b.creationTime) return a.creationTime > b.creationTime
  const byNumber = Number(a.version) - Number(b.version)
  if (byNumber !== 0 && !Number.isNaN(byNumber)) return byNumber > 0
  return compareText(a.name, b.name) < 0
}

/** Longest chain of copies that is followed, so that a cycle ends. */
const maxCopies = 20

function createSourceResolver(listed: readonly ModelVersion[]) {
  const sources = new Map(
    listed.map((version) => [`${version.name}/${version.version}`, version.source]),
  )
  return (version: ModelVersion): Pick<SelectedRun, 'source' | 'sourceUnresolved' | 'modelId'> => {
    let source = version.source
    for (let step = 0; step < maxCopies; step += 1) {
      const original = /^models:\/([^]+\/\d+)$/.exec(source)?.[1]
      if (original === undefined) {
        return { source, sourceUnresolved: false, modelId: loggedModelId(source) }
      }
      const originalSource = sources.get(original)
      if (originalSource === undefined) break
      source = originalSource
    }
    return { source, sourceUnresolved: true, modelId: undefined }
  }
}
