import type { Inputs } from './action.ts'
import type { PullRequest } from './github/repository.ts'
import type { Project, SyncOptions, SyncStep } from './project.ts'

/** Default head branch of the action's pull requests into `main`. */
export const headBranch = 'mlflow-sync/main'

export function syncPullRequest(
  project: Project,
  inputs: Inputs = {},
  options: SyncOptions = {},
): Promise<SyncStep> {
  return project.sync({ 'pull-request': 'true', ...inputs }, options)
}

/** The project's pull request; throws unless there is exactly one. */
export function onlyPullRequest({ repository }: Project): PullRequest {
  const [pull, ...others] = repository.pullRequests
  if (pull === undefined || others.length > 0) {
    throw new Error(`expected one pull request, found ${repository.pullRequests.length}`)
  }
  return pull
}

/** Parent of the head branch's last commit. It is the base's head if there is only one commit. */
export function baseOfHeadBranch({ repository }: Project): string {
  return repository.git('rev-parse', `${headBranch}^`)
}
