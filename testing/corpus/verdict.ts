import type { OwnedValues } from './editor.ts'

/** A file before the update and, if it was updated or found up to date, after it. */
export type Pair = {
  readonly before: Buffer
  readonly after: Buffer | undefined
  readonly owned: OwnedValues
}

/** What one reader says of a pair. */
export type Judged = {
  /** Whether it reads the file before the update. */
  readonly reads: boolean
  /** What is wrong with the file after the update. */
  readonly problem?: string | null | undefined
}

export const readers = ['Helm', 'libyaml', 'PyYAML', 'ruamel'] as const

export type Reader = (typeof readers)[number]

export type Verdict = {
  readonly judged: Partial<Readonly<Record<Reader, Judged>>>
  /** What is wrong with the bytes after the update. */
  readonly bytes: string | null
}
