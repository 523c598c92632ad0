import type { Outcome } from './run.ts'
import { readers } from './verdict.ts'

/** Counts of outcomes: a row per group, and one per kind within the groups. */
export class Table {
  readonly #rows = new Map<string, number[]>()

  add({ case: { group, kind }, result, readBy, violations }: Outcome): void {
    const counts = [
      1,
      ...readers.map((reader) => Number(readBy.includes(reader))),
      Number(result.isPlain === true),
      ...resultKinds.map((name) => Number(result.kind === name)),
      Number(result.kind === 'left alone' && readBy.includes('Helm')),
      Number(violations.length > 0),
    ]
    for (const name of [group, `  ${kind}`]) {
      const key = name.startsWith(' ') ? `${group}/${name}` : name
      const row = this.#rows.get(key) ?? counts.map(() => 0)
      this.#rows.set(
        key,
        row.map((count, index) => count + (counts[index] ?? 0)),
      )
    }
  }

  toString(): string {
    const header = [
      '',
      'files',
      ...readers,
      'by line',
      ...resultKinds,
      'left, Helm reads',
      'violations',
    ]
    const rows = Array.from(this.#rows, ([key, counts]) => [
      key.replace(/^.*\/ {2}/, '  '),
      ...counts.map(String),
    ])
    return [header, ...rows]
      .map((row) =>
        row
          .map((cell, index) =>
            index === 0 ? cell.padEnd(44) : cell.padStart((header[index]?.length ?? 0) + 2),
          )
          .join(''),
      )
      .join('\n')
  }
}

const resultKinds = ['updated', 'unchanged', 'left alone', 'damaged'] as const
