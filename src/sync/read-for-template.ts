import { mapConcurrently } from '../core/concurrently.ts'
import {
  versionKey,
  type RegisteredModelFacts,
  type ResolvedSource,
  type RunFacts,
} from '../core/model.ts'
import { detailNeeded } from '../core/plan/run.ts'
import { addAliases } from '../core/select.ts'
import { usesField } from '../core/template/parse.ts'
import type { FieldName } from '../core/template/fields.ts'
import { prose } from '../core/text/prose.ts'
import { maxConcurrentRequests } from '../mlflow/client.ts'
import type { Registry } from '../mlflow/registry.ts'
import { askForUri } from './ask-for-uri.ts'
import type { ActiveRun } from './read-artifacts.ts'
import type { LoadedTarget } from './read-files.ts'

/** What the template of new files refers to and most templates do not. */
export type TemplateFacts = Pick<RunFacts, 'experimentName' | 'aliases' | 'registeredModel' | 'uri'>

/** Reads what the templates of all targets need; the registry reads each listing once. */
export async function readForTemplates(
  registry: Registry,
  targets: readonly { readonly target: LoadedTarget; readonly activeRuns: readonly ActiveRun[] }[],
): Promise<ReadonlyMap<ActiveRun, TemplateFacts>> {
  const facts = new Map<ActiveRun, TemplateFacts>()
  for (const { target, activeRuns } of targets) {
    const factsOf = await readForTemplate(registry, target, activeRuns)
    for (const active of activeRuns) facts.set(active, factsOf(active))
  }
  return facts
}

/** Reads what a template needs for the files that are rendered from it, if there are any. */
async function readForTemplate(
  registry: Registry,
  { template }: LoadedTarget,
  activeRuns: readonly ActiveRun[],
): Promise<(active: ActiveRun) => TemplateFacts> {
  const newRuns = activeRuns.filter(({ state }) => detailNeeded(state) === 'full')
  const uses = (...fields: FieldName[]): boolean =>
    newRuns.length > 0 && fields.some((field) => usesField(template(), field))
  const usesModels = uses('registered_model.description', 'registered_model.tags')
  const usesAliases = uses('model.aliases')
  const [experiments, models, uris] = await Promise.all([
    uses('experiment.name') ? registry.experiments() : undefined,
    usesAliases || usesModels ? registry.registeredModels() : undefined,
    uses('model.uri') ? readUris(registry, newRuns) : undefined,
  ])
  const aliases = usesAliases && models !== undefined ? aliasesOf(activeRuns, models) : undefined
  const factsByName = new Map(
    usesModels ? models?.map(({ name, facts }) => [name, facts] as const) : [],
  )
  return ({ selected: { runId, version }, run }) => ({
    experimentName: experiments?.get(run.experimentId),
    aliases: aliases?.get(versionKey(version)) ?? version.aliases,
    registeredModel: usesModels ? (factsByName.get(version.name) ?? notListed) : undefined,
    uri: uris?.get(runId),
  })
}

const notListed: RegisteredModelFacts = {
  description: '',
  tags: {},
  problem: prose`MLflow does not list the registered model (or does not show it to this user)`,
}

function aliasesOf(
  activeRuns: readonly ActiveRun[],
  models: Awaited<ReturnType<Registry['registeredModels']>>,
): ReadonlyMap<string, readonly string[]> {
  const versions = addAliases(
    activeRuns.map(({ selected: { version } }) => version),
    models,
  )
  return new Map(versions.map((version) => [versionKey(version), version.aliases]))
}

/** MLflow resolves one version per request. */
async function readUris(
  registry: Registry,
  runs: readonly ActiveRun[],
): Promise<ReadonlyMap<string, ResolvedSource>> {
  const uris = await mapConcurrently(
    runs,
    maxConcurrentRequests,
    async ({ selected: { runId, version } }): Promise<[string, ResolvedSource]> => [
      runId,
      await askForUri(registry, version),
    ],
    (done) => registry.progress('located', done, runs.length, 'version'),
  )
  return new Map(uris)
}
