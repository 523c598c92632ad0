export type Point = readonly [x: number, y: number]

/** The line through the last two points. */
export function lineThrough(points: readonly Point[]): (x: number) => number {
  const [end, start] = points.toReversed()
  if (end === undefined || start === undefined) throw new Error('nothing to extrapolate from')
  const slope = (end[1] - start[1]) / (end[0] - start[0])
  return (x) => end[1] + slope * (x - end[0])
}
