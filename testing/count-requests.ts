import type { SyncStep } from './project.ts'

/** A step whose requests can be counted. */
type Counted = Pick<SyncStep, 'githubRequests' | 'mlflowRequests' | 'report'>

/** Requests of one kind. */
export type RequestCount = Readonly<Record<string, number>>

/**
 * Requests to GitHub by GraphQL operation or REST route. Throws if the report counts others than the
 * stand-in received.
 */
export function githubRequests({ githubRequests: requests, report }: Counted): RequestCount {
  requireEqual(requests.length, report.requests.github)
  return countBy(
    requests.map(({ operation, method, path }) => operation ?? `${method} ${routeOf(path)}`),
  )
}

/** Requests to MLflow by endpoint; only in a world with `throughGateway`. Throws like the other. */
export function mlflowRequests({ mlflowRequests: requests, report }: Counted): RequestCount {
  requireEqual(requests.length, report.requests.mlflow)
  return countBy(requests.map(({ url }) => /mlflow\/([^?]+)/.exec(url)?.[1] ?? url))
}

export function totalOf(count: RequestCount): number {
  return Object.values(count).reduce((sum, number) => sum + number, 0)
}

/** Bytes of all bodies that GitHub received, and of all that it sent. */
export function githubBytes({ githubRequests: requests, log }: SyncStep) {
  const sent = requests.reduce((sum, { body }) => sum + Buffer.byteLength(body), 0)
  const sizes = [...log.matchAll(/^::debug::GitHub .* in \d+ ms, (\d+) bytes/gm)]
  return { sent, received: sizes.reduce((sum, [, size]) => sum + Number(size), 0) }
}

/** The path below the repository, without hashes and branches. */
function routeOf(path: string): string {
  return path.replace(/^\/repos\/[^/]+\/[^/]+\/?/, '').replace(/\/([0-9a-f]{40}|heads\/.*)$/, '')
}

function countBy(kinds: readonly string[]): RequestCount {
  const counts: Record<string, number> = {}
  for (const kind of kinds) counts[kind] = (counts[kind] ?? 0) + 1
  return counts
}

function requireEqual(received: number, reported: number): void {
  if (received !== reported) throw new Error(`${received} requests, but ${reported} in the report`)
}
