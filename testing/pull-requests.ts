import type { Inputs } from './action.ts'
import type { PullRequest } from './github/repository.ts'
import type { Project, SyncOptions, SyncStep } from './project.ts'

/** The branch of the action's pull requests to `main`. */
export const headBranch = 'mlflow-sync/main'

export function syncPullRequest(
  project: Project,
  inputs: Inputs = {},
  options: SyncOptions = {},
): Promise<SyncStep> {
  return project.sync({ 'pull-request': 'true', ...inputs }, options)
}

/** The only pull request of the project; throws when there is none or another one. */
export function onlyPullRequest({ repository }: Project): PullRequest {
  const [pull, ...others] = repository.pullRequests
  if (pull === undefined || others.length > 0) {
    throw new Error(`expected one pull request, found ${repository.pullRequests.length}`)
  }
  return pull
}

/** The commit below the head branch's only commit: the head of the base. */
export function baseOfHeadBranch({ repository }: Project): string {
  return repository.git('rev-parse', `${headBranch}^`)
}
