import { isProxied, loggedModelId } from '../core/artifacts.ts'
import { mapConcurrently } from '../core/concurrently.ts'
import { createCopyResolver, isCopy } from '../core/copies.ts'
import {
  versionKey,
  type ArtifactFacts,
  type LoggedModel,
  type ModelVersion,
  type ResolvedSource,
  type Run,
  type RunFacts,
} from '../core/model.ts'
import { deployedIn, namesVersion } from '../core/plan/deployed.ts'
import type { SelectedRun } from '../core/select.ts'
import { prose } from '../core/text/prose.ts'
import type { FileState } from '../core/values-file/file.ts'
import { maxConcurrentRequests } from '../mlflow/client.ts'
import type { Registry } from '../mlflow/registry.ts'
import { askForUri } from './ask-for-uri.ts'

/** A run that is active in MLflow, and its file. */
export type ActiveRun = {
  readonly selected: SelectedRun
  readonly run: Run
  readonly state: FileState
}

/** Where the artifacts of a run's selected version are, and of the version that its file names. */
export type RunArtifacts = Pick<RunFacts, 'artifacts' | 'previousArtifacts'>

/** Active runs of one target, and the versions that its listing contains. */
export type ActiveRuns = {
  readonly activeRuns: readonly ActiveRun[]
  readonly listed: readonly ModelVersion[]
  /** Whether MLflow has versions that the listing does not contain. */
  readonly isFiltered: boolean
}

/**
 * Reads where the artifacts of active runs are. Copies are followed in the listing where that is
 * certain. The rest takes a few batches for all targets together, and one request for each copy of which
 * only MLflow knows the origin.
 */
export async function readArtifacts(
  registry: Registry,
  targets: readonly ActiveRuns[],
): Promise<ReadonlyMap<ActiveRun, RunArtifacts>> {
  const all = await locateInTargets(registry, targets)
  const asked = await askForSources(registry, all)
  const sourceOf = (place: Located): ResolvedSource =>
    asked.get(place) ??
    (place.source === undefined ? unknownSource : { ok: true, source: place.source })
  const models = await readLoggedModels(registry, all, sourceOf)
  const factsOf = (source: ResolvedSource): ArtifactFacts => ({
    source,
    loggedModel: source.ok ? models.get(loggedModelId(source.source) ?? '') : undefined,
  })
  const artifactsOf = (place: Located): RunArtifacts => ({
    artifacts: factsOf(sourceOf(place)),
    previousArtifacts:
      place.previousSource === undefined
        ? undefined
        : factsOf({ ok: true, source: place.previousSource }),
  })
  return new Map(all.map((place) => [place.active, artifactsOf(place)]))
}

/** Looks in the listings first, and then asks for the versions that a filter may have hidden. */
async function locateInTargets(
  registry: Registry,
  targets: readonly ActiveRuns[],
): Promise<Located[]> {
  const located = targets.map((target) => {
    const places = locateAll(target.activeRuns, target.listed)
    const incomplete = target.isFiltered ? places.filter(({ isIncomplete }) => isIncomplete) : []
    return { target, places, runIds: incomplete.map(({ version }) => version.runId) }
  })
  const runIds = new Set(located.flatMap((own) => own.runIds))
  if (runIds.size === 0) return located.flatMap(({ places }) => places)
  const more = await registry.versionsOfRuns([...runIds])
  return located.flatMap(({ target: { activeRuns, listed }, ...own }) =>
    own.runIds.length === 0 ? own.places : locateAll(activeRuns, [...listed, ...more]),
  )
}

const unknownSource: ResolvedSource = {
  ok: false,
  problem: prose`the origin of its copy is not known`,
}

/** A run, and what the known versions say about its artifacts. */
type Located = {
  readonly active: ActiveRun
  readonly runId: string
  readonly version: ModelVersion
  readonly experimentId: string
  /** Undefined if only MLflow can tell. */
  readonly source: string | undefined
  readonly isCertain: boolean
  /** Whether the file already names this version. */
  readonly isSame: boolean
  readonly previousSource: string | undefined
  /** `global.modelid` of the file. */
  readonly modelId: string | undefined
  /** Whether a version that matters is not known. */
  readonly isIncomplete: boolean
}

