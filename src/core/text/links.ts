/** URL of a run in MLflow's UI. */
export function runUrl(uiUrl: string, experimentId: string, runId: string): string {
  return `${withoutTrailingSlash(uiUrl)}/#/experiments/${encodeURIComponent(experimentId.toWellFormed())}/runs/${encodeURIComponent(runId.toWellFormed())}`
}

/** URL of the page in MLflow's UI that compares runs. */
export function compareRunsUrl(
  uiUrl: string,
  experimentIds: readonly string[],
  runIds: readonly string[],
): string {
  const list = (ids: readonly string[]): string =>
    encodeURIComponent(JSON.stringify(ids.map((id) => id.toWellFormed())))
  return `${withoutTrailingSlash(uiUrl)}/#/compare-runs?runs=${list(runIds)}&experiments=${list([...new Set(experimentIds)])}`
}

/** URL of a model version in MLflow's UI. */
export function modelVersionUrl(uiUrl: string, name: string, version: string): string {
  return `${withoutTrailingSlash(uiUrl)}/#/models/${encodeURIComponent(name.toWellFormed())}/versions/${encodeURIComponent(version.toWellFormed())}`
}

/** URL of a file on GitHub, or of a line in it; `ref` is a branch or a commit. */
export function fileUrl(
  serverUrl: string,
  repository: string,
  ref: string,
  path: string,
  line?: number,
): string {
  const fragment = line === undefined ? '' : `#L${line}`
  return `${withoutTrailingSlash(serverUrl)}/${encodeSegments(repository)}/blob/${encodeSegments(ref)}/${encodeSegments(path)}${fragment}`
}

/** URL of a branch on GitHub, or of a directory in it. */
export function branchUrl(
  serverUrl: string,
  repository: string,
  branch: string,
  directory = '',
): string {
  const place = directory === '' ? branch : `${branch}/${directory}`
  return `${withoutTrailingSlash(serverUrl)}/${encodeSegments(repository)}/tree/${encodeSegments(place)}`
}

function withoutTrailingSlash(url: string): string {
  return url.replace(/(?<!\/)\/+$/, '')
}

function encodeSegments(path: string): string {
  return path.toWellFormed().split('/').map(encodeURIComponent).join('/')
}
