import type { Run, RunLookup } from '../core/registry.ts'
import type { MlflowClient } from './client.ts'
import { listExperiments, searchRuns, type RunDetail } from './runs.ts'

export type RunWanted = {
  readonly id: string
  readonly detail: RunDetail
  /** Where it probably is: saves the listing of all experiments. */
  readonly experimentId: string | undefined
}

/** Reads runs once for a whole sync, however often it has to plan again. */
export type RunReader = {
  readonly read: (wanted: readonly RunWanted[]) => Promise<ReadonlyMap<string, RunLookup>>
  /** Names of all experiments by id; listed at most once. */
  readonly experiments: () => Promise<ReadonlyMap<string, string>>
}

export function createRunReader(client: MlflowClient): RunReader {
  const known = new Map<string, { detail: RunDetail; lookup: RunLookup }>()
  let experiments: Promise<Map<string, string>> | undefined

  const listAll = (): Promise<Map<string, string>> => (experiments ??= listExperiments(client))

  const readDetail = async (wanted: readonly RunWanted[], detail: RunDetail): Promise<void> => {
    const hinted = wanted.filter((run) => run.experimentId !== undefined)
    const hints = new Set(hinted.map((run) => run.experimentId ?? ''))
    const found = await searchRuns(client, ids(hinted), [...hints], detail)
    const rest = wanted.filter((run) => !found.has(run.id))
    if (rest.length > 0) {
      const all = [...(await listAll()).keys()]
      for (const [id, lookup] of await searchRuns(client, ids(rest), all, detail)) {
        found.set(id, lookup)
      }
    }
    for (const { id } of wanted) {
      known.set(id, { detail, lookup: keep(found.get(id) ?? { kind: 'missing' }, detail) })
    }
  }

  const read: RunReader['read'] = async (wanted) => {
    for (const detail of ['whole', 'state'] as const) {
      const unread = wanted.filter((run) => {
        const have = known.get(run.id)
        return run.detail === detail && have?.detail !== 'whole' && have?.detail !== detail
      })
      if (unread.length > 0) await readDetail(unread, detail)
    }
    return new Map([...known].map(([id, { lookup }]) => [id, lookup]))
  }

  return { read, experiments: listAll }
}

function ids(runs: readonly RunWanted[]): string[] {
  return runs.map((run) => run.id)
}

/** Ten thousand runs with all their parameters would not fit into memory for nothing. */
function keep(lookup: RunLookup, detail: RunDetail): RunLookup {
  if (lookup.kind !== 'found' || detail === 'whole') return lookup
  const run: Run = { ...lookup.run, params: {}, metrics: {}, tags: {} }
  return { kind: 'found', run }
}
