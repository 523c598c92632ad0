/** Address of a run's page in MLflow's UI. */
export function runUrl(uiUrl: string, experimentId: string, runId: string): string {
  return `${base(uiUrl)}/#/experiments/${encodeURIComponent(experimentId.toWellFormed())}/runs/${encodeURIComponent(runId.toWellFormed())}`
}

/** Address of a model version's page in MLflow's UI. */
export function modelVersionUrl(uiUrl: string, name: string, version: string): string {
  return `${base(uiUrl)}/#/models/${encodeURIComponent(name.toWellFormed())}/versions/${encodeURIComponent(version.toWellFormed())}`
}

/** Address of a file on GitHub; `ref` is a branch or a commit. */
export function fileUrl(serverUrl: string, repository: string, ref: string, path: string): string {
  return `${base(serverUrl)}/${segments(repository)}/blob/${segments(ref)}/${segments(path)}`
}

/** Address of a branch on GitHub. */
export function branchUrl(serverUrl: string, repository: string, branch: string): string {
  return `${base(serverUrl)}/${segments(repository)}/tree/${segments(branch)}`
}

function base(url: string): string {
  return url.replace(/\/+$/, '')
}

function segments(path: string): string {
  return path.toWellFormed().split('/').map(encodeURIComponent).join('/')
}
