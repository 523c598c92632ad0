import { isHeld } from './comments.ts'
import { type Reading, readingOf, type Readings } from './interpret.ts'
import { type OwnedKey, ownedKeys } from './owned.ts'
import { type ParsedFile, parseValues } from './parse.ts'

/** MLflow's own rule for run ids (`mlflow/utils/validation.py`); also what makes a safe file name. */
const runIdPattern = /^[A-Za-z0-9][A-Za-z0-9_-]{0,255}$/

export function isRunId(text: string): boolean {
  return runIdPattern.test(text)
}

/** Name of a run's file. The caller has validated the run id. */
export function fileName(runId: string): string {
  return `${runId}.yaml`
}

/** The run that a file is named after; undefined for any other name. */
export function runIdIn(name: string): string | undefined {
  const runId = name.replace(/\.yaml$/, '')
  return isRunId(runId) && name === fileName(runId) ? runId : undefined
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
    if (isHeld(lossy, false)) return { kind: 'held', text: lossy, modelVersion: undefined }
    return { kind: 'unparseable', text: lossy, problem: 'it is not UTF-8 text' }
  }
  const values = readValues(text)
  if (isHeld(text, values.kind !== 'unparseable')) {
    const modelVersion = values.kind === 'values' ? values.owned.modelVersion : undefined
    return { kind: 'held', text, modelVersion }
  }
  return values.kind === 'values'
    ? { kind: 'values', text, values }
    : { kind: values.kind, text, problem: values.problem }
}

/** Whose file it is by its own account: this run's, another's, or nobody's if it names none. */
export function ownershipOf(
  { owned }: ParsedValues,
  runId: string,
): 'own' | 'foreign' | 'unclaimed' {
  const { runid = '' } = owned
  if (runid === '') return 'unclaimed'
  return runid === runId ? 'own' : 'foreign'
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}

/** What a values file is and says. It keeps no syntax tree, so that thousands fit in memory. */
export type ValuesFile =
  | { readonly kind: 'unparseable'; readonly problem: string }
  /** YAML, but not of a shape that can be edited. */
  | { readonly kind: 'wrong-shape'; readonly problem: string }
  | {
      readonly kind: 'values'
      readonly text: string
      /** Text of each owned value that the file has; null counts as absent. */
      readonly owned: Partial<Readonly<Record<OwnedKey, string>>>
      /** What the readers of YAML make of these values. */
      readonly readings: Readings
    }

/** Reads a values file; never throws. */
export function readValues(text: string): ValuesFile {
  const result = parseValues(text)
  if (result.kind !== 'parsed') return result
  const readings = readingsOf(result.parsed)
  if (typeof readings === 'string') return { kind: 'wrong-shape', problem: readings }
  const owned: Partial<Record<OwnedKey, string>> = {}
  for (const key of ownedKeys) {
    const reading = readings[key]
    if (reading !== undefined && reading.kind !== 'null') owned[key] = reading.text
  }
  return { kind: 'values', text, owned, readings }
}

/** Reads the owned values of a parsed file; text says which of them is no scalar. */
export function readingsOf(parsed: ParsedFile): Readings | string {
  const readings: Partial<Record<OwnedKey, Reading>> = {}
  for (const key of ownedKeys) {
    const entry = parsed.owned[key]
    if (entry === undefined) continue
    const reading = readingOf(parsed.doc, entry.value)
    if (reading === undefined) return `global.${key} is a map or a list, not a single value`
    readings[key] = reading
  }
  return readings
}
