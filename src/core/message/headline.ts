import type { ChangedEntry, FileEdit } from '../entry.ts'
import { suggestName } from '../text/closest.ts'
import { plural } from '../text/format.ts'
import { neutraliseFragments, type Fragment } from '../text/neutralise.ts'
import { own, prose, type Prose } from '../text/prose.ts'
import { countChanges, indexLabel, modelLabel, versionLabel } from './wording.ts'

/** Longest first line; GitHub accepts 256 characters in the title of a pull request. */
export const maxHeadline = 200

/** Maximum number of names that `${models}` lists. */
const maxModels = 5

const placeholderValues: Record<string, (changes: readonly ChangedEntry[]) => string> = {
  created: (changes) => String(countChanges(changes).created),
  updated: (changes) => String(countChanges(changes).updated),
  deleted: (changes) => String(countChanges(changes).deleted),
  total: (changes) => String(changes.length),
  models: (changes) => listNames(distinct(changes.map(modelLabel))),
  'model.name': (changes) => valueOrCount(changes.map(modelLabel), 'model'),
  'model.version': (changes) => valueOrCount(changes.map(versionLabel), 'version'),
  'run.id': (changes) =>
    valueOrCount(
      changes.map((entry) => entry.runId ?? ''),
      'run',
    ),
}

function distinct(values: readonly string[]): string[] {
  return [...new Set(values.filter((value) => value !== ''))]
}

function listNames(names: readonly string[]): string {
  return names.length <= maxModels
    ? names.join(', ')
    : `${names.slice(0, maxModels).join(', ')} and ${names.length - maxModels} more`
}

/** The value that all changes share, or else the number of different values: `3 versions`. */
function valueOrCount(values: readonly string[], noun: string): string {
  const [first, ...others] = distinct(values)
  return others.length === 0 ? (first ?? '') : plural(others.length + 1, noun)
}

const placeholder = /\$\{([^{}]*)\}/

/** Problems with `commit-message` or `pull-request-title`, worded to follow the input's name. */
export function checkMessageTemplate(text: string): Prose[] {
  const unknown = splitPlaceholders(text).flatMap((part) =>
    typeof part === 'string' || Object.hasOwn(placeholderValues, part.name)
      ? []
      : [prose`has the unknown placeholder \`\${${part.name}}\`${alternatives(part.name)}`],
  )
  const isUnclosed = splitPlaceholders(text).some(
    (part) => typeof part === 'string' && part.includes('${'),
  )
  return [
    ...unknown,
    ...(isUnclosed ? [prose`has a \`\${\` without a \`}\``] : []),
    ...(/\p{Cc}/u.test(text) ? [prose`must be a single line without control characters`] : []),
  ]
}

/** The placeholder that was probably meant, or else all of them. */
function alternatives(name: string): Prose {
  const known = Object.keys(placeholderValues)
  const suggestion = suggestName(name, known)
  return suggestion === undefined
    ? prose`: use ${own(quotedList(known))}`
    : prose`: did you mean \`\${${suggestion}}\`?`
}

function quotedList(names: readonly string[]): string {
  return names.map((name) => `\`\${${name}}\``).join(', ')
}

/** Placeholders that name an index page if nothing else changes. */
const namesOfChanges = new Set(['models', 'model.name'])

/** Renders the template for these changes; empty if the result is only whitespace. */
export function renderMessage(
  template: string,
  changes: readonly ChangedEntry[],
  extraFiles: readonly FileEdit[] = [],
): string {
  const fragments = splitPlaceholders(template).map((part): Fragment => {
    if (typeof part === 'string') return { text: part, untrusted: false }
    const text =
      changes.length === 0 && namesOfChanges.has(part.name)
        ? indexLabel(extraFiles)
        : (placeholderValues[part.name]?.(changes) ?? '')
    return { text, untrusted: true }
  })
  return neutraliseFragments(fragments, maxHeadline).trim()
}

function splitPlaceholders(text: string): (string | { readonly name: string })[] {
  return text.split(placeholder).map((part, index) => (index % 2 === 0 ? part : { name: part }))
}
