import { problemOf } from './core/errors.ts'
import { emptyResult, type Operation, type SyncResult } from './core/result.ts'
import type { Inputs } from './inputs/inputs.ts'
import type { JobResult } from './report/result.ts'
import { knownTargets } from './sync/read-targets.ts'
import { workflowRunUrl, type Environment } from './workflow-job.ts'

export type JobContext = Pick<
  JobResult,
  'mode' | 'serverUrl' | 'trackingUri' | 'uiUrl' | 'workflowRunUrl' | 'startedAt'
>

/** The parts of a job's result that are known without running it. */
export function jobContext(
  inputs: Inputs | undefined,
  environment: Environment,
  startedAt: Date,
): JobContext {
  return {
    mode: inputs?.mode ?? 'sync',
    serverUrl: inputs?.gitHubUrls.server ?? '',
    trackingUri: inputs?.mlflow.baseUrl ?? '',
    uiUrl: inputs?.mlflow.uiUrl ?? '',
    workflowRunUrl: workflowRunUrl(environment),
    startedAt,
  }
}

/** The result of a job that ended before it had one. */
export function failedJob(
  error: unknown,
  inputs: Inputs | undefined,
  environment: Environment,
  startedAt: Date,
): JobResult {
  const repository = inputs?.repository.name ?? environment.GITHUB_REPOSITORY ?? ''
  return {
    ...emptyResult(repository, inputs?.repository.branch),
    ...jobContext(inputs, environment, startedAt),
    targets: inputs === undefined ? [] : knownTargets(inputs),
    operation: 'failed',
    isBranchKnown: false,
    isCancelled: false,
    error: problemOf(error),
    requests: { mlflow: 0, github: 0 },
    phases: [],
    finishedAt: new Date(),
  }
}

/** A job that failed for one target says what it wrote, or would write, for the others. */
export function operationOf({ operation, error }: SyncResult): Operation {
  if (error === undefined || operation === 'planned') return operation
  return operation === 'none' || operation === 'checked' ? 'failed' : operation
}
