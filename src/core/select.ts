import type { NameMatcher, PositivePattern } from './glob.ts'
import { versionKey, type ModelVersion, type ModelAliases } from './model.ts'
import { compareText } from './text/format.ts'
import { prose, type Prose } from './text/prose.ts'
import { isRunId } from './values-file/file.ts'

/** Which model versions are deployed. */
export type Selection = {
  /** Matches the names of registered models. */
  readonly models: NameMatcher
  /** The input `models` as it was written, for the log. */
  readonly modelLines: readonly string[]
  /** The patterns of `models` that include, so that one that matches nothing can be named. */
  readonly modelPatterns: readonly PositivePattern[]
  /** Only versions with one of these aliases; empty means any version. */
  readonly aliases: readonly string[]
  /** MLflow model-version filter, passed through unchanged. */
  readonly filter: string | undefined
  /** MLflow run filter that the training run must match, passed through unchanged. */
  readonly runFilter: string | undefined
  /** Versions younger than this are ignored. */
  readonly minimumAgeMs: number
}

/**
 * Whether something that people move points to the versions to deploy. Otherwise every version is
 * deployed, and none replaces another one.
 */
export function pointsToVersions({ aliases, filter }: Selection): boolean {
  return aliases.length > 0 || filter !== undefined
}

/** A run with the one version that its file describes. */
export type SelectedRun = { readonly runId: string; readonly version: ModelVersion }

/** Why a version that matches `models` and `aliases` gets no file. */
export type Exclusion =
  /** Not yet; its file and those that it will replace stay. */
  | 'not-ready'
  | 'too-young'
  /** Its file stays: what MLflow says is incomplete. */
  | 'unusable'
  /** The file of its run is not about it. */
  | 'superseded'
  /** The selection rejects it, so prune may delete its file. */
  | 'run-filter'

export type ExcludedVersion = {
  readonly version: ModelVersion
  readonly exclusion: Exclusion
  readonly outcome: 'skipped' | 'failed'
  readonly reason: Prose
}

/** MLflow stores the prompts of its prompt registry as model versions with this tag. */
const promptTag = 'mlflow.prompt.is_prompt'

/** Prompts are not models. */
export function isPrompt({ tags }: ModelVersion): boolean {
  return tags[promptTag] !== undefined
}

/** Applies a selection to versions, keeping their order. `now` is in milliseconds since 1970. */
export function selectVersions(
  versions: readonly ModelVersion[],
  selection: Selection,
  now: number,
): { selected: ModelVersion[]; excluded: ExcludedVersion[] } {
  const selected: ModelVersion[] = []
  const excluded: ExcludedVersion[] = []
  for (const version of versions) {
    // A version without a readable name may belong to any model.
    if (isPrompt(version) || (version.name !== '' && !selection.models(version.name))) continue
    if (!hasAlias(version, selection.aliases)) continue
    const exclusion = exclude(version, selection, now)
    if (exclusion === undefined) selected.push(version)
    else excluded.push({ version, ...exclusion })
  }
  return { selected, excluded }
}

function hasAlias(version: ModelVersion, aliases: readonly string[]): boolean {
  return aliases.length === 0 || version.aliases.some((alias) => aliases.includes(alias))
}

function exclude(
  { problem, status, creationTime }: ModelVersion,
  { minimumAgeMs }: Selection,
  now: number,
): Omit<ExcludedVersion, 'version'> | undefined {
  if (problem !== undefined) return { exclusion: 'unusable', outcome: 'failed', reason: problem }
  if (status !== undefined && status !== 'READY') {
    const reason = prose`its status is \`${status}\`, not \`READY\``
    const exclusion = status.startsWith('PENDING') ? 'not-ready' : 'unusable'
    return { exclusion, outcome: 'skipped', reason }
  }
  // Without a minimum age, negative ages are accepted: the server's clock may be ahead.
  if (minimumAgeMs > 0 && now - creationTime < minimumAgeMs) {
    const reason = prose`it is younger than \`minimum-age\``
    return { exclusion: 'too-young', outcome: 'skipped', reason }
  }
  return undefined
}

/**
 * Chooses one version for each run: the newest by creation time, then the higher version number,
 * then the first model name in ascending order. MLflow accepts any text as the run id of a version,
 * so run ids are validated here.
 */
export function chooseVersionPerRun(versions: readonly ModelVersion[]): {
  runs: SelectedRun[]
  excluded: ExcludedVersion[]
} {
  const usable: ModelVersion[] = []
  const excluded: ExcludedVersion[] = []
  for (const version of versions) {
    const { runId } = version
    if (runId === '') {
      const reason = prose`MLflow names no run for this version`
      excluded.push({ version, exclusion: 'unusable', outcome: 'skipped', reason })
    } else if (!isRunId(runId)) {
      const reason = prose`its \`run_id\` is not a valid MLflow run id and would be an unsafe file name. Register the model again from a run of MLflow.`
      excluded.push({ version, exclusion: 'unusable', outcome: 'failed', reason })
    } else {
      usable.push(version)
    }
  }
  const byRun = Map.groupBy(usable, ({ runId }) => runId)
  const runs = [...byRun].map(([runId, candidates]): SelectedRun => {
    const version = candidates.reduce((best, other) => (isNewer(other, best) ? other : best))
    for (const loser of losersOf(version, candidates)) excluded.push(loser)
    return { runId, version }
  })
  return { runs: runs.sort((a, b) => compareText(a.runId, b.runId)), excluded }
}

/** Versions of other models; older versions of the same model are normal. */
function losersOf(winner: ModelVersion, candidates: readonly ModelVersion[]): ExcludedVersion[] {
  const reason = prose`\`${winner.name}\` version ${winner.version} registers the same run and takes precedence`
  return candidates
    .filter(({ name }) => name !== winner.name)
    .map((version): ExcludedVersion => ({
      version,
      exclusion: 'superseded',
      outcome: 'skipped',
      reason,
    }))
}

/** Whether a version takes precedence over another one of the same run. */
export function isNewer(a: ModelVersion, b: ModelVersion): boolean {
  if (a.creationTime !== b.creationTime) return a.creationTime > b.creationTime
  const byNumber = Number(a.version) - Number(b.version)
  if (byNumber !== 0 && !Number.isNaN(byNumber)) return byNumber > 0
  return compareText(a.name, b.name) < 0
}

/** Adds the aliases of registered models to any that a server already sends with the versions. */
export function addAliases(
  versions: readonly ModelVersion[],
  models: readonly ModelAliases[],
): ModelVersion[] {
  const byVersion = new Map<string, string[]>()
  for (const { name, aliases } of models) {
    for (const { alias, version } of aliases) {
      const key = versionKey({ name, version })
      byVersion.set(key, [...(byVersion.get(key) ?? []), alias])
    }
  }
  return versions.map((version) => ({
    ...version,
    aliases: [
      ...new Set([...version.aliases, ...(byVersion.get(versionKey(version)) ?? [])]),
    ].sort(),
  }))
}
