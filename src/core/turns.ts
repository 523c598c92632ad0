/**
 * Orders items so that each group has its turn, and the order of the groups begins at any of them: if
 * only so many items are taken each time, no group waits for ever behind others.
 *
 * @param start a number in [0, 1).
 */
export function takeTurns<T>(
  items: readonly T[],
  groupOf: (item: T) => string,
  start: number,
): T[] {
  const groups = [...Map.groupBy(items, groupOf).values()]
  const first = Math.floor(start * groups.length)
  const ordered = [...groups.slice(first), ...groups.slice(0, first)]
  const turns = Math.max(0, ...ordered.map(({ length }) => length))
  return Array.from({ length: turns }, (_, turn) =>
    ordered.flatMap((group) => group.slice(turn, turn + 1)),
  ).flat()
}
