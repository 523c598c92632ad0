import type { ArtifactsPath } from '../artifacts.ts'
import type { ModelVersion, Run } from '../model.ts'
import { closestNames } from '../text/closest.ts'
import { joinProse, own, prose, type Prose } from '../text/prose.ts'
import type { FieldReference, TextField } from './fields.ts'
import type { Placeholder, Segment } from './placeholder.ts'
import { modelSlug, runSlug } from './slug.ts'

/** The data that placeholders refer to. */
export type PlaceholderValues = {
  readonly version: ModelVersion
  readonly run: Run
  /** Only needed for `${experiment.name}`. */
  readonly experimentName: string | undefined
  /** Id of the version's logged model (`m-…`); undefined if it has none. */
  readonly modelId: string | undefined
  /** An unknown path is a problem only if the template uses it. */
  readonly artifacts: ArtifactsPath
}

type LookupResult =
  | { readonly ok: true; readonly text: string }
  /** `problem` is undefined if the value is merely missing. */
  | { readonly ok: false; readonly problem: Prose | undefined }

/** Returns the placeholder's value, or its fallback if the value is missing or empty. */
export function resolvePlaceholder(
  placeholder: Placeholder,
  values: PlaceholderValues,
): LookupResult {
  const found = lookUp(placeholder, values)
  const { fallback } = placeholder
  return fallback !== undefined && (found.ok ? found.text === '' : found.problem === undefined)
    ? { ok: true, text: fallback }
    : found
}

/** Replaces placeholders with their values. The caller has checked that each of them has one. */
export function renderSegments(segments: readonly Segment[], values: PlaceholderValues): string {
  return segments.map((segment) => renderSegment(segment, values)).join('')
}

function renderSegment(segment: Segment, values: PlaceholderValues): string {
  if (segment.kind === 'literal') return segment.text
  if (segment.kind === 'malformed') return segment.source
  const found = resolvePlaceholder(segment.placeholder, values)
  // UTF-8 cannot represent lone surrogates.
  return found.ok ? found.text.toWellFormed() : ''
}

function lookUp(reference: FieldReference, values: PlaceholderValues): LookupResult {
  if (reference.key !== undefined) return toResult(lookUpEntry(reference, values))
  if (reference.field === 'model.artifacts' && !values.artifacts.ok) return values.artifacts
  return toResult(textGetters[reference.field](values))
}

function toResult(text: string | undefined): LookupResult {
  return text === undefined ? { ok: false, problem: undefined } : { ok: true, text }
}

type EntryReference = Extract<FieldReference, { key: string }>

function lookUpEntry(
  { field, key }: EntryReference,
  values: PlaceholderValues,
): string | undefined {
  const map = entriesOf(field, values)
  return Object.hasOwn(map, key) ? String(map[key]) : undefined
}

function entriesOf(
  field: EntryReference['field'],
  { run, version }: PlaceholderValues,
): Readonly<Record<string, string | number>> {
  return {
    'run.params': run.params,
    'run.metrics': run.metrics,
    'run.tags': run.tags,
    'model.tags': version.tags,
  }[field]
}

const nouns: Record<EntryReference['field'], readonly [owner: string, entry: string]> = {
  'run.params': ['this run', 'parameters'],
  'run.metrics': ['this run', 'metrics'],
  'run.tags': ['this run', 'tags'],
  'model.tags': ['this model version', 'tags'],
}

const maxNames = 5

/** Why a placeholder has no value, with the names that there are instead, the closest first. */
export function describeMissing({ label, ...reference }: Placeholder, values: PlaceholderValues) {
  const missing = prose`\`${label}\` has no value and no fallback`
  if (reference.key === undefined) return missing
  const { field, key } = reference
  const [owner, entry] = nouns[field]
  const names = Object.keys(entriesOf(field, values)).filter((name) => !name.startsWith('mlflow.'))
  if (names.length === 0) return prose`${missing}: ${own(`${owner} has no ${entry}`)}`
  const closest = closestNames(key, names, maxNames)
  const omitted = names.length - closest.length
  const list = joinProse(
    closest.map((name) => prose`\`${name}\``),
    ', ',
  )
  return prose`${missing}: ${own(`${owner} has the ${entry} `)}${list}${own(omitted > 0 ? ` and ${omitted} more` : '')}`
}

const textGetters: Record<TextField, (values: PlaceholderValues) => string | undefined> = {
  'run.id': ({ run }) => run.id,
  'run.name': ({ run }) => run.name,
  'run.slug': ({ run }) => runSlug(run.id),
  'experiment.id': ({ run }) => run.experimentId,
  'experiment.name': ({ experimentName }) => experimentName,
  'model.name': ({ version }) => version.name,
  'model.slug': ({ version }) => modelSlug(version.name),
  'model.version': ({ version }) => version.version,
  'model.id': ({ modelId }) => modelId,
  'model.source': ({ version }) => version.source,
  'model.artifacts': ({ artifacts }) => (artifacts.ok ? artifacts.path : undefined),
  'model.description': ({ version }) => version.description,
  'model.aliases': ({ version }) => version.aliases.join(','),
}
