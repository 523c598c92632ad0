import type { Plan } from '../core/changes.ts'
import { changesOf, type ChangedEntry } from '../core/entry.ts'
import { MlflowError } from '../core/errors.ts'
import { byModel } from '../core/message/change-table.ts'
import { maxComparisons } from '../core/message/comparison.ts'
import type { Run } from '../core/model.ts'
import type { Comparison } from '../core/result.ts'
import type { Registry } from '../mlflow/registry.ts'

export type Comparisons = ReadonlyMap<string, Comparison>

/**
 * Returns a function that reads the metrics and parameters of each changed run of a plan, and of the
 * run that it replaces, by path; nothing for a run that could not be read, because a comparison is no
 * reason not to propose a change. It remembers the result: both the pull request and the summary show
 * it.
 *
 * @param hideSecrets a run's parameters may hold one that the job uses too.
 */
export function createComparisonReader(
  registry: Registry,
  hideSecrets: (text: string) => string,
): (plan: Plan) => Promise<Comparisons> {
  const results = new WeakMap<Plan['entries'], Promise<Comparisons>>()
  return ({ entries }) => {
    const result =
      results.get(entries) ??
      readComparisons(registry, changesOf(entries), hideSecrets).catch(withoutComparisons)
    results.set(entries, result)
    return result
  }
}

function withoutComparisons(error: unknown): Comparisons {
  if (!(error instanceof MlflowError)) throw error
  return new Map()
}

async function readComparisons(
  registry: Registry,
  changes: readonly ChangedEntry[],
  hideSecrets: (text: string) => string,
): Promise<Comparisons> {
  const valuesOf = ({ experimentId, metrics, params }: Run) => ({
    experimentId,
    metrics,
    params: Object.fromEntries(
      Object.entries(params).map(([name, value]) => [name, hideSecrets(value)]),
    ),
  })

  const compared = byModel(changes)
    .filter(({ outcome }) => outcome !== 'deleted')
    .map(({ path, runId, previous }) => ({
      path,
      runId: runId ?? '',
      // A new version of the same run has the same metrics and parameters.
      previous: previous?.runId === runId ? undefined : previous,
    }))
    .toSorted((a, b) => Number(a.previous === undefined) - Number(b.previous === undefined))
    .slice(0, maxComparisons)
  const runIds = new Set(
    compared.flatMap(({ runId, previous }) =>
      previous === undefined ? [runId] : [runId, previous.runId],
    ),
  )
  if (runIds.size === 0) return new Map()
  const lookups = await registry.runs(
    [...runIds].map((id) => ({ id, detail: 'full', experimentId: undefined })),
  )
  const runOf = (runId: string | undefined): Run | undefined => {
    const lookup = lookups.get(runId ?? '')
    return lookup?.kind === 'found' ? lookup.run : undefined
  }
  return new Map(
    compared.flatMap(({ path, runId, previous }): [string, Comparison][] => {
      const run = runOf(runId)
      const previousRun = runOf(previous?.runId)
      if (run === undefined) return []
      const replaced = previous &&
        previousRun && { ...valuesOf(previousRun), ...idsOf(previous, previousRun) }
      return [[path, { ...valuesOf(run), previous: replaced }]]
    }),
  )
}

function idsOf({ modelVersion }: { readonly modelVersion: string }, { id }: Run) {
  return { runId: id, modelVersion }
}
