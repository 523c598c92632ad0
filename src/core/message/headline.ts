import type { ChangedEntry } from '../result.ts'
import { neutraliseFragments, type Fragment } from '../text/neutralise.ts'
import { countChanges, modelLabel, versionLabel } from './wording.ts'

/** Longest first line; GitHub takes 256 characters for a pull request's title. */
export const maxHeadline = 200

/** Most names that `${models}` lists. */
const maxModels = 5

const valueOf: Record<string, (changes: readonly ChangedEntry[]) => string> = {
  created: (changes) => String(countChanges(changes).created),
  updated: (changes) => String(countChanges(changes).updated),
  deleted: (changes) => String(countChanges(changes).deleted),
  total: (changes) => String(changes.length),
  models: (changes) => listed(distinct(changes.map(modelLabel))),
  'model.name': (changes) => oneOrCount(changes.map(modelLabel), 'models'),
  'model.version': (changes) => oneOrCount(changes.map(versionLabel), 'versions'),
  'run.id': (changes) =>
    oneOrCount(
      changes.map((entry) => entry.runId ?? ''),
      'runs',
    ),
}

function distinct(values: readonly string[]): string[] {
  return [...new Set(values.filter((value) => value !== ''))]
}

function listed(values: readonly string[]): string {
  return values.length <= maxModels
    ? values.join(', ')
    : `${values.slice(0, maxModels).join(', ')} and ${values.length - maxModels} more`
}

/** What all changes have in common, else how many there are: `3 versions`. */
function oneOrCount(values: readonly string[], noun: string): string {
  const [first, ...others] = distinct(values)
  return others.length === 0 ? (first ?? '') : `${others.length + 1} ${noun}`
}

const placeholder = /\$\{([^{}]*)\}/

/** Problems of an input `commit-message` or `pull-request-title`, for after its name; none when empty. */
export function checkMessageTemplate(text: string): string[] {
  const known = Object.keys(valueOf)
  const unknown = split(text).flatMap((part) =>
    typeof part === 'string' || Object.hasOwn(valueOf, part.name)
      ? []
      : [`unknown placeholder \`\${${part.name}}\`: use ${quotedList(known)}`],
  )
  const literal = split(text)
    .filter((part) => typeof part === 'string')
    .join('')
  return [
    ...unknown,
    ...(literal.includes('${') ? ['a placeholder `${` has no `}`'] : []),
    ...(/\p{Cc}/u.test(text) ? ['must be a single line without control characters'] : []),
  ]
}

function quotedList(names: readonly string[]): string {
  return names.map((name) => `\`\${${name}}\``).join(', ')
}

/** The template's line for these changes; empty when nothing but white space comes of it. */
export function renderMessage(template: string, changes: readonly ChangedEntry[]): string {
  const fragments = split(template).map((part): Fragment => {
    if (typeof part === 'string') return { text: part, untrusted: false }
    return { text: valueOf[part.name]?.(changes) ?? '', untrusted: true }
  })
  return neutraliseFragments(fragments, maxHeadline).trim()
}

function split(text: string): (string | { readonly name: string })[] {
  return text.split(placeholder).map((part, index) => (index % 2 === 0 ? part : { name: part }))
}
