import type { ArtifactsPath } from '../artifacts.ts'
import type { ModelVersion, Run } from '../model.ts'
import { modelSlug, runSlug } from './slug.ts'
import type { Part, Placeholder, Query, TextField } from './placeholder.ts'

/** What the placeholders of a template stand for. */
export type PlaceholderValues = {
  readonly version: ModelVersion
  readonly run: Run
  /** Needed for `${experiment.name}` only. */
  readonly experimentName: string | undefined
  /** The version's logged model (`m-…`); undefined when it has none. */
  readonly modelId: string | undefined
  /** A path that can't be told is a problem only where the template asks for it. */
  readonly artifacts: ArtifactsPath
}

type Found =
  | { readonly ok: true; readonly text: string }
  /** `problem` is undefined when there simply is no value. */
  | { readonly ok: false; readonly problem: string | undefined }

/** A placeholder's text: its value, or its fallback for a value that is missing or empty. */
export function fillIn(placeholder: Placeholder, values: PlaceholderValues): Found {
  const found = find(placeholder, values)
  const { fallback } = placeholder
  return fallback !== undefined && (found.ok ? found.text === '' : found.problem === undefined)
    ? { ok: true, text: fallback }
    : found
}

/** The text of filled-in parts. The caller has made sure that every placeholder has a value. */
export function joinParts(parts: readonly Part[], values: PlaceholderValues): string {
  return parts.map((part) => textOf(part, values)).join('')
}

/** Lone surrogates are no text that a file could hold. */
function textOf(part: Part, values: PlaceholderValues): string {
  if (part.kind === 'literal') return part.text
  if (part.kind === 'malformed') return part.source
  const found = fillIn(part.placeholder, values)
  return found.ok ? found.text.toWellFormed() : ''
}

function find(query: Query, values: PlaceholderValues): Found {
  if (query.key !== undefined) return present(findEntry(query, values))
  if (query.field === 'model.artifacts' && !values.artifacts.ok) return values.artifacts
  return present(textFields[query.field](values))
}

function present(text: string | undefined): Found {
  return text === undefined ? { ok: false, problem: undefined } : { ok: true, text }
}

function findEntry(
  { field, key }: Extract<Query, { key: string }>,
  { run, version }: PlaceholderValues,
): string | undefined {
  const map = {
    'run.params': run.params,
    'run.metrics': run.metrics,
    'run.tags': run.tags,
    'model.tags': version.tags,
  }[field]
  return Object.hasOwn(map, key) ? String(map[key]) : undefined
}

const textFields: Record<TextField, (values: PlaceholderValues) => string | undefined> = {
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
