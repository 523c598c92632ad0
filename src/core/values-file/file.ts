import { prose, type Prose } from '../text/prose.ts'
import {
  interpretNode,
  interpretScalar,
  type Interpretation,
  type Interpretations,
} from './interpret.ts'
import { decode } from './decode.ts'
import type { Flaw, Located } from './flaw.ts'
import { describeHold, findHold, type Hold } from './hold.ts'
import { ownedKeys, type OwnedKey } from './owned.ts'
import { flawOf, parseValues, type ParsedFile, type ParseResult } from './parse.ts'
import { readPlainLines, type PlainFile } from './plain-lines.ts'
import { scalarAt } from './plain-values.ts'

/**
 * MLflow's rule for run ids (`mlflow/utils/validation.py`), which excludes path separators, but at
 * most 250 characters: a file name has at most 255 bytes.
 */
const runIdPattern = /^[A-Za-z0-9][A-Za-z0-9_-]{0,249}$/

export function isRunId(text: string): boolean {
  return runIdPattern.test(text)
}

/** Name of a run's values file. The run id must be valid. */
export function fileName(runId: string): string {
  return `${runId}.yaml`
}

/** The id of the run that a file is named after; undefined for any other name. */
export function runIdFromFileName(name: string): string | undefined {
  const runId = name.slice(0, -'.yaml'.length)
  return isRunId(runId) && name === fileName(runId) ? runId : undefined
}

/** The run that the file at a path of the repository is named after. */
export function runIdFromPath(path: string): string | undefined {
  return runIdFromFileName(path.slice(path.lastIndexOf('/') + 1))
}

/** A run's values file on the branch, whether it exists or not. */
export type RunFile = {
  /** Relative to the root of the repository. */
  readonly path: string
  readonly state: FileState
  readonly executable: boolean
}

/** What is at a run's path on the branch. */
export type FileState =
  | { readonly kind: 'absent' }
  /** Not a regular file, so it is never touched. */
  | { readonly kind: 'blocked'; readonly reason: Prose }
  /** GitHub did not send its content. */
  | { readonly kind: 'unread' }
  | FileContent

/** The content of a file that exists, by what the action can do with it. */
export type FileContent =
  | {
      readonly kind: 'held'
      readonly text: string
      /** Why it is not changed, with what the person wrote. */
      readonly reason: Prose
      /** The line of the comment, counted from 1. */
      readonly line: number
      /** Empty if the file cannot be read. */
      readonly owned: OwnedTexts
    }
  /** No YAML reader accepts the file, so it is rendered again. */
  | (Flaw & { readonly kind: 'damaged'; readonly text: string })
  /** Some reader may accept the file, but it cannot be edited, so it is left alone. */
  | (Flaw & { readonly kind: 'uneditable'; readonly text: string })
  | { readonly kind: 'values'; readonly text: string; readonly values: ParsedValues }

export type ParsedValues = Extract<ValuesFile, { kind: 'values' }>

/** Reasons for state `blocked`, by kind of directory entry. */
export const blockedBy = {
  link: prose`a symbolic link is in the way of its file`,
  directory: prose`a directory is in the way of its file`,
  submodule: prose`a submodule is in the way of its file`,
} as const

/**
 * Decodes and classifies a file, given as bytes or as text that was UTF-8. The text keeps a byte order
 * mark, so that it is written back.
 */
export function readContent(content: Uint8Array | string): FileContent {
  const { text, encoding, invalidBytes } = decode(content)
  const { values, hold } = invalidBytes ? parseText(text, invalidBytes) : readText(text)
  if (hold !== undefined) {
    const owned = values.kind === 'values' ? values.owned : {}
    return { kind: 'held', text, reason: describeHold(hold), line: hold.line, owned }
  }
  if (values.kind !== 'values') return { ...values, text }
  return encoding === 'utf-8'
    ? { kind: 'values', text, values }
    : { kind: 'uneditable', text, problem: prose`it is UTF-16 text: save it as UTF-8`, line: 1 }
}

/** Whether `global.runid` names another run. */
export function isForeign({ owned }: ParsedValues, runId: string): boolean {
  const { runid = '' } = owned
  return runid !== '' && runid !== runId
}

/** Text of each owned value in a file; null counts as absent. */
export type OwnedTexts = Partial<Readonly<Record<OwnedKey, string>>>

/** The owned values that a file certainly has or lacks; undefined if it cannot be read. */
export function ownedTextsOf(state: FileState): OwnedTexts | undefined {
  if (state.kind === 'values') return state.values.owned
  return state.kind === 'held' && state.owned.runid !== undefined ? state.owned : undefined
}

/** A values file that has been read. Keeps no syntax tree, so that thousands fit in memory. */
export type ValuesFile =
  | (Flaw & { readonly kind: 'damaged' | 'uneditable' })
  | {
      readonly kind: 'values'
      readonly text: string
      readonly owned: OwnedTexts
      readonly interpretations: Interpretations
    }

/** Reads a values file and extracts its owned values; never throws. */
export function readValues(text: string): ValuesFile {
  return readText(text).values
}

/** What a text contains, and the comment that holds it. */
type Reading = { readonly values: ValuesFile; readonly hold: Hold | undefined }

function readText(text: string): Reading {
  const plain = readPlainLines(text)
  if (plain === undefined) return parseText(text)
  return { values: toValues(text, interpretPlainValues(text, plain)), hold: plain.hold }
}

/** Reads any text, with the parser of npm yaml. */
export function parseText(text: string, invalidBytes?: Located): Reading {
  const result = parseValues(text, invalidBytes)
  return { values: valuesOf(text, result), hold: findHold(text, result.isValidYaml) }
}

function valuesOf(text: string, result: ParseResult): ValuesFile {
  if (result.kind !== 'parsed') {
    const { kind, problem, line } = result
    return { kind, problem, line }
  }
  const interpretations = interpretOwnedValues(result.parsed)
  return 'problem' in interpretations
    ? { kind: 'uneditable', ...interpretations }
    : toValues(text, interpretations)
}

function toValues(text: string, interpretations: Interpretations): ParsedValues {
  const owned: Partial<Record<OwnedKey, string>> = {}
  for (const key of ownedKeys) {
    const value = interpretations[key]
    if (value !== undefined && 'text' in value) owned[key] = value.text
  }
  return { kind: 'values', text, owned, interpretations }
}

/** Interprets the owned values of a parsed file; returns the problem if one is not a scalar. */
export function interpretOwnedValues(parsed: ParsedFile): Interpretations | Flaw {
  const interpretations: Partial<Record<OwnedKey, Interpretation>> = {}
  for (const key of ownedKeys) {
    const entry = parsed.owned[key]
    if (entry === undefined) {
      if (parsed.merged.has(key)) interpretations[key] = { kind: 'merged' }
      continue
    }
    const value = interpretNode(entry.value, parsed.resolveAlias)
    if (value === undefined) {
      return flawOf(
        parsed.text,
        entry.token,
        prose`\`global.${key}\` is a map or a list, not a single value`,
      )
    }
    interpretations[key] = value
  }
  return interpretations
}

/** Interprets the owned values of a file that was read line by line. */
export function interpretPlainValues(text: string, { global }: PlainFile): Interpretations {
  const interpretations: Partial<Record<OwnedKey, Interpretation>> = {}
  for (const key of ownedKeys) {
    const value = global?.owned[key]
    if (value !== undefined) interpretations[key] = interpretScalar(scalarAt(text, value))
  }
  return interpretations
}
