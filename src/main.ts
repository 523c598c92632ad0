import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import * as core from '@actions/core'
import { listenForCancellation, type Cancellation } from './cancellation.ts'
import { runChecks } from './check/check.ts'
import { createClients, secretsOf, type Clients } from './clients.ts'
import { ActionError, problemOf } from './core/errors.ts'
import { emptyResult, type Operation, type SyncResult } from './core/result.ts'
import { createStopwatch, type Clock, type Log, type Stopwatch } from './core/runtime.ts'
import { readInputs, type Inputs } from './inputs/inputs.ts'
import { safeLine } from './report/log.ts'
import { publish } from './report/publish.ts'
import { withoutSecrets, type JobResult } from './report/result.ts'
import { poll } from './sync/poll.ts'
import { runSync, type SyncOptions } from './sync/sync.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Runs the action: validates the inputs, does the job, and always publishes a result. */
export async function main(environment: Environment): Promise<void> {
  const startedAt = new Date()
  const cancellation = listenForCancellation()
  let inputs: Inputs | undefined
  let result: JobResult
  try {
    inputs = readInputs(environment)
    for (const secret of secretsOf(inputs)) core.setSecret(secret)
    result = await runJob(inputs, environment, startedAt, cancellation)
  } catch (error) {
    result = failedJob(error, inputs, environment, startedAt)
  }
  const secrets = inputs === undefined ? [] : secretsOf(inputs)
  await publish(withoutSecrets(result, secrets), environment, inputs?.failOn ?? 'error')
  cancellation.dispose()
}

function createClock(signal: AbortSignal): Clock {
  return {
    now: () => Date.now(),
    random: () => Math.random(),
    sleep: async (ms) => {
      try {
        await sleep(ms, undefined, { signal })
      } catch {
        signal.throwIfAborted()
      }
    },
  }
}

const log: Log = {
  debug: (line) => core.debug(safeLine(line)),
  info: (line) => core.info(safeLine(line)),
  // Warnings become annotations at the end of the job, within GitHub's limit of ten.
  warn: (line) => core.info(safeLine(`Warning: ${line}`)),
}

async function runJob(
  inputs: Inputs,
  environment: Environment,
  startedAt: Date,
  { signal, watchWrites }: Cancellation,
): Promise<JobResult> {
  const clock = createClock(signal)
  const stopwatch = createStopwatch(() => performance.now())
  const clients = createClients({ inputs, environment, clock, signal, log })
  watchWrites(clients.writes)
  const context = jobContext(inputs, startedAt)
  const options = syncOptions(inputs, clients, context, clock, stopwatch)
  try {
    const result =
      inputs.mode === 'check'
        ? await stopwatch.measure('check', () => runChecks({ ...options, ...namesFor(inputs) }))
        : await runSyncs(inputs, clients, options, signal)
    return {
      ...result,
      ...context,
      branch: result.branch ?? inputs.repository.branch,
      operation: operationOf(result),
      warnings: [...insecureTlsWarnings(inputs), ...result.warnings],
      requests: clients.requests(),
      phases: stopwatch.phases(),
      finishedAt: new Date(),
    }
  } finally {
    await clients.close()
  }
}

/** A job that failed after it had written something says what it wrote. */
function operationOf({ operation, error }: SyncResult): Operation {
  const hasWritten = !['none', 'planned', 'checked'].includes(operation)
  return error === undefined || hasWritten ? operation : 'failed'
}

function syncOptions(
  { repository, targets, mode, commitMessage, pullRequest }: Inputs,
  clients: Clients,
  { uiUrl, serverUrl }: JobContext,
  clock: Clock,
  stopwatch: Stopwatch,
): SyncOptions {
  return {
    mlflow: clients.mlflow,
    repository: clients.repository,
    branch: repository.branch,
    targets,
    mode: mode === 'sync' ? 'sync' : 'plan',
    commitMessage,
    pullRequest,
    builtInTemplate: readFileSync(new URL('../templates/vllm.yaml', import.meta.url), 'utf8'),
    uiUrl,
    serverUrl,
    clock,
    stopwatch,
    info: log.info,
  }
}

/** Names of the two servers in the results of a check. */
function namesFor({ repository, mlflow }: Inputs) {
  return { repositoryName: repository.name, trackingUri: mlflow.baseUrl }
}

function insecureTlsWarnings({ mlflow }: Inputs): string[] {
  return mlflow.insecureTls
    ? [
        'mlflow-insecure-tls accepts any certificate: anyone on the network path can read and modify the traffic. Use mlflow-ca-certificate instead.',
      ]
    : []
}

/** One sync, or several with `poll-duration`. */
function runSyncs(
  { repository, poll: pollSettings }: Inputs,
  clients: Clients,
  options: SyncOptions,
  signal: AbortSignal,
): Promise<SyncResult> {
  const sync = async (): Promise<SyncResult> => {
    clients.renewBudget()
    try {
      return await runSync(options)
    } catch (error) {
      // A bug, too, fails only this round: what earlier rounds wrote is still reported.
      logBug(error)
      return { ...emptyResult(repository.name, undefined), error: problemOf(error) }
    }
  }
  return poll(sync, {
    intervalMs: pollSettings.intervalMs,
    durationMs: options.mode === 'plan' ? 0 : pollSettings.durationMs,
    clock: options.clock,
    signal,
    log,
  })
}

type JobContext = Pick<
  JobResult,
  'mode' | 'path' | 'serverUrl' | 'trackingUri' | 'uiUrl' | 'startedAt'
>

/** The parts of a job's result that are known without running it. */
function jobContext(inputs: Inputs | undefined, startedAt: Date): JobContext {
  return {
    mode: inputs?.mode ?? 'sync',
    path: inputs?.targets[0].directory ?? '',
    serverUrl: inputs?.gitHubUrls.server ?? '',
    trackingUri: inputs?.mlflow.baseUrl ?? '',
    uiUrl: inputs?.mlflow.uiUrl ?? '',
    startedAt,
  }
}

function failedJob(
  error: unknown,
  inputs: Inputs | undefined,
  environment: Environment,
  startedAt: Date,
): JobResult {
  logBug(error)
  const repository = inputs?.repository.name ?? environment.GITHUB_REPOSITORY ?? ''
  return {
    ...emptyResult(repository, inputs?.repository.branch),
    ...jobContext(inputs, startedAt),
    operation: 'failed',
    error: problemOf(error),
    requests: { mlflow: 0, github: 0 },
    phases: [],
    finishedAt: new Date(),
  }
}

function logBug(error: unknown): void {
  if (!(error instanceof ActionError) && error instanceof Error) log.debug(error.stack ?? '')
}
