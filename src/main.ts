import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import * as core from '@actions/core'
import { runChecks } from './check/check.ts'
import { createClients, secretsOf, type Clients } from './clients.ts'
import { conclude } from './report/publish.ts'
import { emptyResult, type SyncResult } from './core/result.ts'
import { ActionError, problemOf, SyncError } from './errors.ts'
import { readInputs, type Inputs } from './inputs/inputs.ts'
import { safeLine } from './report/log.ts'
import { createStopwatch, type Clock, type Log } from './runtime.ts'
import { withoutSecrets, type JobResult } from './report/result.ts'
import { poll } from './sync/poll.ts'
import { runSync, type SyncOptions } from './sync/sync.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** The whole action: reads the environment, does the job, and always says what came of it. */
export async function main(environment: Environment): Promise<void> {
  const startedAt = new Date()
  const cancel = cancellation()
  let inputs: Inputs | undefined
  let result: JobResult
  try {
    inputs = readInputs(environment)
    for (const secret of secretsOf(inputs)) core.setSecret(secret)
    result = await runJob(inputs, environment, startedAt, cancel.signal)
  } catch (error) {
    result = failedResult(error, inputs, environment, startedAt)
  } finally {
    cancel.dispose()
  }
  const secrets = inputs === undefined ? [] : secretsOf(inputs)
  await conclude(withoutSecrets(result, secrets), environment, inputs?.failOn ?? 'error')
}

/** The runner sends SIGINT, then SIGTERM, then kills: requests under way end at the first. */
function cancellation(): { signal: AbortSignal; dispose: () => void } {
  const controller = new AbortController()
  const cancel = (): void => {
    const advice = 'A commit is made whole or not at all; the next run will catch up.'
    controller.abort(new SyncError('The job was cancelled', { advice }))
  }
  const signals = ['SIGINT', 'SIGTERM'] as const
  for (const name of signals) process.on(name, cancel)
  return {
    signal: controller.signal,
    dispose: () => {
      for (const name of signals) process.off(name, cancel)
    },
  }
}

function clockFor(signal: AbortSignal): Clock {
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
  // An annotation comes at the end, within GitHub's limit of ten.
  warn: (line) => core.info(safeLine(`Warning: ${line}`)),
}

async function runJob(
  inputs: Inputs,
  environment: Environment,
  startedAt: Date,
  signal: AbortSignal,
): Promise<JobResult> {
  const clock = clockFor(signal)
  const stopwatch = createStopwatch(() => performance.now())
  const clients = createClients({ inputs, environment, clock, signal, log })
  const facts = factsOf(inputs, environment, startedAt)
  const options = {
    ...inputs,
    ...clients,
    branch: inputs.repository.branch,
    builtInTemplate: readFileSync(new URL('../templates/vllm.yaml', import.meta.url), 'utf8'),
    uiUrl: facts.uiUrl,
    serverUrl: facts.serverUrl,
    clock,
    stopwatch,
    info: log.info,
  }
  try {
    const done =
      inputs.mode === 'check'
        ? await stopwatch.measure('check', () =>
            runChecks({
              ...options,
              repositoryName: inputs.repository.name,
              trackingUri: inputs.mlflow.baseUrl,
            }),
          )
        : await runSyncs(inputs, clients, { ...options, mode: inputs.mode }, signal)
    return {
      ...done,
      ...facts,
      operation: done.error === undefined ? done.operation : 'failed',
      warnings: [...insecureTls(inputs), ...done.warnings],
      requests: clients.requests(),
      phases: stopwatch.phases(),
      finishedAt: new Date(),
    }
  } finally {
    await clients.close()
  }
}

function insecureTls({ mlflow }: Inputs): string[] {
  return mlflow.insecureTls
    ? [
        'mlflow-insecure-tls accepts any certificate: whoever is on the way can read and change everything. Use mlflow-ca-certificate instead.',
      ]
    : []
}

function runSyncs(
  { repository, poll: times }: Inputs,
  clients: Clients,
  options: SyncOptions,
  signal: AbortSignal,
): Promise<SyncResult> {
  const sync = async (): Promise<SyncResult> => {
    clients.renewBudget()
    try {
      return await runSync(options)
    } catch (error) {
      // What the action raises on purpose fails one round; anything else is a bug and ends the job.
      if (!(error instanceof ActionError)) throw error
      return { ...emptyResult(repository.name, repository.branch), error: problemOf(error) }
    }
  }
  return poll(sync, {
    intervalMs: times.intervalMs,
    durationMs: options.mode === 'plan' ? 0 : times.durationMs,
    clock: options.clock,
    signal,
    log,
  })
}

type JobFacts = Omit<JobResult, keyof SyncResult>

function factsOf(inputs: Inputs | undefined, environment: Environment, startedAt: Date): JobFacts {
  return {
    mode: inputs?.mode ?? 'sync',
    path: inputs?.targets[0].directory ?? '',
    serverUrl: environment.GITHUB_SERVER_URL ?? 'https://github.com',
    trackingUri: inputs?.mlflow.baseUrl ?? '',
    uiUrl: inputs?.mlflow.uiUrl ?? '',
    requests: { mlflow: 0, github: 0 },
    phases: [],
    startedAt,
    finishedAt: new Date(),
  }
}

function failedResult(
  error: unknown,
  inputs: Inputs | undefined,
  environment: Environment,
  startedAt: Date,
): JobResult {
  if (!(error instanceof ActionError) && error instanceof Error)
    core.debug(safeLine(error.stack ?? ''))
  const repository = inputs?.repository.name ?? environment.GITHUB_REPOSITORY ?? ''
  return {
    ...emptyResult(repository, inputs?.repository.branch),
    ...factsOf(inputs, environment, startedAt),
    operation: 'failed',
    error: problemOf(error),
  }
}
