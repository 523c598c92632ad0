import { parseDocument } from 'yaml'
import { entryWithoutEdit, type Entry } from '../core/entry.ts'
import type { Location, Mistake } from '../core/problem.ts'
import type { Template } from '../core/template/parse.ts'
import { withFallbacks, type Segment, type TemplateScalar } from '../core/template/placeholder.ts'
import { joinProse, listProse, prose, type Prose } from '../core/text/prose.ts'
import { lineNumberAt } from '../core/values-file/position.ts'
import { ownedKeys } from '../core/values-file/owned.ts'
import { findPlace } from './place.ts'
import type { Validator, Verdict } from './validator.ts'
import type { Violation } from './violations.ts'

/** Where the new content of a file comes from. */
export type Origin =
  | {
      readonly kind: 'template'
      readonly template: Template
      /** Undefined for the built-in template. */
      readonly path: string | undefined
    }
  /** A file that is on the branch, with new values. */
  | { readonly kind: 'file' }

/** A values file, or what it would become. */
export type ValuesText = { readonly path: string; readonly text: string }

/** Lets an entry's edit pass if the chart accepts it; otherwise the run fails and nothing is written. */
export function checkEntry(entry: Entry, validator: Validator, origin: () => Origin): Entry {
  const { path, edit } = entry
  if (path === null || edit?.after === undefined) return entry
  const verdict = validator.check(edit.after)
  if (verdict.kind === 'valid') return entry
  const source = origin()
  // Lines are those of the file on the branch, which people can look at.
  const { text, location } = describeRejection(verdict, source, { path, text: edit.before ?? '' })
  return reject(entry, prose`not written: ${text}\n${advise(source)}`, location)
}

/** What is wrong with a file, and the first place in it or in the template. */
export function describeRejection(
  verdict: Exclude<Verdict, { kind: 'valid' }>,
  origin: Origin,
  file: ValuesText,
): Mistake {
  if (verdict.kind === 'failed') {
    return { text: prose`\`${file.path}\`: ${verdict.reason}`, location: undefined }
  }
  const placed = verdict.violations.map((violation) => locate(violation, origin, file))
  const more = verdict.omitted > 0 ? [prose`and ${verdict.omitted} more`] : []
  const items = [...placed.map(({ text }) => text), ...more]
  const introduction = prose`Helm would reject \`${file.path}\``
  const [first] = items
  return {
    text:
      items.length === 1 && first !== undefined
        ? prose`${introduction}: ${first}`
        : listProse(prose`${introduction}:`, items),
    location: placed.find(({ location }) => location !== undefined)?.location,
  }
}

function reject(entry: Entry, reason: Prose, location?: Location): Entry {
  // What a new file would have superseded stays deployed.
  const previousVersion = entry.outcome === 'created' ? null : entry.previousVersion
  return entryWithoutEdit({ ...entry, outcome: 'failed', previousVersion, reason }, location)
}

function advise(origin: Origin): Prose {
  return origin.kind === 'template'
    ? prose`Correct the value in MLflow, the template, or the chart's schema or defaults.`
    : prose`Correct the file, or the chart's schema or defaults.`
}

function locate(violation: Violation, origin: Origin, file: ValuesText): Mistake {
  const { path, text, isInFile } = violation
  if (!isInFile) return { text, location: undefined }
  if (isOwned(path))
    return { text: prose`${text}; the action writes this value`, location: undefined }
  return origin.kind === 'template'
    ? locateInTemplate(violation, origin)
    : locateInFile(path, text, file)
}

/** Values that the action writes, whatever the template says. */
function isOwned([first, key, ...others]: readonly string[]): boolean {
  return first === 'global' && others.length === 0 && ownedKeys.some((owned) => owned === key)
}

function locateInFile(path: readonly string[], text: Prose, file: ValuesText): Mistake {
  const { contents } = parseDocument(file.text, { uniqueKeys: false, logLevel: 'silent' })
  const { offset, isComplete } = findPlace(contents, path)
  if (!isComplete) return { text, location: undefined }
  const line = lineNumberAt(file.text, offset)
  return { text: prose`${text}; line ${line} of the file`, location: { path: file.path, line } }
}

function locateInTemplate(
  { path, text, rule }: Violation,
  { template, path: templatePath }: Extract<Origin, { kind: 'template' }>,
): Mistake {
  const scalarAt = (node: unknown) => template.scalars.find((scalar) => scalar.node === node)
  const { offset, node, key } = findPlace(template.root, path, (written, name) =>
    canBecome(scalarAt(written), name),
  )
  const line = lineNumberAt(template.text, offset)
  const name =
    templatePath === undefined
      ? prose`the built-in template`
      : prose`the template \`${templatePath}\``
  const ofKey = rule.endsWith('Properties') ? sourcesOf(scalarAt(key)) : []
  const sources = ofKey.length > 0 ? ofKey : sourcesOf(scalarAt(node))
  const source =
    sources.length === 0
      ? prose`line ${line} of ${name}`
      : prose`from ${joinProse(sources, ' and ')} on line ${line} of ${name}`
  return {
    text: prose`${text}; ${source}`,
    location: templatePath === undefined ? undefined : { path: templatePath, line },
  }
}

/** Placeholders without their fallbacks, unless these are placeholders, too, that may have been used. */
function sourcesOf(scalar: TemplateScalar | undefined): Prose[] {
  return (scalar?.segments ?? []).flatMap((segment) => {
    if (segment.kind !== 'placeholder') return []
    const { placeholder, source } = segment
    const isNested = withFallbacks(placeholder).length > 1
    return [prose`\`${isNested ? source : placeholder.label}\``]
  })
}

/** Whether a key with placeholders can become a text, going by what is before and after them. */
function canBecome(scalar: TemplateScalar | undefined, text: string): boolean {
  if (scalar === undefined) return false
  const { segments } = scalar
  const literalOf = (segment: Segment | undefined) =>
    segment?.kind === 'literal' ? segment.text : ''
  return text.startsWith(literalOf(segments[0])) && text.endsWith(literalOf(segments.at(-1)))
}
