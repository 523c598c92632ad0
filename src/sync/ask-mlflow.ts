import type { DeployedVersion } from '../core/entry.ts'
import { MlflowError } from '../core/errors.ts'
import { versionKey, type ModelVersion, type RegisteredModel } from '../core/model.ts'
import { isVersionNumber } from '../core/plan/deployed.ts'
import { addAliases, selectVersions, type Selection } from '../core/select.ts'
import type { MlflowClient } from '../mlflow/client.ts'
import type { Registry } from '../mlflow/registry.ts'
import { filterRuns, readRun } from '../mlflow/runs.ts'
import { listModelVersions, readModelVersion, readRegisteredModel } from '../mlflow/versions.ts'

/** What is needed to ask MLflow about single versions and runs anew, whatever the listing said. */
export type Questions = {
  readonly client: MlflowClient
  readonly registry: Registry
  readonly selection: Selection
  /** The current state of a registered model; undefined if it does not exist. Read once. */
  readonly model: (name: string) => Promise<RegisteredModel | undefined>
}

export function createQuestions(
  client: MlflowClient,
  registry: Registry,
  selection: Selection,
): Questions {
  const models = new Map<string, Promise<RegisteredModel | undefined>>()
  return {
    client,
    registry,
    selection,
    model: (name) => {
      const model = models.get(name) ?? readRegisteredModel(client, name)
      models.set(name, model)
      return model
    },
  }
}

/**
 * Whether the run of a file is active and one of its versions is selected. Versions that are too young
 * count as selected.
 *
 * @throws MlflowError if MLflow does not tell; with status 403 if it hides the version or its run.
 */
export async function isRunStillSelected(
  questions: Questions,
  deployed: DeployedVersion,
): Promise<boolean> {
  const { client, selection } = questions
  const { runId } = deployed
  const own = await readDeployedVersion(questions, deployed)
  const ofRun = await listModelVersions(client, withFilter(selection, runCondition(runId)))
  const versions = new Map(ofRun.map((version) => [versionKey(version), version]))
  if (own !== undefined && (await matchesFilter(questions, own))) versions.set(versionKey(own), own)
  if (!isAnySelected(selection, await withCurrentAliases(questions, [...versions.values()]))) {
    return false
  }
  const run = await readRun(client, runId)
  if (run?.lifecycle !== 'active') return false
  if (selection.runFilter === undefined) return true
  const { matching, rejected } = await filterRuns(
    client,
    selection.runFilter,
    [runId],
    [run.experimentId],
  )
  for (const reason of rejected.values()) throw new MlflowError(reason)
  return matching.size > 0
}

/**
 * The version that a file names, as it is now; undefined if it no longer exists or belongs to another
 * run. MLflow may not name the run: it hides runs, and some versions only have a logged model.
 */
export async function readDeployedVersion(
  { client }: Questions,
  { runId, modelName, modelVersion }: DeployedVersion,
): Promise<ModelVersion | undefined> {
  if (modelName === '' || !isVersionNumber(modelVersion)) return undefined
  const version = await readModelVersion(client, modelName, modelVersion)
  return version?.runId === runId || version?.runId === '' ? version : undefined
}

/** Whether the selection accepts a version, apart from its run. */
export async function isVersionStillSelected(
  questions: Questions,
  version: ModelVersion,
): Promise<boolean> {
  return isAnySelected(questions.selection, [version]) && (await matchesFilter(questions, version))
}

/** Whether an alias that the selection asks for has moved since the registered models were listed. */
export async function hasMovedAlias(
  { model, registry, selection }: Questions,
  { modelName }: DeployedVersion,
): Promise<boolean> {
  if (selection.aliases.length === 0) return false
  const models = await registry.registeredModels()
  const listed = models.find(({ name }) => name === modelName)?.aliases ?? []
  const current = (await model(modelName))?.aliases ?? []
  return current.some(
    ({ alias, version }) =>
      selection.aliases.includes(alias) &&
      !listed.some((other) => other.alias === alias && other.version === version),
  )
}

function isAnySelected(selection: Selection, versions: readonly ModelVersion[]): boolean {
  const { selected, excluded } = selectVersions(versions, { ...selection, minimumAgeMs: 0 }, 0)
  return selected.length > 0 || excluded.length > 0
}

async function withCurrentAliases(
  { model, selection }: Questions,
  versions: readonly ModelVersion[],
): Promise<readonly ModelVersion[]> {
  if (selection.aliases.length === 0) return versions
  const names = [...new Set(versions.map(({ name }) => name).filter(selection.models))]
  const models = await Promise.all(names.map(model))
  return addAliases(
    versions,
    models.filter((found) => found !== undefined),
  )
}

/** Whether MLflow's own filter accepts a version. */
async function matchesFilter(
  { client, selection }: Questions,
  version: ModelVersion,
): Promise<boolean> {
  if (selection.filter === undefined) return true
  const condition = version.runId === '' ? nameCondition(version) : runCondition(version.runId)
  // A name with both kinds of quotes cannot be written in a filter.
  if (condition === undefined) return true
  const matching = await listModelVersions(client, withFilter(selection, condition))
  return matching.some((other) => versionKey(other) === versionKey(version))
}

function runCondition(runId: string): string {
  return `run_id = '${runId}'`
}

function nameCondition({ name, version }: ModelVersion): string | undefined {
  const quote = ["'", '"'].find((character) => !name.includes(character))
  return quote && `name = ${quote}${name}${quote} AND version_number = ${version}`
}

/** The grammar of filters has no OR, so conditions can be appended with AND. */
function withFilter({ filter }: Selection, condition: string): string {
  return filter === undefined ? condition : `${filter} AND ${condition}`
}
