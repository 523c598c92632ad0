import { readFileSync } from 'node:fs'
import type { Cancellation } from './cancellation.ts'
import { runChecks } from './check/check.ts'
import { createClients, secretsOf, type Clients, type WriteState } from './clients.ts'
import { ActionError, problemOf } from './core/errors.ts'
import type { Problem } from './core/problem.ts'
import { serverDigest, type ProposingJob } from './core/proposal-inputs.ts'
import { emptyResult, type SyncResult } from './core/result.ts'
import {
  createStopwatch,
  type Clock,
  type Log,
  type ReportProgress,
  type Stopwatch,
} from './core/runtime.ts'
import { joinSentences, prose, type Prose } from './core/text/prose.ts'
import { actionVersion } from './core/version.ts'
import { readInputs, type Inputs } from './inputs/inputs.ts'
import { failedJob, jobContext, operationOf, type JobContext } from './job-result.ts'
import { headerLines } from './report/header.ts'
import { logRound, startJobLog, type JobLog } from './report/job-log.ts'
import { createCleaner, withoutSecrets, type JobResult } from './report/result.ts'
import { poll } from './sync/poll.ts'
import { knownTargets } from './sync/read-targets.ts'
import { runSync, type SyncOptions } from './sync/sync.ts'
import { workflowJob, type Environment } from './workflow-job.ts'

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
    const isCancelled = runtime.signal.aborted
    result = { ...failedJob(error, inputs, environment, startedAt), isCancelled }
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
  if (inputs.mode === 'sync') watchWrites(clients.writes)
  const context = jobContext(inputs, environment, startedAt)
  const options = {
    ...syncOptions(inputs, clients, context, stopwatch),
    proposing: proposingJob(inputs, environment),
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
      isCancelled: signal.aborted,
      // A cancelled job says the same in its own words.
      error: signal.aborted ? result.error : errorOf(result, clients.writes()),
      warnings: [...inputs.warnings, ...insecureTlsWarnings(inputs), ...result.warnings],
      requests: clients.requests(),
      phases: stopwatch.phases(),
      finishedAt: new Date(),
    }
  } finally {
    await clients.close()
  }
}

const doubt = prose`A write may have succeeded: see the branch and its pull request. The next run will catch up in any case.`

/** The error of a job that is said to have written nothing, although GitHub could not be asked about a write. */
function errorOf(result: SyncResult, writes: WriteState): Problem | undefined {
  const { error } = result
  const isInDoubt = operationOf(result) === 'failed' && writes !== 'none' && writes !== 'done'
  if (error === undefined || !isInDoubt) return error
  return { ...error, advice: joinSentences([error.advice ?? [], doubt]) }
}

function syncOptions(
  inputs: Inputs,
  clients: Clients,
  { uiUrl, serverUrl, workflowRunUrl }: JobContext,
  stopwatch: Stopwatch,
): Omit<SyncOptions, 'clock' | 'signal' | 'info' | 'proposing'> {
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

function proposingJob({ mlflow, config }: Inputs, environment: Environment): ProposingJob {
  const server = serverDigest(mlflow.baseUrl, mlflow.workspace)
  return { job: workflowJob(environment), server, config }
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

function logBug(error: unknown, log: Log): void {
  if (!(error instanceof ActionError) && error instanceof Error) log.debug(error.stack ?? '')
}
