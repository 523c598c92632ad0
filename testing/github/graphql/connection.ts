import { GraphqlError } from './error.ts'

/** Arguments of every connection in GitHub's schema. */
export type PageArguments = {
  readonly first?: number
  readonly last?: number
  readonly after?: string
  readonly before?: string
}

const maxPageSize = 100

/**
 * One page of a list. docs.github.com, "Rate limits and query limits for the GraphQL API", requires
 * `first` or `last`, between 1 and 100; no public source confirms the wording of the errors.
 */
export function connection<T>(
  name: string,
  items: readonly T[],
  { first, last, after, before }: PageArguments,
  toNode: (item: T) => object,
): object {
  const size = first ?? last
  if (size === undefined) {
    throw new GraphqlError(
      'MISSING_PAGINATION_BOUNDARIES',
      `You must provide a \`first\` or \`last\` value to properly paginate the \`${name}\` connection.`,
    )
  }
  if (size > maxPageSize) {
    const argument = first === undefined ? 'last' : 'first'
    throw new GraphqlError(
      'EXCESSIVE_PAGINATION',
      `Requesting ${size} records on the \`${name}\` connection exceeds the \`${argument}\` limit of ${maxPageSize} records.`,
    )
  }
  const from = after === undefined ? 0 : position(after) + 1
  const to = before === undefined ? items.length : position(before)
  const start = first === undefined ? Math.max(from, to - size) : from
  const end = first === undefined ? to : Math.min(to, from + size)
  const nodes = items.slice(start, end).map(toNode)
  return {
    totalCount: items.length,
    nodes,
    edges: nodes.map((node, index) => ({ node, cursor: cursor(start + index) })),
    pageInfo: {
      hasNextPage: end < items.length,
      hasPreviousPage: start > 0,
      startCursor: nodes.length === 0 ? null : cursor(start),
      endCursor: nodes.length === 0 ? null : cursor(end - 1),
    },
  }
}

function cursor(index: number): string {
  return Buffer.from(`cursor:${index}`).toString('base64')
}

function position(text: string): number {
  return Number(Buffer.from(text, 'base64').toString().replace('cursor:', ''))
}
