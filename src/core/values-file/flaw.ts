import { prose, type Prose } from '../text/prose.ts'
import { lineNumberAt } from './position.ts'

/** Something wrong with a text, and where. */
export type Located = { readonly at: number; readonly problem: Prose }

/** What is wrong with a file. */
export type Flaw = {
  readonly problem: Prose
  /** Counted from 1; undefined if the problem has no place of its own. */
  readonly line: number | undefined
}

export function flawAt(text: string, { at, problem }: Located): Flaw {
  return { problem, line: lineNumberAt(text, at) }
}

export function describeFlaw({ problem, line }: Flaw): Prose {
  return line === undefined ? problem : prose`line ${line}: ${problem}`
}
