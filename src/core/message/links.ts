/** Address of a run's page in MLflow's UI. */
export const runUrl = (uiUrl: string, experimentId: string, runId: string): string =>
  `${base(uiUrl)}/#/experiments/${encodeURIComponent(experimentId.toWellFormed())}/runs/${encodeURIComponent(runId.toWellFormed())}`

/** Address of a model version's page in MLflow's UI. */
export const modelVersionUrl = (uiUrl: string, name: string, version: string): string =>
  `${base(uiUrl)}/#/models/${encodeURIComponent(name.toWellFormed())}/versions/${encodeURIComponent(version.toWellFormed())}`

/** Address of a file on GitHub; `ref` is a branch or a commit. */
export const fileUrl = (serverUrl: string, repository: string, ref: string, path: string): string =>
  `${base(serverUrl)}/${segments(repository)}/blob/${segments(ref)}/${segments(path)}`

/** Address of a branch on GitHub. */
export const branchUrl = (serverUrl: string, repository: string, branch: string): string =>
  `${base(serverUrl)}/${segments(repository)}/tree/${segments(branch)}`

const base = (url: string): string => url.replace(/\/+$/, '')

const segments = (path: string): string =>
  path.toWellFormed().split('/').map(encodeURIComponent).join('/')
