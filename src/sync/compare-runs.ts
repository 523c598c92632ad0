import type { RunDetails } from '../core/message/comparison.ts'
import { pullRequestBody } from '../core/message/pull-request.ts'
import { changesOf, type Plan } from '../core/result.ts'
import type { ModelVersion } from '../core/model.ts'
import type { Registry } from '../mlflow/registry.ts'

/** More comparisons would not fit in the body of a pull request. */
const maxComparisons = 40

/**
 * Returns a function that writes the text of the pull request: the changes, and the metrics and
 * parameters of each run next to those of the previous model version.
 */
export function createDescription(
  registry: Registry,
  listed: readonly ModelVersion[],
  links: { readonly uiUrl: string; readonly serverUrl: string },
) {
  return async ({ snapshot, entries }: Plan, headBranch: string): Promise<string> => {
    const changes = changesOf(entries)
    const compared = changes
      .filter(({ outcome }) => outcome !== 'deleted')
      .slice(0, maxComparisons)
      .map(({ runId, modelName, modelVersion }) => ({
        runId: runId ?? '',
        previous: previousVersion(listed, modelName, modelVersion),
      }))
    const runIds = new Set(
      compared.flatMap(({ runId, previous }) =>
        previous === undefined ? [runId] : [runId, previous.runId],
      ),
    )
    const lookups = await registry.runs(
      [...runIds].map((id) => ({ id, detail: 'full', experimentId: undefined })),
    )
    const getRun = (runId: string) => {
      const lookup = lookups.get(runId)
      return lookup?.kind === 'found' ? lookup.run : undefined
    }
    const details = new Map<string, RunDetails>()
    for (const { runId, previous } of compared) {
      const run = getRun(runId)
      if (run === undefined) continue
      const previousRun = previous === undefined ? undefined : getRun(previous.runId)
      details.set(runId, {
        metrics: run.metrics,
        params: run.params,
        ...(previousRun === undefined || previous === undefined
          ? {}
          : {
              previous: {
                modelVersion: previous.version,
                metrics: previousRun.metrics,
                params: previousRun.params,
              },
            }),
      })
    }
    return pullRequestBody(changes, {
      ...links,
      repository: snapshot.repository,
      branch: snapshot.branch,
      fileRef: headBranch,
      details,
    })
  }
}

/** The model's highest earlier version that has a run. */
function previousVersion(
  listed: readonly ModelVersion[],
  name: string | null,
  version: string | null,
): ModelVersion | undefined {
  return listed
    .filter((row) => row.name === name && row.runId !== '' && Number(row.version) < Number(version))
    .reduce<ModelVersion | undefined>(
      (best, row) =>
        best === undefined || Number(row.version) > Number(best.version) ? row : best,
      undefined,
    )
}
