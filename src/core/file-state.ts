import { isHeld } from './values/hold.ts'
import { readValues, type ValuesFile } from './values/read.ts'

/** Name of a run's file; the run id was validated before. */
export function fileName(runId: string): string {
  return `${runId}.yaml`
}

/** A run's file on the branch. */
export type RunFile = {
  /** Relative to the root of the repository. */
  readonly path: string
  readonly state: FileState
  readonly executable: boolean
}

/** What stands at a run's path on the branch. */
export type FileState =
  | { readonly kind: 'absent' }
  /** Something that is no file: it is never touched. */
  | { readonly kind: 'blocked'; readonly reason: string }
  | FileContent

/** A file, by what can be done with it. */
export type FileContent =
  | { readonly kind: 'held'; readonly text: string; readonly modelVersion: string | undefined }
  | { readonly kind: 'unparseable'; readonly text: string; readonly problem: string }
  | { readonly kind: 'wrong-shape'; readonly text: string; readonly problem: string }
  | { readonly kind: 'values'; readonly text: string; readonly values: ParsedValues }

export type ParsedValues = Extract<ValuesFile, { kind: 'values' }>

/** Kinds of directory entries that stand in the way of a file. */
export const blockedBy = {
  link: 'a symbolic link is in the way',
  directory: 'a directory is in the way',
  submodule: 'a submodule is in the way',
} as const

/** Reads a file's bytes. A byte order mark stays in the text, so that it is written back. */
export function readContent(bytes: Uint8Array): FileContent {
  const text = decode(bytes)
  if (text === undefined) {
    const lossy = new TextDecoder().decode(bytes)
    if (isHeld(lossy)) return { kind: 'held', text: lossy, modelVersion: undefined }
    return { kind: 'unparseable', text: lossy, problem: 'it is not UTF-8 text' }
  }
  const values = readValues(text)
  if (isHeld(text)) {
    const modelVersion = values.kind === 'values' ? values.owned.modelVersion : undefined
    return { kind: 'held', text, modelVersion }
  }
  return values.kind === 'values'
    ? { kind: 'values', text, values }
    : { kind: values.kind, text, problem: values.problem }
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}
