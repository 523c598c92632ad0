import { artifactsPath, loggedModelId } from '../core/artifacts.ts'
import type { Candidate } from '../core/candidate.ts'
import type { Rendered } from '../core/plan.ts'
import type { LoggedModel, Run } from '../core/registry.ts'
import { slug } from '../core/slug.ts'
import type { Template } from '../core/template/parse.ts'
import { renderTemplate } from '../core/template/render.ts'
import { MlflowError } from '../errors.ts'
import type { MlflowClient } from '../mlflow/client.ts'
import { readDownloadUri, searchLoggedModels } from '../mlflow/logged-models.ts'
import type { RunReader } from '../mlflow/run-reader.ts'

/** A run that needs a new file. */
export type NewFile = { readonly candidate: Candidate; readonly run: Run }

/** Reads, in batches, what the new files need from MLflow, and gives the function that makes them. */
export type PrepareRender = (
  files: readonly NewFile[],
) => Promise<(candidate: Candidate, run: Run) => Rendered>

export const createRendering =
  (mlflow: MlflowClient, runs: RunReader, template: Template): PrepareRender =>
  async (files) => {
    const sources = await resolveCopies(mlflow, files)
    const models = await readModels(mlflow, files, sources)
    const experiments = template.placeholders.has('experiment.name')
      ? files.length > 0
        ? await runs.experiments()
        : new Map<string, string>()
      : new Map<string, string>()

    return (candidate, run) => {
      const source = sources.get(candidate.runId) ?? candidate.source
      const modelId = loggedModelId(source)
      const { version } = candidate
      const artifacts = artifactsPath({
        version: { ...version, source },
        run,
        loggedModel: modelId === undefined ? undefined : models.get(modelId),
      })
      if (!artifacts.ok) return artifacts
      return renderTemplate(template, {
        run,
        experiment: { id: run.experimentId, name: experiments.get(run.experimentId) },
        model: {
          name: version.name,
          slug: slug(version.name),
          version: version.version,
          id: modelId,
          source: version.source,
          artifacts: artifacts.path,
          description: version.description,
          tags: version.tags,
          aliases: version.aliases,
        },
      })
    }
  }
