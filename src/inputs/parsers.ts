import { z } from 'zod'
import { isEmptyExclusion } from '../core/glob.ts'
import type { Recreate } from '../core/recreate.ts'
import { suggestName } from '../core/text/closest.ts'
import { own, prose, type Prose } from '../core/text/prose.ts'
import { isRunId } from '../core/values-file/file.ts'
import { didYouMean, issue, shown, type InputIssue } from './issue.ts'

/**
 * Schemas for the kinds of input values. Each issue continues a sentence that starts with the
 * input's name.
 */

/** Repeats the default in `action.yml`, which only the runner applies. */
function withDefault(fallback: string) {
  return z.string().transform((text) => (text === '' ? fallback : text))
}

/** Accepts booleans of the YAML 1.2 core schema, like `@actions/core`. */
export function boolean(fallback: boolean) {
  return withDefault(String(fallback))
    .pipe(z.string().regex(/^(true|True|TRUE|false|False|FALSE)$/, 'must be `true` or `false`'))
    .transform((text) => text.toLowerCase() === 'true')
}

const unitMs = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** Parses durations into milliseconds. */
export function duration(fallback: string) {
  return withDefault(fallback).transform((text, context) => {
    const [, amount, unit] = /^(\d{1,9})([smhd])$/.exec(text) ?? []
    if (amount === undefined || unit === undefined) {
      context.addIssue('must be a duration such as `30s`, `10m`, `2h` or `1d`')
      return z.NEVER
    }
    return Number(amount) * unitMs[unit as keyof typeof unitMs]
  })
}

export function count(fallback: string) {
  return withDefault(fallback)
    .pipe(z.string().regex(/^\d{1,9}$/, 'must be a whole number, 0 or more'))
    .transform(Number)
}

export function choice<const T extends string>(options: readonly [T, ...T[]], fallback: T) {
  return withDefault(fallback).transform((text, context) => {
    const chosen = options.find((option) => option === text)
    if (chosen !== undefined) return chosen
    const list = own(options.map((option) => `\`${option}\``).join(', '))
    const hint = didYouMean(suggestName(text, options))
    context.addIssue(issue({ text: prose`must be one of ${list}`, hint }))
    return z.NEVER
  })
}

/** Parses one entry per line; ignores empty lines and surrounding whitespace. */
export const lines = z.string().transform((text) =>
  text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== ''),
)

export const optional = z.string().transform((text) => (text === '' ? undefined : text))

/** Users, and teams as `org/team`, one per line, each once. */
export const reviewers = lines.transform((entries, context) => {
  const names = entries.map((entry) => entry.replace(/^@/, ''))
  for (const name of names) {
    if (reviewerPattern.test(name)) continue
    const text = prose`contains ${shown(name)}, but a reviewer is a user, or a team as \`org/team\`: write one per line`
    context.addIssue(issue({ text, showsValue: true }))
  }
  const distinct = new Map(names.map((name) => [name.toLowerCase(), name]))
  return [...distinct.values()]
})

/** A login, also of a managed user (`name_company`) or an app (`name[bot]`), or a team. */
const reviewerPattern = /^[A-Za-z0-9][\w-]{0,99}(\[bot\]|\/[\w.-]{1,100})?$/

/** `true`, `false`, or run ids, one per line. */
export const recreate = lines.transform((entries, context): Recreate => {
  const [only = 'false'] = entries
  if (entries.length <= 1 && /^(true|false)$/i.test(only)) {
    return only.toLowerCase() === 'true' ? 'all' : new Set()
  }
  const invalid = entries.filter((entry) => !isRunId(entry) || /^(true|false)$/i.test(entry))
  for (const entry of invalid) {
    const text = prose`contains ${shown(entry)}: it must be \`true\`, \`false\`, or the ids of runs, one per line`
    context.addIssue(issue({ text, showsValue: true }))
  }
  return new Set(entries)
})

/** Longest alias in MLflow, in characters. */
const maxAliasLength = 255

/** Aliases that MLflow can have, one per line. */
export const aliases = lines.transform((entries, context) => {
  for (const alias of entries) {
    const problem = findAliasProblem(alias)
    if (problem !== undefined) context.addIssue(issue({ text: problem, showsValue: true }))
  }
  return entries
})

/** Why MLflow cannot have an alias; undefined if it can. */
function findAliasProblem(alias: string): Prose | undefined {
  if (!/^[\p{L}\p{N}_-]+$/u.test(alias)) {
    return prose`contains ${shown(alias)}, but an alias has only letters, digits, \`_\` and \`-\`: write one alias per line`
  }
  if (alias.toLowerCase() === 'latest' || /^[vV]\p{Nd}+$/u.test(alias)) {
    return prose`contains ${shown(alias)}, which MLflow reserves`
  }
  const { length } = Array.from(alias)
  return length > maxAliasLength
    ? prose`contains an alias of ${length} characters, but MLflow allows at most ${maxAliasLength}: ${shown(alias)}`
    : undefined
}

/** Globs of model names, one per line; all models if there are none. */
export const modelPatterns = lines.transform((patterns, context) => {
  if (patterns.some(isEmptyExclusion)) {
    const text = prose`has a line with only \`!\`: write the models to exclude after it`
    context.addIssue(issue({ text, showsValue: true }))
  }
  return patterns.length === 0 ? ['*'] : patterns
})

/**
 * Reduces a pasted URL to the base URL of the server: `https://host/prefix/#/models/x`,
 * `https://host/prefix/api/2.0/mlflow` and `https://host/prefix/` all become `https://host/prefix`.
 *
 * @returns the base URL without a trailing slash, or what is wrong with the text.
 */
export function parseServerUrl(
  text: string,
):
  | { readonly ok: true; readonly base: string }
  | { readonly ok: false; readonly issue: InputIssue } {
  if (/^databricks(-uc)?(:|$)/i.test(text)) {
    return {
      ok: false,
      issue: {
        text: prose`names Databricks, which has its own REST dialect: only http(s) servers are supported`,
      },
    }
  }
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) {
    const example = prose`must be an address such as \`https://mlflow.example.com\``
    return { ok: false, issue: { text: example } }
  }
  const url = new URL(text)
  if (url.username !== '' || url.password !== '') {
    return {
      ok: false,
      issue: {
        text: prose`contains a username or password: use \`mlflow-username\` and \`mlflow-password\` instead`,
        showsValue: true,
      },
    }
  }
  const path = url.pathname
    .replace(/\/(ajax-)?api(\/\d\.\d(\/(mlflow|preview)(\/.*)?)?)?\/?$/, '')
    .replace(/\/(index\.html)?$/, '')
    .replace(/(?<!\/)\/+$/, '')
  return { ok: true, base: `${url.origin}${path}` }
}
