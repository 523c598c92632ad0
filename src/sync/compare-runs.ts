import type { RunDetails } from '../core/message/comparison.ts'
import { pullRequestBody } from '../core/message/pull-request.ts'
import { changesOf, type Plan } from '../core/result.ts'
import type { ModelVersion } from '../core/model.ts'
import type { Registry } from '../mlflow/registry.ts'

/** More comparisons than this would not fit into a pull request's body. */
const mostCompared = 40

/**
 * Makes the text of the pull request: the changes, and the metrics and parameters of each run
 * beside those of the model version before it.
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
      .slice(0, mostCompared)
      .map(({ runId, modelName, modelVersion }) => ({
        runId: runId ?? '',
        previous: versionBefore(listed, modelName, modelVersion),
      }))
    const wanted = new Set(
      compared.flatMap(({ runId, previous }) =>
        previous === undefined ? [runId] : [runId, previous.runId],
      ),
    )
    const answers = await registry.runs(
      [...wanted].map((id) => ({ id, detail: 'whole', experimentId: undefined })),
    )
    const valuesOf = (runId: string) => {
      const answer = answers.get(runId)
      return answer?.kind === 'found' ? answer.run : undefined
    }
    const details = new Map<string, RunDetails>()
    for (const { runId, previous } of compared) {
      const run = valuesOf(runId)
      if (run === undefined) continue
      const before = previous === undefined ? undefined : valuesOf(previous.runId)
      details.set(runId, {
        metrics: run.metrics,
        params: run.params,
        ...(before === undefined || previous === undefined
          ? {}
          : {
              previous: {
                modelVersion: previous.version,
                metrics: before.metrics,
                params: before.params,
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

/** The version of the same model that a new one replaces: the highest number below its own. */
function versionBefore(
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
