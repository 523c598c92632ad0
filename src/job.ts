import { readFileSync } from 'node:fs'
import type { Cancellation } from './cancellation.ts'
import { runChecks } from './check/check.ts'
import { createClients, secretsOf, type Clients } from './clients.ts'
import { ActionError, problemOf } from './core/errors.ts'
import { emptyResult, type Operation, type SyncResult } from './core/result.ts'
import {
  createStopwatch,
  type Clock,
  type Log,
  type ReportProgress,
  type Stopwatch,
} from './core/runtime.ts'
import { prose, type Prose } from './core/text/prose.ts'
import { readInputs, type Inputs } from './inputs/inputs.ts'
import { actionVersion } from './core/version.ts'
import { headerLines } from './report/header.ts'
import { logRound, startJobLog, type JobLog } from './report/job-log.ts'
import { createCleaner, withoutSecrets, type JobResult } from './report/result.ts'
import { poll } from './sync/poll.ts'
import { knownTargets } from './sync/read-targets.ts'
import { workflowJob } from './workflow-job.ts'
import { runSync, type SyncOptions } from './sync/sync.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** What a job needs from the process that it runs in. */
export type Runtime = Pick<Cancellation, 'signal' | 'watchWrites'> & {
  readonly clock: Clock
  readonly log: Log
  /** Keeps a secret out of the log. */
  readonly maskSecret: (secret: string) => void
}

/** A job's result, without any secret, and how failures count. */
export type Job = { readonly result: JobResult; readonly failOn: Inputs['failOn'] }

/** Validates the inputs and does what they say. Whatever happens, there is a result. */
export async function runJob(environment: Environment, runtime: Runtime): Promise<Job> {
  const startedAt = new Date()
  const jobLog = startJobLog(runtime)
  const { log, clock } = jobLog
  let inputs: Inputs | undefined
  let result: JobResult
  try {
    inputs = readInputs(environment)
    for (const secret of secretsOf(inputs)) runtime.maskSecret(secret)
    jobLog.hide(secretsOf(inputs))
    for (const line of headerLines(actionVersion, inputs)) log.info(line)
    const { idleClock, watchRequest, report: progress } = jobLog
    const watched = { ...runtime, clock, idleClock, log, progress, watchRequest }
    result = await runInputs(inputs, environment, startedAt, watched)
  } catch (error) {
    logBug(error, log)
    result = failedJob(error, inputs, environment, startedAt)
  } finally {
    jobLog.stop()
  }
  const secrets = inputs === undefined ? [] : secretsOf(inputs)
  return { result: withoutSecrets(result, secrets), failOn: inputs?.failOn ?? 'error' }
}

/** What the log needs to know about long work. */
type WatchedWork = Pick<JobLog, 'idleClock' | 'watchRequest'> & {
  readonly progress: ReportProgress
}

async function runInputs(
  inputs: Inputs,
  environment: Environment,
  startedAt: Date,
  runtime: Runtime & WatchedWork,
): Promise<JobResult> {
  const { clock, log, signal, watchWrites, progress, idleClock } = runtime
  const stopwatch = createStopwatch(() => performance.now())
  const clients = createClients({ ...runtime, inputs, environment })
  watchWrites(clients.writes)
  const context = jobContext(inputs, environment, startedAt)
  const options = {
    ...syncOptions(inputs, clients, context, stopwatch),
    workflowJob: workflowJob(environment),
    clock,
    signal,
    info: log.info,
  }
  try {
    const result =
      inputs.mode === 'check'
        ? await stopwatch.measure('check', () =>
            runChecks({ ...options, ...namesFor(inputs), progress }),
          )
        : await runSyncs(inputs, clients, options, { signal, log, idleClock })
    return {
      ...result,
      ...context,
      targets: result.targets.length === 0 ? knownTargets(inputs) : result.targets,
      branch: result.branch ?? inputs.repository.branch,
      isBranchKnown: result.branch !== undefined,
      operation: operationOf(result),
      warnings: [...inputs.warnings, ...insecureTlsWarnings(inputs), ...result.warnings],
      requests: clients.requests(),
      phases: stopwatch.phases(),
      finishedAt: new Date(),
    }
  } finally {
    await clients.close()
  }
}

