import { artifactsPath, loggedModelId } from '../core/artifacts.ts'
import type { Candidate } from '../core/candidate.ts'
import type { Rendered } from '../core/plan.ts'
import type { LoggedModel, Run } from '../core/registry.ts'
import type { Template } from '../core/template/parse.ts'
import { renderTemplate } from '../core/template/render.ts'
import { MlflowError } from '../errors.ts'
import type { MlflowClient } from '../mlflow/client.ts'
import { readDownloadUri, searchLoggedModels } from '../mlflow/logged-models.ts'
import type { RunReader } from '../mlflow/run-reader.ts'
import { listAliases } from '../mlflow/versions.ts'

/** A run that needs a new file. */
export type NewFile = { readonly candidate: Candidate; readonly run: Run }

type Render = (candidate: Candidate, run: Run) => Rendered

/** Reads, in batches, what the new files need from MLflow, and gives the function that makes them. */
export type PrepareRender = (files: readonly NewFile[]) => Promise<Render>

export function createRendering(
  mlflow: MlflowClient,
  runs: RunReader,
  template: Template,
): PrepareRender {
  return async (files) => {
    const needs = (field: string): boolean =>
      files.length > 0 && template.placeholders.some((placeholder) => placeholder.field === field)
    const sources = await resolveCopies(mlflow, files)
    const models = await readModels(mlflow, files, sources)
    const experiments = needs('experiment.name')
      ? await runs.experiments()
      : new Map<string, string>()
    const aliases = needs('model.aliases')
      ? await listAliases(mlflow)
      : new Map<string, readonly string[]>()

    return (candidate, run) => {
      const resolved = sources.get(candidate.runId) ?? { source: candidate.source }
      if ('problem' in resolved) return { ok: false, problem: resolved.problem }
      const { source } = resolved
      const modelId = loggedModelId(source)
      const { name, version } = candidate.version
      const rendered = renderTemplate(template, {
        version: {
          ...candidate.version,
          aliases: aliases.get(`${version}/${name}`) ?? candidate.version.aliases,
        },
        run,
        experimentName: experiments.get(run.experimentId),
        modelId,
        artifacts: artifactsPath({
          version: candidate.version,
          run,
          resolvedSource: source,
          modelId,
          loggedModel: modelId === undefined ? undefined : models.get(modelId),
        }),
      })
      return rendered.ok ? { ...rendered, modelId } : rendered
    }
  }
}

type Resolved = { readonly source: string } | { readonly problem: string }

/** Copies whose origin is not in the listing: MLflow itself resolved them when they were made. */
async function resolveCopies(
  mlflow: MlflowClient,
  files: readonly NewFile[],
): Promise<Map<string, Resolved>> {
  const resolved = new Map<string, Resolved>()
  for (const { candidate } of files) {
    if (!candidate.sourceUnresolved) continue
    const { name, version } = candidate.version
    try {
      resolved.set(candidate.runId, { source: await readDownloadUri(mlflow, name, version) })
    } catch (error) {
      if (!(error instanceof MlflowError)) throw error
      resolved.set(candidate.runId, {
        problem: `where its artifacts are could not be read: ${error.message}`,
      })
    }
  }
  return resolved
}

/** Only `models:/m-…` does not say itself where the artifacts are. */
function readModels(
  mlflow: MlflowClient,
  files: readonly NewFile[],
  sources: ReadonlyMap<string, Resolved>,
): Promise<Map<string, LoggedModel>> {
  const ids = new Set<string>()
  const experiments = new Set<string>()
  for (const { candidate, run } of files) {
    const resolved = sources.get(candidate.runId) ?? { source: candidate.source }
    if ('problem' in resolved || !resolved.source.startsWith('models:/m-')) continue
    ids.add(loggedModelId(resolved.source) ?? '')
    experiments.add(run.experimentId)
  }
  return ids.size === 0
    ? Promise.resolve(new Map<string, LoggedModel>())
    : searchLoggedModels(mlflow, [...ids], [...experiments])
}
