import { MlflowError } from '../core/errors.ts'
import type { ModelVersion, ResolvedSource } from '../core/model.ts'
import { joinSentences, prose } from '../core/text/prose.ts'
import type { Registry } from '../mlflow/registry.ts'

/** Asks MLflow where the artifacts of a version are. */
export async function askForUri(
  registry: Registry,
  { name, version }: ModelVersion,
): Promise<ResolvedSource> {
  try {
    return { ok: true, source: await registry.downloadUri(name, version) }
  } catch (error) {
    if (!(error instanceof MlflowError)) throw error
    const problem = joinSentences([
      prose`MLflow did not say where its artifacts are: ${error.text}`,
      error.advice ?? [],
    ])
    return { ok: false, problem }
  }
}
