/** What a job finds: only new versions, nothing new, one new version, or a registry of others. */
export type Kind = 'new' | 'unchanged' | 'one update' | 'listed'

export type Scenario = {
  readonly kind: Kind
  /** Number of versions in the registry. */
  readonly count: number
}

/** Of all the versions that a job lists with `listed`, it syncs these. */
export const syncedOfListed = 10

/** Latencies per request. */
export const latencies = [0, 80] as const

export type Latency = (typeof latencies)[number]

/** With the larger latency, the growth of the listing would only show the same once more. */
export function latenciesOf({ kind }: Scenario): readonly Latency[] {
  return kind === 'listed' ? [0] : latencies
}

const counts: Readonly<Record<Kind, readonly number[]>> = {
  new: [1, 100, 1_000, 10_000],
  unchanged: [1, 100, 500, 1_000, 10_000],
  'one update': [10, 100, 1_000, 10_000],
  listed: [1_000, 10_000, 100_000],
}

/** As an argument, e.g. `new-1000`. */
export function nameOf({ kind, count }: Scenario): string {
  return `${kind}-${count}`.replace(' ', '-')
}

/** For people, e.g. `1,000 new`. */
export function titleOf({ kind, count }: Scenario): string {
  const number = count.toLocaleString('en')
  return kind === 'one update' ? `one update among ${number}` : `${number} ${kind}`
}

/** Sorted by size, so that each size can be estimated from the smaller ones. */
export const scenarios: readonly Scenario[] = Object.entries(counts)
  .flatMap(([kind, sizes]) => sizes.map((count) => ({ kind: kind as Kind, count })))
  .sort((a, b) => a.count - b.count)
