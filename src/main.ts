import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import * as core from '@actions/core'
import { runChecks } from './check/check.ts'
import { conclude } from './conclude.ts'
import { ActionError, InputError, SyncError } from './errors.ts'
import type { Clock } from './http/retry.ts'
import { readInputs, type Inputs } from './inputs/inputs.ts'
import { safeLine } from './report/log.ts'
import { createStopwatch } from './report/progress.ts'
import { withoutSecrets, type SyncResult } from './report/result.ts'
import { createSession, secretsOf, type Log } from './session.ts'
import { runSync, type JobContext } from './sync/job.ts'
import { poll } from './sync/poll.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** The whole action: reads the environment, does the job, and always says what came of it. */
export async function main(environment: Environment): Promise<void> {
  const startedAt = new Date()
  const cancel = cancellation()
  let inputs: Inputs | undefined
  let result: SyncResult
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
): Promise<SyncResult> {
  const clock = clockFor(signal)
  const stopwatch = createStopwatch(() => performance.now())
  const session = createSession({ inputs, environment, clock, signal, log })
  const context: JobContext = {
    inputs,
    session,
    stopwatch,
    builtInTemplate: readFileSync(new URL('./template/vllm.yaml', import.meta.url), 'utf8'),
    serverUrl: environment.GITHUB_SERVER_URL ?? 'https://github.com',
  }
  try {
    const done =
      inputs.mode === 'check'
        ? await stopwatch.measure('check', () => runChecks(context))
        : await runSyncs(context, signal)
    return {
      ...emptyResult(inputs, environment, startedAt),
      ...done,
      warnings: [...insecureTls(inputs), ...done.warnings],
      requests: { mlflow: session.mlflow.requests(), github: session.github.requests() },
      phases: stopwatch.phases(),
      finishedAt: new Date(),
    }
  } finally {
    await session.close()
  }
}

function insecureTls({ mlflow }: Inputs): string[] {
  return mlflow.insecureTls
    ? [
        'mlflow-insecure-tls accepts any certificate: whoever is on the way can read and change everything. Use mlflow-ca-certificate instead.',
      ]
    : []
}

type Done = Pick<SyncResult, 'operation' | 'entries' | 'warnings'> & Partial<SyncResult>

async function runSyncs(context: JobContext, signal: AbortSignal): Promise<Done> {
  const { inputs, session } = context
  const job = await poll(() => runSync(context), {
    intervalMs: inputs.poll.intervalMs,
    durationMs: inputs.mode === 'plan' ? 0 : inputs.poll.durationMs,
    clock: session.clock,
    signal,
    log: session.log,
  })
  const { outcome } = job
  const error = job.error === undefined ? outcome?.error : wordsOf(job.error)
  return {
    operation: error === undefined ? (outcome?.operation ?? 'none') : 'failed',
    entries: outcome?.entries ?? [],
    warnings: [
      ...(outcome?.warnings ?? []),
      ...job.recovered.map(({ message }) => `An earlier round failed: ${message}`),
    ],
    ...(outcome === undefined ? {} : { repository: outcome.repository, branch: outcome.branch }),
    commit: outcome?.commit,
    pullRequest: outcome?.pullRequest,
    ...(error === undefined ? {} : { error }),
  }
}

function wordsOf(error: unknown): { message: string; advice?: string | undefined } {
  if (error instanceof InputError && error.problems.length > 1) {
    return { message: error.message, advice: error.advice }
  }
  if (error instanceof ActionError) return { message: error.message, advice: error.advice }
  return {
    message: `Unexpected error: ${error instanceof Error ? error.message : String(error)}`,
    advice: 'This is a fault of the action itself: please report it with the log at debug level.',
  }
}

function emptyResult(
  inputs: Inputs | undefined,
  environment: Environment,
  startedAt: Date,
): SyncResult {
  return {
    operation: 'none',
    mode: inputs?.mode ?? 'sync',
    repository: inputs?.repository.name ?? environment.GITHUB_REPOSITORY ?? '',
    branch: inputs?.repository.branch ?? '',
    path: inputs?.targets[0].directory ?? '',
    serverUrl: environment.GITHUB_SERVER_URL ?? 'https://github.com',
    trackingUri: inputs?.mlflow.baseUrl ?? '',
    uiUrl: inputs?.mlflow.uiUrl ?? '',
    entries: [],
    warnings: [],
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
): SyncResult {
  if (!(error instanceof ActionError) && error instanceof Error)
    core.debug(safeLine(error.stack ?? ''))
  return {
    ...emptyResult(inputs, environment, startedAt),
    operation: 'failed',
    error: wordsOf(error),
  }
}
