import type { RunDetails } from '../core/message/comparison.ts'
import type { Run } from '../core/model.ts'
import type { ChangedEntry, DeployedVersion } from '../core/result.ts'
import type { Registry } from '../mlflow/registry.ts'

/** More comparisons would not fit in the body of a pull request. */
const maxComparisons = 40

/**
 * Reads the metrics and parameters of each changed run and of the run that it replaces.
 *
 * @returns details by run id; none for a run that could not be read.
 */
export async function readComparisons(
  registry: Registry,
  changes: readonly ChangedEntry[],
): Promise<Map<string, RunDetails>> {
  const compared = changes
    .filter(({ outcome }) => outcome !== 'deleted')
    .slice(0, maxComparisons)
    .map(({ runId, previous }) => ({
      runId: runId ?? '',
      // A new version of the same run has the same metrics and parameters.
      previous: previous?.runId === runId ? undefined : previous,
    }))
  const runIds = new Set(
    compared.flatMap(({ runId, previous }) =>
      previous === undefined ? [runId] : [runId, previous.runId],
    ),
  )
  const lookups = await registry.runs(
    [...runIds].map((id) => ({ id, detail: 'full', experimentId: undefined })),
  )
  const runOf = (runId: string | undefined): Run | undefined => {
    const lookup = lookups.get(runId ?? '')
    return lookup?.kind === 'found' ? lookup.run : undefined
  }
  return new Map(
    compared.flatMap(({ runId, previous }): [string, RunDetails][] => {
      const run = runOf(runId)
      return run === undefined ? [] : [[runId, detailsOf(run, previous, runOf(previous?.runId))]]
    }),
  )
}

function detailsOf(
  { metrics, params }: Run,
  previous: DeployedVersion | undefined,
  previousRun: Run | undefined,
): RunDetails {
  if (previous === undefined || previousRun === undefined) {
    return { metrics, params, previous: undefined }
  }
  const { metrics: previousMetrics, params: previousParams } = previousRun
  return {
    metrics,
    params,
    previous: {
      modelVersion: previous.modelVersion,
      metrics: previousMetrics,
      params: previousParams,
    },
  }
}
