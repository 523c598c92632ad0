import { z } from 'zod'

/** The kinds of values that inputs have; each says in one sentence what it wants. */

/** Nothing given: the default of `action.yml` also holds where the action runs without the runner. */
function orDefault(fallback: string) {
  return z.string().transform((text) => (text === '' ? fallback : text))
}

/** YAML 1.2 core schema, as `@actions/core` has it. */
export function boolean(fallback: boolean) {
  return orDefault(String(fallback))
    .pipe(z.string().regex(/^(true|True|TRUE|false|False|FALSE)$/, 'must be true or false'))
    .transform((text) => text.toLowerCase() === 'true')
}

const unitMs = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** In milliseconds. */
export function duration(fallback: string) {
  return orDefault(fallback).transform((text, context) => {
    const [, amount, unit] = /^(\d{1,9})([smhd])$/.exec(text) ?? []
    if (amount === undefined || unit === undefined) {
      context.addIssue('must be a duration such as 30s, 10m, 2h or 1d')
      return z.NEVER
    }
    return Number(amount) * unitMs[unit as keyof typeof unitMs]
  })
}

export function count(fallback: string) {
  return orDefault(fallback)
    .pipe(z.string().regex(/^\d{1,9}$/, 'must be a whole number, 0 or more'))
    .transform(Number)
}

export function choice<const T extends string>(options: readonly [T, ...T[]], fallback: T) {
  return orDefault(fallback).pipe(z.enum(options, `must be one of ${options.join(', ')}`))
}

/** One entry a line; blank lines and blanks at the ends do not count. */
export const lines = z.string().transform((text) =>
  text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== ''),
)

export const optional = z.string().transform((text) => (text === '' ? undefined : text))

export const repository = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9-]*\/[A-Za-z0-9._-]+$/, 'must be owner/name')
  .refine((text) => !/\/\.{1,2}$|\.git$/i.test(text), 'must be owner/name, without .git')

/** What `git check-ref-format` forbids, and `:` above all, which would read another path. */
const badRef = /[\p{Cc} ~^:?*[\\]|\.\.|@\{|\/\/|^[-/.]|\/\.|\.lock(\/|$)|[/.]$/u

/** A branch, with or without `refs/heads/`. */
export const branch = z
  .string()
  .transform((text) => text.replace(/^refs\/heads\//, ''))
  .refine((text) => text === '' || !badRef.test(text), 'must be the name of a branch')
  .transform((text) => (text === '' ? undefined : text))

/** Why a path may not be used; undefined when it may. */
function pathProblem(text: string): string | undefined {
  if (text.startsWith('/') || /^[A-Za-z]:/.test(text)) return 'must be relative to the repository'
  if (/[\\\p{Cc}]/u.test(text)) return 'must not hold backslashes or control characters'
  const segments = text.split('/')
  if (segments.includes('..')) return 'must stay inside the repository (it holds ..)'
  const reserved = segments.find((segment) => /^\.git(hub)?[. ]*$/i.test(segment))
  return reserved === undefined ? undefined : `must not be in ${reserved}`
}

/** A path inside the repository, as git writes it: no leading `./`, no trailing `/`; root is `''`. */
export const repositoryPath = z.string().transform((text, context) => {
  const problem = pathProblem(text)
  if (problem !== undefined) {
    context.addIssue(problem)
    return z.NEVER
  }
  return text
    .split('/')
    .filter((segment) => segment !== '' && segment !== '.')
    .join('/')
})

const headerName = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/

/** Headers that belong to the connection itself. */
const ownHeaders = new Set(['host', 'content-length', 'transfer-encoding', 'connection', 'upgrade'])

/** `Name: value`, one a line. A problem names the line's number, never its content. */
export const headers = lines.transform((entries, context) => {
  const result: Record<string, string> = {}
  for (const [index, entry] of entries.entries()) {
    const [, name = '', value = ''] = /^([^:]*):(.*)$/.exec(entry) ?? []
    if (!headerName.test(name.trim()) || !isHeaderValue(value)) {
      context.addIssue(`line ${index + 1} must be "Name: value"`)
    } else if (ownHeaders.has(name.trim().toLowerCase())) {
      context.addIssue(`line ${index + 1}: the header ${name.trim()} can't be set`)
    } else {
      result[name.trim().toLowerCase()] = value.trim()
    }
  }
  return result
})

/** What HTTP allows in a header's value, latin letters included. */
export function isHeaderValue(text: string): boolean {
  return /^[\t\x20-\x7e\x80-\xff]*$/.test(text)
}

/** Goes into a header: a line break, as a pasted secret may have, would break the request. */
export const secret = z
  .string()
  .refine((text) => !/\p{Cc}/u.test(text), 'must be one line without control characters')

/**
 * Reduces what people paste to the server's base: `https://host/prefix` of
 * `https://host/prefix/#/models/x`, `https://host/prefix/api/2.0/mlflow` or `https://host/prefix/`.
 *
 * @returns the base without a trailing slash, or what is wrong with the text.
 */
export function serverBase(
  text: string,
): { readonly ok: true; readonly base: string } | { readonly ok: false; readonly problem: string } {
  if (/^databricks(-uc)?(:|$)/i.test(text)) {
    return {
      ok: false,
      problem:
        'names Databricks, which has its own REST dialect; only http(s) servers are supported',
    }
  }
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) {
    return { ok: false, problem: 'must be an address such as https://mlflow.example.com' }
  }
  const url = new URL(text)
  if (url.username !== '' || url.password !== '') {
    return {
      ok: false,
      problem: 'holds a user name or password; use mlflow-username and mlflow-password instead',
    }
  }
  const path = url.pathname
    .replace(/\/(ajax-)?api(\/\d\.\d(\/(mlflow|preview)(\/.*)?)?)?\/?$/, '')
    .replace(/\/(index\.html)?$/, '')
    .replace(/\/+$/, '')
  return { ok: true, base: `${url.origin}${path}` }
}
