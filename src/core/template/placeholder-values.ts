import type { ArtifactsPath } from '../artifacts.ts'
import type { ModelVersion, RegisteredModelFacts, ResolvedSource, Run } from '../model.ts'
import { closestNames } from '../text/closest.ts'
import { joinProse, own, prose, type Prose } from '../text/prose.ts'
import type { FieldReference, TextField } from './fields.ts'
import type { FallbackPart, Placeholder, Segment } from './placeholder.ts'
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
  /** The same path, without Helm placeholders. */
  readonly path: ArtifactsPath
  /** Only needed for `${model.uri}`. */
  readonly uri: ResolvedSource | undefined
  /** Only needed for `${registered_model.…}`. */
  readonly registeredModel: RegisteredModelFacts | undefined
}

type LookupResult =
  | { readonly ok: true; readonly text: string }
  /** `problem` is undefined if the value is merely missing. */
  | { readonly ok: false; readonly problem: Prose | undefined }

type Resolution =
  | { readonly ok: true; readonly text: string }
  /** `placeholder` is the one without a value: it, or one in its fallback. */
  | {
      readonly ok: false
      readonly problem: Prose | undefined
      readonly placeholder: Placeholder
    }

/** Returns the placeholder's value, or its fallback if the value is missing or empty. */
export function resolvePlaceholder(
  placeholder: Placeholder,
  values: PlaceholderValues,
): Resolution {
  const found = lookUp(placeholder, values)
  const { fallback } = placeholder
  const isMissing = found.ok ? found.text === '' : found.problem === undefined
  if (fallback !== undefined && isMissing) return resolveFallback(fallback, values)
  return found.ok ? found : { ...found, placeholder }
}

function resolveFallback(fallback: readonly FallbackPart[], values: PlaceholderValues): Resolution {
  let text = ''
  for (const part of fallback) {
    const found: Resolution =
      typeof part === 'string' ? { ok: true, text: part } : resolvePlaceholder(part, values)
    if (!found.ok) return found
    text += found.text
  }
  return { ok: true, text }
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
  const problem = findProblem(reference.field, values)
  if (problem !== undefined) return { ok: false, problem }
  return toResult(
    reference.key === undefined
      ? textGetters[reference.field](values)
      : lookUpEntry(reference, values),
  )
}

/** Why a value is not known, which is no reason to use a fallback. */
function findProblem(
  field: FieldReference['field'],
  { artifacts, path, uri, registeredModel }: PlaceholderValues,
): Prose | undefined {
  switch (field) {
    case 'model.artifacts':
      return problemIn(artifacts)
    case 'model.path':
      return problemIn(path)
    case 'model.uri':
      return problemIn(uri)
    case 'registered_model.description':
    case 'registered_model.tags':
      return registeredModel?.problem
    default:
      return undefined
  }
}

function problemIn(
  value: { readonly ok: true } | { readonly ok: false; readonly problem: Prose } | undefined,
): Prose | undefined {
  return value?.ok === false ? value.problem : undefined
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
  { run, version, registeredModel }: PlaceholderValues,
): Readonly<Record<string, string | number>> {
  return {
    'run.params': run.params,
    'run.metrics': run.metrics,
    'run.tags': run.tags,
    'model.tags': version.tags,
    'registered_model.tags': registeredModel?.tags ?? {},
  }[field]
}

const nouns: Record<EntryReference['field'], readonly [owner: string, entry: string]> = {
  'run.params': ['this run', 'parameters'],
  'run.metrics': ['this run', 'metrics'],
  'run.tags': ['this run', 'tags'],
  'model.tags': ['this model version', 'tags'],
  'registered_model.tags': ['this registered model', 'tags'],
}

const maxNames = 5

/**
 * Why a placeholder has no value, with the names that there are instead, the closest first.
 *
 * @param last the one in its fallback that has no value either, or the placeholder itself.
 */
export function describeMissing(
  placeholder: Placeholder,
  last: Placeholder,
  values: PlaceholderValues,
): Prose {
  const missing =
    placeholder === last
      ? prose`\`${last.label}\` has no value and no fallback`
      : prose`\`${placeholder.label}\` has no value, and neither has its fallback \`${last.label}\``
  return describeNames(missing, last, values)
}

function describeNames(
  missing: Prose,
  reference: FieldReference,
  values: PlaceholderValues,
): Prose {
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
  'run.status': ({ run }) => run.status || undefined,
  'run.user': ({ run }) => run.user || undefined,
  'experiment.id': ({ run }) => run.experimentId,
  'experiment.name': ({ experimentName }) => experimentName,
  'model.name': ({ version }) => version.name,
  'model.slug': ({ version }) => modelSlug(version.name),
  'model.version': ({ version }) => version.version,
  'model.id': ({ modelId }) => modelId,
  'model.source': ({ version }) => version.source,
  'model.artifacts': ({ artifacts }) => (artifacts.ok ? artifacts.path : undefined),
  'model.path': ({ path }) => (path.ok ? path.path : undefined),
  'model.uri': ({ uri }) => (uri?.ok === true ? uri.source : undefined),
  'model.description': ({ version }) => version.description,
  'model.aliases': ({ version }) => version.aliases.join(','),
  'registered_model.description': ({ registeredModel }) => registeredModel?.description,
}
