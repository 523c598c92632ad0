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

/**
 * Reads where artifacts are, by run id. Copies are followed in the listing where that is certain. The
 * rest takes a few batches, and one request for each copy of which only MLflow knows the origin.
 *
 * @param isFiltered whether MLflow has versions that the listing does not contain.
 */
export async function readArtifacts(
  registry: Registry,
  activeRuns: readonly ActiveRun[],
  listed: readonly ModelVersion[],
  isFiltered: boolean,
): Promise<Map<string, RunArtifacts>> {
  let located = locateAll(activeRuns, listed)
  const incomplete = located.filter(({ isIncomplete }) => isIncomplete)
  if (isFiltered && incomplete.length > 0) {
    const more = await registry.versionsOfRuns(incomplete.map(({ version }) => version.runId))
    located = locateAll(activeRuns, [...listed, ...more])
  }
  const asked = await askForSources(registry, located)
  const sourceOf = ({ source, runId }: Located): ResolvedSource =>
    asked.get(runId) ?? (source === undefined ? unknownSource : { ok: true, source })
  const models = await readLoggedModels(registry, located, sourceOf)
  const factsOf = (source: ResolvedSource): ArtifactFacts => ({
    source,
    loggedModel: source.ok ? models.get(loggedModelId(source.source) ?? '') : undefined,
  })
  return new Map(
    located.map((place) => [
      place.runId,
      {
        artifacts: factsOf(sourceOf(place)),
        previousArtifacts:
          place.previousSource === undefined
            ? undefined
            : factsOf({ ok: true, source: place.previousSource }),
      },
    ]),
  )
}

const unknownSource: ResolvedSource = {
  ok: false,
  problem: prose`the origin of its copy is not known`,
}

/** A run, and what the known versions say about its artifacts. */
type Located = {
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
  return activeRuns.map(({ selected: { runId, version }, run, state }) => {
    const deployed = deployedIn(state, runId)
    const isSame = deployed !== undefined && namesVersion(deployed, version)
    const previous =
      deployed === undefined || isSame
        ? undefined
        : byKey.get(versionKey({ name: deployed.modelName, version: deployed.modelVersion }))
    const { source, isCertain } = resolveCopies(version)
    const isKnown = deployed === undefined || isSame || previous !== undefined
    return {
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
 * Asks MLflow for the locations of copies, by run id, unless the known versions prove them or the file
 * already agrees with them.
 */
async function askForSources(
  registry: Registry,
  located: readonly Located[],
): Promise<Map<string, ResolvedSource>> {
  const confirmed = await confirmFiles(registry, located)
  const unknown = located.filter(({ runId, version, isSame, isCertain }) =>
    isSame ? isCopy(version.source) && !confirmed.has(runId) : !isCertain,
  )
  const answers = await mapConcurrently(
    unknown,
    maxConcurrentRequests,
    async ({ runId, version }): Promise<[string, ResolvedSource]> => [
      runId,
      await askForUri(registry, version),
    ],
    (done) => registry.progress('located', done, unknown.length, 'copied version'),
  )
  return new Map(answers)
}

/**
 * Ids of the runs whose files name the right logged model as far as can be seen without asking about
 * each: the file already names the version, whose logged model never changes, and the listing or the
 * logged models of the run agree with it.
 */
async function confirmFiles(
  registry: Registry,
  located: readonly Located[],
): Promise<ReadonlySet<string>> {
  const files = located.filter(({ isSame, version }) => isSame && isCopy(version.source))
  const unknown = files.filter(({ source }) => source === undefined)
  const modelsByRun = new Map<string, string[]>()
  if (unknown.length > 0) {
    const models = await registry.loggedModelsOfRuns(unknown.map(({ runId }) => runId))
    for (const { id, sourceRunId } of models.values()) {
      modelsByRun.set(sourceRunId, [...(modelsByRun.get(sourceRunId) ?? []), id])
    }
  }
  const isConfirmed = ({ runId, source, modelId = '' }: Located): boolean => {
    if (source !== undefined) return (loggedModelId(source) ?? '') === modelId
    const [only = '', ...others] = modelsByRun.get(runId) ?? []
    return others.length === 0 && only === modelId
  }
  return new Set(files.filter(isConfirmed).map(({ runId }) => runId))
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
