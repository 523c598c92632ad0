import type { ArtifactFacts, LoggedModel, Run } from './model.ts'
import { prose, type Prose } from './text/prose.ts'
import { helmPlaceholder } from './values-file/owned.ts'

/** Path of a version's artifacts under the mount, or why there is none. */
export type ArtifactsPath =
  { readonly ok: true; readonly path: string } | { readonly ok: false; readonly problem: Prose }

/** Where the charts mount the root of MLflow's artifact store. */
const mount = '/mlflow'

/** Id of the logged model (`m-` and 32 hexadecimal digits) that a version's source names. */
export function loggedModelId(source: string): string | undefined {
  return (
    /^models:\/(m-[0-9a-f]{32})\/?$/.exec(source)?.[1] ??
    /\/models\/(m-[0-9a-f]{32})(?:\/|$)/.exec(source)?.[1]
  )
}

/** Id of the logged model of a version; undefined if it has none or its source is not known. */
export function loggedModelIdOf({ source }: ArtifactFacts): string | undefined {
  return source.ok ? loggedModelId(source.source) : undefined
}

/**
 * Path of a version's artifacts under the mount. It is never guessed: a source outside of MLflow's
 * usual layout has none. Ids that are also in `global` are written as Helm placeholders. Because
 * charts pass the path through `tpl`, a path with other Helm code is rejected.
 */
export function artifactsPath(artifacts: ArtifactFacts, run: Run): ArtifactsPath {
  const located = locateBelowMount(artifacts, run)
  return located.ok
    ? joinPath(withPlaceholders(located.segments, run, loggedModelIdOf(artifacts)))
    : located
}

/** What `artifactsPath` is once Helm has replaced the ids, for charts that do not. */
export function finishedPath(artifacts: ArtifactFacts, run: Run): ArtifactsPath {
  const located = locateBelowMount(artifacts, run)
  return located.ok ? joinPath(located.segments) : located
}

function joinPath(segments: readonly string[]): ArtifactsPath {
  return { ok: true, path: [mount, ...segments].join('/') }
}

function locateBelowMount(artifacts: ArtifactFacts, run: Run): Located {
  if (!artifacts.source.ok) return artifacts.source
  const located = locate(artifacts.source.source, artifacts.loggedModel, run)
  if (!located.ok) return located
  const segments = located.segments.filter((segment) => segment !== '' && segment !== '.')
  const problem = findProblem(segments)
  return problem === undefined ? { ok: true, segments } : unlocated(problem)
}

function findProblem(segments: readonly string[]): Prose | undefined {
  const path = segments.join('/')
  if (/\p{Cc}|[\u2028\u2029]/u.test(path)) {
    return prose`the artifacts' path in MLflow contains control characters`
  }
  if (/\{\{|\}\}/.test(path)) {
    return prose`the artifacts' path in MLflow contains \`{{\` or \`}}\`, which Helm would run`
  }
  return segments.some((segment) => segment.split(/[\\/]/).includes('..'))
    ? prose`the artifacts' path in MLflow contains \`..\` and may point outside the mount`
    : undefined
}

type Located =
  /** Below the mount. */
  | { readonly ok: true; readonly segments: readonly string[] }
  | { readonly ok: false; readonly problem: Prose }

function unlocated(problem: Prose): Located {
  return { ok: false, problem }
}

function locate(source: string, loggedModel: LoggedModel | undefined, run: Run): Located {
  if (source === '') {
    return unlocated(prose`MLflow does not say where its artifacts are: its \`source\` is empty`)
  }
  if (source.startsWith('models:/')) {
    const id = loggedModelId(source)
    if (id === undefined) {
      return unlocated(prose`its source \`${source}\` is a copy whose origin is not known`)
    }
    return loggedModel?.id === id
      ? segmentsBelowMount(loggedModel.artifactUri, loggedModel, run)
      : unlocated(
          prose`MLflow does not have its logged model \`${id}\` (or does not show it to this user)`,
        )
  }
  const runUri = /^runs:\/+([^/]+)(?:\/([^]*))?/.exec(source)
  if (runUri === null) return segmentsBelowMount(source, loggedModel, run)
  const [, runId, path = ''] = runUri
  if (runId !== run.id) return unlocated(prose`its source names the artifacts of another run`)
  const root = segmentsBelowMount(run.artifactUri, undefined, run)
  return root.ok ? { ok: true, segments: [...root.segments, ...path.split('/')] } : root
}