function locateAll(
  activeRuns: readonly ActiveRun[],
  known: readonly ModelVersion[],
): readonly Located[] {
  const resolveCopies = createCopyResolver(known)
  const byKey = new Map(known.map((version) => [versionKey(version), version]))
  return activeRuns.map((active) => {
    const { selected, run, state } = active
    const { runId, version } = selected
    const deployed = deployedIn(state, runId)
    const isSame = deployed !== undefined && namesVersion(deployed, version)
    const previous =
      deployed === undefined || isSame
        ? undefined
        : byKey.get(versionKey({ name: deployed.modelName, version: deployed.modelVersion }))
    const { source, isCertain } = resolveCopies(version)
    const isKnown = deployed === undefined || isSame || previous !== undefined
    return {
      active,
      runId,
      version,
      experimentId: run.experimentId,
      source,
      isCertain,
      isSame,
      previousSource: previous?.runId === runId ? resolveCopies(previous).source : undefined,
      modelId: state.kind === 'values' ? state.values.owned.modelid : undefined,
      isIncomplete: source === undefined || !isKnown,
    }
  })
}

/**
 * Asks MLflow for the locations of copies, unless the known versions prove them or the file
 * already agrees with them.
 */
async function askForSources(
  registry: Registry,
  located: readonly Located[],
): Promise<Map<Located, ResolvedSource>> {
  const confirmed = await confirmFiles(registry, located)
  const unknown = located.filter((place) =>
    place.isSame ? isCopy(place.version.source) && !confirmed.has(place) : !place.isCertain,
  )
  const answers = await mapConcurrently(
    unknown,
    maxConcurrentRequests,
    async (place): Promise<[Located, ResolvedSource]> => [
      place,
      await askForUri(registry, place.version),
    ],
    (done) => registry.progress('located', done, unknown.length, 'copied version'),
  )
  return new Map(answers)
}

/**
 * Those whose files name the right logged model as far as can be seen without asking about
 * each: the file already names the version, whose logged model never changes, and the listing or the
 * logged models of the run agree with it.
 */
async function confirmFiles(
  registry: Registry,
  located: readonly Located[],
): Promise<ReadonlySet<Located>> {
  const files = located.filter(({ isSame, version }) => isSame && isCopy(version.source))
  const unknown = files.filter(({ source }) => source === undefined)
  const modelsByRun = new Map<string, string[]>()
  if (unknown.length > 0) {
    const models = await registry.loggedModelsOfRuns([
      ...new Set(unknown.map(({ runId }) => runId)),
    ])
    for (const { id, sourceRunId } of models.values()) {
      modelsByRun.set(sourceRunId, [...(modelsByRun.get(sourceRunId) ?? []), id])
    }
  }
  const isConfirmed = ({ runId, source, modelId = '' }: Located): boolean => {
    if (source !== undefined) return (loggedModelId(source) ?? '') === modelId
    const [only = '', ...others] = modelsByRun.get(runId) ?? []
    return others.length === 0 && only === modelId
  }
  return new Set(files.filter(isConfirmed))
}

/** Reads the logged models that a path may depend on: not for files that name the same version. */
async function readLoggedModels(
  registry: Registry,
  located: readonly Located[],
  sourceOf: (place: Located) => ResolvedSource,
): Promise<ReadonlyMap<string, LoggedModel>> {
  const ids = new Set<string>()
  const experimentIds = new Set<string>()
  for (const place of located.filter(({ isSame }) => !isSame)) {
    const resolved = sourceOf(place)
    for (const source of [resolved.ok ? resolved.source : undefined, place.previousSource]) {
      const id = source === undefined || isProxied(source) ? undefined : loggedModelId(source)
      if (id === undefined) continue
      ids.add(id)
      experimentIds.add(place.experimentId)
    }
  }
  return ids.size === 0 ? new Map() : registry.loggedModels([...ids], [...experimentIds])
}
