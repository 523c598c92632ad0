import { helmPlaceholder } from './values-file/owned.ts'
import type { LoggedModel, ModelVersion, Run } from './model.ts'

/** Where a version's artifacts are under the mount, or why that can't be told. */
export type ArtifactsPath =
  { readonly ok: true; readonly path: string } | { readonly ok: false; readonly problem: string }

export type ArtifactsInput = {
  readonly version: ModelVersion
  readonly run: Run
  readonly loggedModel?: LoggedModel | undefined
  /** The version's source with copies (`models:/name/1`) followed to their origin. */
  readonly resolvedSource?: string | undefined
  /** `global.modelid` of the file: only an id that is there can be written as a placeholder. */
  readonly modelId?: string | undefined
}

/** Where the charts mount the root of MLflow's artifact store. */
const mount = '/mlflow'

/** What `log_model` calls the folder of a run's model when nobody says otherwise. */
const usualFolder = 'model'

/** The logged model (`m-` and 32 hexadecimal digits) that a version's source names. */
export function loggedModelId(source: string): string | undefined {
  return (
    /^models:\/(m-[0-9a-f]{32})\/?$/.exec(source)?.[1] ??
    /\/models\/(m-[0-9a-f]{32})(?:\/|$)/.exec(source)?.[1]
  )
}

/**
 * Path of a version's artifacts under the mount, with the ids that are in `global` as Helm
 * placeholders. A chart passes it through `tpl`, so text that Helm would run is a problem.
 */
export function artifactsPath(input: ArtifactsInput): ArtifactsPath {
  const source = input.resolvedSource ?? input.version.source
  const located = locate(source, input)
  if (typeof located === 'string') return { ok: false, problem: located }
  const segments = located.filter((segment) => segment !== '' && segment !== '.')
  const problem = unsafe(segments)
  if (problem !== undefined) return { ok: false, problem }
  return { ok: true, path: [mount, ...withPlaceholders(segments, input)].join('/') }
}

function unsafe(segments: readonly string[]): string | undefined {
  const path = segments.join('/')
  if (/\p{Cc}|[\u2028\u2029]/u.test(path)) {
    return "the artifacts' path in MLflow holds control characters"
  }
  if (/\{\{|\}\}/.test(path)) {
    return "the artifacts' path in MLflow holds {{ or }}, which Helm would run"
  }
  return segments.some((segment) => segment.split(/[\\/]/).includes('..'))
    ? "the artifacts' path in MLflow holds .. and may lead out of the mount"
    : undefined
}

/** Segments below the mount, or the problem. */
function locate(source: string, input: ArtifactsInput): readonly string[] | string {
  const { run, loggedModel } = input
  if (source.startsWith('models:/')) {
    const id = loggedModelId(source)
    if (id === undefined) return 'its source is a copy whose origin is not known'
    return loggedModel?.id === id && loggedModel.artifactUri !== ''
      ? belowMount(loggedModel.artifactUri, input)
      : [...experimentRoot(input), 'models', id, 'artifacts']
  }
  const inRun = /^runs:\/+([^/]+)(?:\/([^]*))?$/.exec(source)
  if (inRun === null) return belowMount(source, input)
  const [, runId, path = ''] = inRun
  if (runId !== run.id) return 'its source names the artifacts of another run'
  return [...belowMount(run.artifactUri, input, ''), ...path.split('/')]
}

/** Segments of an artifact URI below the mount: behind MLflow's proxy as they are, else by layout. */
function belowMount(uri: string, input: ArtifactsInput, folder = usualFolder): readonly string[] {
  const proxied = /^mlflow-artifacts:(?:\/\/[^/]*)?\/+([^/][^]*)$/.exec(uri)?.[1]
  return (
    proxied?.split('/') ??
    byLayout(uri.split('/'), input) ?? [input.run.experimentId, input.run.id, 'artifacts', folder]
  )
}

/**
 * MLflow's usual layout at the end of another store's URI, `<experiment>/<run>/artifacts/<path>`
 * or `<experiment>/models/<m-id>/artifacts/<path>`; what stands before it is the store's own.
 */
function byLayout(
  segments: readonly string[],
  { run, loggedModel }: ArtifactsInput,
): readonly string[] | undefined {
  const isRun = (id: string) => id === run.id || /^[0-9a-f]{32}$/.test(id)
  const { end, isModel, own } = findOwner(segments, isRun)
  if (end < 0) return undefined
  if (isModel) {
    const experiment = loggedModel?.experimentId ?? run.experimentId
    return [experiment, ...segments.slice(end - 2)]
  }
  const experiment = own === run.id ? run.experimentId : (segments[end - 2] ?? '')
  return [experiment, ...segments.slice(end - 1)]
}

/** Finds the folder `artifacts` of a run or a logged model; `end` is -1 when there is none. */
function findOwner(
  segments: readonly string[],
  isRun: (id: string) => boolean,
): { end: number; isModel: boolean; own: string } {
  for (const [end, segment] of segments.entries()) {
    const own = segments[end - 1]
    if (segment !== 'artifacts' || own === undefined) continue
    const isModel = segments[end - 2] === 'models' && isLoggedModelId(own)
    if (isModel || isRun(own)) return { end, isModel, own }
  }
  return { end: -1, isModel: false, own: '' }
}

/** Segments that the run's experiment has below the mount. */
function experimentRoot(input: ArtifactsInput): readonly string[] {
  const { run } = input
  const ofRun = belowMount(run.artifactUri, input, '').filter((segment) => segment !== '')
  const [own, artifacts] = ofRun.slice(-2)
  return own === run.id && artifacts === 'artifacts' ? ofRun.slice(0, -2) : [run.experimentId]
}

/** Only in the places that MLflow's layout gives them: an id elsewhere is a mere coincidence. */
function withPlaceholders(
  segments: readonly string[],
  { run, modelId }: ArtifactsInput,
): readonly string[] {
  const { end, isModel, own } = findOwner(segments, (id) => id === run.id)
  if (end < 0) return segments
  const result = [...segments]
  if (!isModel) result[end - 1] = helmPlaceholder('runid')
  else if (own === modelId) result[end - 1] = helmPlaceholder('modelid')
  const experiment = end - (isModel ? 3 : 2)
  if (segments[experiment] === run.experimentId)
    result[experiment] = helmPlaceholder('experimentId')
  return result
}

function isLoggedModelId(id: string): boolean {
  return /^m-[0-9a-f]{32}$/.test(id)
}
