import type { LoggedModel, ModelVersion, Run } from './model.ts'
import { helmPlaceholder } from './values-file/owned.ts'

/** Path of a version's artifacts under the mount, or why there is none. */
export type ArtifactsPath =
  { readonly ok: true; readonly path: string } | { readonly ok: false; readonly problem: string }

export type ArtifactsInput = {
  readonly version: ModelVersion
  readonly run: Run
  readonly loggedModel: LoggedModel | undefined
  /** The version's source with copies (`models:/name/1`) followed to their origin. */
  readonly resolvedSource: string
  /** `global.modelid` of the file. Only this id can be written as its placeholder. */
  readonly modelId: string | undefined
}

/** Where the charts mount the root of MLflow's artifact store. */
const mount = '/mlflow'

/** Folder that `log_model` uses by default. */
const defaultFolder = 'model'

/** Id of the logged model (`m-` and 32 hexadecimal digits) that a version's source names. */
export function loggedModelId(source: string): string | undefined {
  return (
    /^models:\/(m-[0-9a-f]{32})\/?$/.exec(source)?.[1] ??
    /\/models\/(m-[0-9a-f]{32})(?:\/|$)/.exec(source)?.[1]
  )
}

/**
 * Path of a version's artifacts under the mount. Ids that are also in `global` are written as Helm
 * placeholders. Because charts pass the path through `tpl`, a path with other Helm code is rejected.
 */
export function artifactsPath(input: ArtifactsInput): ArtifactsPath {
  const source = input.resolvedSource
  const located = locate(source, input)
  if (typeof located === 'string') return { ok: false, problem: located }
  const segments = located.filter((segment) => segment !== '' && segment !== '.')
  const problem = findProblem(segments)
  if (problem !== undefined) return { ok: false, problem }
  return { ok: true, path: [mount, ...withPlaceholders(segments, input)].join('/') }
}

function findProblem(segments: readonly string[]): string | undefined {
  const path = segments.join('/')
  if (/\p{Cc}|[\u2028\u2029]/u.test(path)) {
    return "the artifacts' path in MLflow contains control characters"
  }
  if (/\{\{|\}\}/.test(path)) {
    return "the artifacts' path in MLflow contains {{ or }}, which Helm would run"
  }
  return segments.some((segment) => segment.split(/[\\/]/).includes('..'))
    ? "the artifacts' path in MLflow contains .. and may point outside the mount"
    : undefined
}

/** Returns the segments below the mount, or the problem as text. */
function locate(source: string, input: ArtifactsInput): readonly string[] | string {
  const { run, loggedModel } = input
  if (source.startsWith('models:/')) {
    const id = loggedModelId(source)
    if (id === undefined) return 'its source is a copy whose origin is not known'
    return loggedModel?.id === id && loggedModel.artifactUri !== ''
      ? segmentsBelowMount(loggedModel.artifactUri, input)
      : [...experimentSegments(input), 'models', id, 'artifacts']
  }
  const runUri = /^runs:\/+([^/]+)(?:\/([^]*))?$/.exec(source)
  if (runUri === null) return segmentsBelowMount(source, input)
  const [, runId, path = ''] = runUri
  if (runId !== run.id) return 'its source names the artifacts of another run'
  return [...segmentsBelowMount(run.artifactUri, input, ''), ...path.split('/')]
}

/** The path of a `mlflow-artifacts:` URI is used unchanged; any other URI is matched by layout. */
function segmentsBelowMount(
  uri: string,
  input: ArtifactsInput,
  folder = defaultFolder,
): readonly string[] {
  const proxiedPath = /^mlflow-artifacts:(?:\/\/[^/]*)?\/+([^/][^]*)$/.exec(uri)?.[1]
  return (
    proxiedPath?.split('/') ??
    matchLayout(uri.split('/'), input) ?? [
      input.run.experimentId,
      input.run.id,
      'artifacts',
      folder,
    ]
  )
}

/**
 * Finds MLflow's usual layout at the end of another store's URI, which is
 * `<experiment>/<run>/artifacts/<path>` or `<experiment>/models/<m-id>/artifacts/<path>`, and drops
 * everything before it.
 */
function matchLayout(
  segments: readonly string[],
  { run, loggedModel }: ArtifactsInput,
): readonly string[] | undefined {
  const folder = findArtifactsFolder(segments, (id) => id === run.id || /^[0-9a-f]{32}$/.test(id))
  if (folder === undefined) return undefined
  const { index, isModel, ownerId } = folder
  if (isModel) {
    const experiment = loggedModel?.experimentId ?? run.experimentId
    return [experiment, ...segments.slice(index - 2)]
  }
  const experiment = ownerId === run.id ? run.experimentId : (segments[index - 2] ?? '')
  return [experiment, ...segments.slice(index - 1)]
}

/** The folder `artifacts` of a run or of a logged model. */
type ArtifactsFolder = {
  readonly index: number
  readonly isModel: boolean
  /** Id of the run or of the logged model. */
  readonly ownerId: string
}

function findArtifactsFolder(
  segments: readonly string[],
  isRun: (id: string) => boolean,
): ArtifactsFolder | undefined {
  for (const [index, segment] of segments.entries()) {
    const ownerId = segments[index - 1]
    if (segment !== 'artifacts' || ownerId === undefined) continue
    const isModel = segments[index - 2] === 'models' && isLoggedModelId(ownerId)
    if (isModel || isRun(ownerId)) return { index, isModel, ownerId }
  }
  return undefined
}

/** The run's artifact root up to its experiment. */
function experimentSegments(input: ArtifactsInput): readonly string[] {
  const { run } = input
  const root = segmentsBelowMount(run.artifactUri, input, '').filter((segment) => segment !== '')
  const [runId, artifacts] = root.slice(-2)
  return runId === run.id && artifacts === 'artifacts' ? root.slice(0, -2) : [run.experimentId]
}

/** Replaces ids only where MLflow's layout puts them: a match elsewhere is a coincidence. */
function withPlaceholders(
  segments: readonly string[],
  { run, modelId }: ArtifactsInput,
): readonly string[] {
  const folder = findArtifactsFolder(segments, (id) => id === run.id)
  if (folder === undefined) return segments
  const { index, isModel, ownerId } = folder
  const result = [...segments]
  if (!isModel) result[index - 1] = helmPlaceholder('runid')
  else if (ownerId === modelId) result[index - 1] = helmPlaceholder('modelid')
  const experiment = index - (isModel ? 3 : 2)
  if (segments[experiment] === run.experimentId)
    result[experiment] = helmPlaceholder('experimentId')
  return result
}

function isLoggedModelId(id: string): boolean {
  return /^m-[0-9a-f]{32}$/.test(id)
}