/** A job that failed for one target says what it wrote, or would write, for the others. */
function operationOf({ operation, error }: SyncResult): Operation {
  if (error === undefined || operation === 'planned') return operation
  return operation === 'none' || operation === 'checked' ? 'failed' : operation
}

function syncOptions(
  inputs: Inputs,
  clients: Clients,
  { uiUrl, serverUrl, workflowRunUrl }: JobContext,
  stopwatch: Stopwatch,
): Omit<SyncOptions, 'clock' | 'signal' | 'info' | 'workflowJob'> {
  const { repository, config, target, mode, commitMessage, pullRequest, writeBack } = inputs
  return {
    mlflow: clients.mlflow,
    repository: clients.repository,
    abandonGitHub: clients.abandonGitHub,
    branch: repository.branch,
    config,
    target,
    recreate: inputs.recreate,
    mode: mode === 'sync' ? 'sync' : 'plan',
    commitMessage,
    pullRequest,
    writeBack,
    builtInTemplate: readFileSync(new URL('../templates/vllm.yaml', import.meta.url), 'utf8'),
    uiUrl,
    serverUrl,
    workflowRunUrl,
    hideSecrets: createCleaner(secretsOf(inputs)),
    stopwatch,
  }
}

/** Names of the two servers in the results of a check. */
function namesFor({ repository, mlflow }: Inputs) {
  return { repositoryName: repository.name, trackingUri: mlflow.baseUrl }
}

function insecureTlsWarnings({ mlflow }: Inputs): Prose[] {
  return mlflow.insecureTls
    ? [
        prose`\`mlflow-insecure-tls\` accepts any certificate: anyone on the network path can read and modify the traffic. Use \`mlflow-ca-certificate\` instead.`,
      ]
    : []
}

/** One sync, or several with `poll-duration`. */
function runSyncs(
  { repository, poll: pollSettings }: Inputs,
  clients: Clients,
  options: SyncOptions,
  { signal, log, idleClock }: Pick<Runtime & WatchedWork, 'signal' | 'log' | 'idleClock'>,
): Promise<SyncResult> {
  const sync = async (): Promise<SyncResult> => {
    clients.beginSync()
    try {
      return await runSync(options)
    } catch (error) {
      // A bug, too, fails only this round: what earlier rounds wrote is still reported.
      logBug(error, log)
      return { ...emptyResult(repository.name, undefined), error: problemOf(error) }
    }
  }
  return poll(sync, {
    intervalMs: pollSettings.intervalMs,
    durationMs: options.mode === 'plan' ? 0 : pollSettings.durationMs,
    clock: idleClock,
    signal,
    info: log.info,
    onRound: (round, number) => logRound(log, round, number),
  })
}

type JobContext = Pick<
  JobResult,
  'mode' | 'serverUrl' | 'trackingUri' | 'uiUrl' | 'workflowRunUrl' | 'startedAt'
>

/** The parts of a job's result that are known without running it. */
function jobContext(
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

function failedJob(
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
    error: problemOf(error),
    requests: { mlflow: 0, github: 0 },
    phases: [],
    finishedAt: new Date(),
  }
}

function logBug(error: unknown, log: Log): void {
  if (!(error instanceof ActionError) && error instanceof Error) log.debug(error.stack ?? '')
}

/** The runner sets these variables; outside of GitHub Actions there is no run. */
function workflowRunUrl({
  GITHUB_SERVER_URL: server = '',
  GITHUB_REPOSITORY: repository = '',
  GITHUB_RUN_ID: runId = '',
  GITHUB_RUN_ATTEMPT: attempt = '',
}: Environment): string | undefined {
  if (server === '' || repository === '' || !/^\d+$/.test(runId)) return undefined
  const suffix = /^\d+$/.test(attempt) ? `/attempts/${attempt}` : ''
  return `${server}/${repository}/actions/runs/${runId}${suffix}`
}
