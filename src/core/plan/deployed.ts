import type { DeployedVersion } from '../entry.ts'
import { versionKey, type ModelVersion } from '../model.ts'
import { pointsToVersions, type SelectedRun, type Selection } from '../select.ts'
import type { FileState, OwnedTexts, RunFile } from '../values-file/file.ts'
import { timestampOf } from '../values-file/owned.ts'

/** The versions that the files of a directory deploy, by model name. */
export type Deployed = ReadonlyMap<string, readonly DeployedVersion[]>

export function findDeployed(
  files: ReadonlyMap<string, RunFile>,
  currentName: (version: DeployedVersion) => string,
): Deployed {
  const versions = [...files].flatMap(([runId, { state }]) => {
    const version = deployedIn(state, runId)
    return version === undefined || version.modelName === ''
      ? []
      : [{ ...version, modelName: currentName(version) }]
  })
  return Map.groupBy(versions, ({ modelName }) => modelName)
}

/**
 * Returns a function that finds the name that the model of a file has now. If it was renamed, its
 * version is listed with the same run, number and date under the new name.
 */
export function createNameLookup(
  listed: readonly ModelVersion[],
): (version: DeployedVersion) => string {
  const byRun = Map.groupBy(listed, ({ runId }) => runId)
  return ({ runId, modelName, modelVersion, timestamp }) => {
    const candidates = (byRun.get(runId) ?? []).filter(
      ({ version, creationTime }) =>
        version === modelVersion && String(timestampOf(creationTime)) === timestamp,
    )
    const isCurrent = candidates.some(({ name }) => name === modelName)
    return isCurrent ? modelName : (candidates[0]?.name ?? modelName)
  }
}

/** The version that a run's file deploys; undefined if the file is about another run. */
export function deployedIn(state: FileState, runId: string): DeployedVersion | undefined {
  const owned = ownedIn(state)
  if (owned === undefined || (owned.runid ?? runId) !== runId) return undefined
  const { modelName = '', modelVersion = '', timestamp = '' } = owned
  return { runId, modelName, modelVersion, timestamp }
}

/** Whether a file belongs to the action: it names the run that it is named after. */
export function isOwned(state: FileState, runId: string): boolean {
  return ownedIn(state)?.runid === runId
}

function ownedIn(state: FileState): OwnedTexts | undefined {
  if (state.kind === 'values') return state.values.owned
  return state.kind === 'held' ? state.owned : undefined
}

export type SupersededContext = {
  readonly selection: Selection
  readonly selectedRunIds: ReadonlySet<string>
  /** Keys of all versions that MLflow listed. */
  readonly listedKeys: ReadonlySet<string>
}

/**
 * The version of the same model that a new file supersedes. If an alias or a filter points to the
 * versions to deploy, that is the newest one that is no longer selected; it may be newer than the
 * file's. Otherwise it is the newest one that is older.
 */
export function findSuperseded(
  { version }: SelectedRun,
  deployed: Deployed,
  { selection, selectedRunIds, listedKeys }: SupersededContext,
): DeployedVersion | undefined {
  const others = deployed.get(version.name) ?? []
  const replaced = pointsToVersions(selection)
    ? others.filter((other) => !selectedRunIds.has(other.runId))
    : []
  // The file of a version that MLflow no longer lists may have been there for a long time.
  const listed = replaced.filter(({ modelName, modelVersion }) =>
    listedKeys.has(versionKey({ name: modelName, version: modelVersion })),
  )
  const timestamp = String(timestampOf(version.creationTime))
  const own = { modelVersion: version.version, timestamp }
  const older = others.filter((other) => compareAge(other, own) < 0)
  return newest(listed) ?? newest(replaced) ?? newest(older)
}

function newest(versions: readonly DeployedVersion[]): DeployedVersion | undefined {
  const [first, ...rest] = versions
  return first && rest.reduce((best, other) => (compareAge(other, best) > 0 ? other : best), first)
}

type Age = Pick<DeployedVersion, 'timestamp' | 'modelVersion'>

/** Dates are compared first: a model that was registered anew counts its versions from 1 again. */
export function compareAge(a: Age, b: Age): number {
  return (
    Number(a.timestamp) - Number(b.timestamp) || Number(a.modelVersion) - Number(b.modelVersion)
  )
}

/** Whether a file names a version that is certainly older. */
export function isOlder(
  { modelName, modelVersion, timestamp }: DeployedVersion,
  { name, version, creationTime }: ModelVersion,
): boolean {
  const date = timestampOf(creationTime)
  if (modelName !== name) return timestamp !== '' && Number(timestamp) < date
  return Number(modelVersion) < Number(version) && Number(timestamp) <= date
}

/** Whether a file names exactly this version. */
export function namesVersion(
  { modelName, modelVersion }: DeployedVersion,
  { name, version }: Pick<ModelVersion, 'name' | 'version'>,
): boolean {
  return modelName === name && modelVersion === version
}

/** MLflow's version numbers are 64-bit integers from 1; it rejects questions about anything else. */
export function isVersionNumber(text: string): boolean {
  return /^[1-9]\d{0,17}$/.test(text)
}