/**
 * The path of a `mlflow-artifacts:` URI, or of the URL that stands for it, is used unchanged; any
 * other URI is matched by layout.
 */
function segmentsBelowMount(uri: string, loggedModel: LoggedModel | undefined, run: Run): Located {
  const segments = proxiedPath(uri)?.split('/') ?? matchLayout(uri, loggedModel, run)
  return segments === undefined
    ? unlocated(
        prose`its artifacts are at \`${uri}\`, which is not in MLflow's usual layout (\`…/<experiment>/<run>/artifacts\`), so they have no path under \`${mount}\``,
      )
    : { ok: true, segments }
}

/** `mlflow-artifacts:/path`, with or without a host, and the endpoint that MLflow maps it to. */
function proxiedPath(uri: string): string | undefined {
  return (
    /^mlflow-artifacts:(?:\/\/[^/]*)?\/+([^/][^]*)/.exec(uri)?.[1] ??
    /^https?:\/\/[^/]+\/(?:[^?#]*\/)?(?:ajax-)?api\/2\.0\/mlflow-artifacts\/artifacts\/+([^/?#][^?#]*)$/.exec(
      uri,
    )?.[1]
  )
}

/** Whether a URI says itself which path the artifacts have below the mount. */
export function isProxied(uri: string): boolean {
  return proxiedPath(uri) !== undefined
}

/** `C:\mlruns\…` or `\\server\share\…`, with any kind of slash. */
function isWindowsPath(uri: string): boolean {
  return /^(?:[A-Za-z]:[\\/]|\\\\)/.test(uri)
}

/**
 * Finds MLflow's usual layout at the end of another store's URI, which is
 * `<experiment>/<run>/artifacts/<path>` or `<experiment>/models/<m-id>/artifacts/<path>`, and drops
 * everything before it. An experiment can have a location of its own, so its id is taken from the run
 * or from the logged model if they own the folder.
 */
function matchLayout(
  uri: string,
  loggedModel: LoggedModel | undefined,
  run: Run,
): readonly string[] | undefined {
  // Azure's `…/experiments/<name>/runs/<run>/artifacts` is an address, not a folder in a store.
  if (/^azureml:/i.test(uri)) return undefined
  const segments = uri.split(isWindowsPath(uri) ? /[\\/]/ : '/')
  const folder = findArtifactsFolder(segments, (id) => id === run.id || /^[0-9a-f]{32}$/.test(id))
  if (folder === undefined) return undefined
  const { index, isModel, ownerId, experimentIndex } = folder
  const owner = [run, loggedModel].find((candidate) => candidate?.id === ownerId)
  const experiment = owner?.experimentId ?? segments[experimentIndex]
  if (experiment === undefined || (owner === undefined && !/^\d+$/.test(experiment)))
    return undefined
  return [experiment, ...segments.slice(index - (isModel ? 2 : 1))]
}

/** The folder `artifacts` of a run or of a logged model. */
type ArtifactsFolder = {
  readonly index: number
  readonly isModel: boolean
  /** Id of the run or of the logged model. */
  readonly ownerId: string
  readonly experimentIndex: number
}

function findArtifactsFolder(
  segments: readonly string[],
  isRun: (id: string) => boolean,
): ArtifactsFolder | undefined {
  for (const [index, segment] of segments.entries()) {
    const ownerId = segments[index - 1]
    if (segment !== 'artifacts' || ownerId === undefined) continue
    const isModel = segments[index - 2] === 'models' && isLoggedModelId(ownerId)
    if (isModel || isRun(ownerId)) {
      return { index, isModel, ownerId, experimentIndex: index - (isModel ? 3 : 2) }
    }
  }
  return undefined
}

/** Replaces ids only where MLflow's layout puts them: a match elsewhere is a coincidence. */
function withPlaceholders(
  segments: readonly string[],
  run: Run,
  modelId: string | undefined,
): readonly string[] {
  const folder = findArtifactsFolder(segments, (id) => id === run.id)
  if (folder === undefined) return segments
  const { index, isModel, ownerId, experimentIndex } = folder
  const result = [...segments]
  if (!isModel) result[index - 1] = helmPlaceholder('runid')
  else if (ownerId === modelId) result[index - 1] = helmPlaceholder('modelid')
  if (segments[experimentIndex] === run.experimentId) {
    result[experimentIndex] = helmPlaceholder('experimentId')
  }
  return result
}

function isLoggedModelId(id: string): boolean {
  return /^m-[0-9a-f]{32}$/.test(id)
}
