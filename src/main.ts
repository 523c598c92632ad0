import * as core from '@actions/core'
import { listenForCancellation } from './cancellation.ts'
import { createClock } from './clock.ts'
import type { Log } from './core/runtime.ts'
import { runJob } from './job.ts'
import { safeLine } from './report/log.ts'
import { publish } from './report/publish.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Runs the action as a step of a workflow: does the job, and always publishes its result. */
export async function main(environment: Environment): Promise<void> {
  // A log that nobody reads any more, as with `| head`, must not end the job or hide its exit code.
  process.stdout.on('error', () => undefined)
  const { signal, watchWrites, dispose } = listenForCancellation()
  const clock = createClock(signal)
  const { result, failOn } = await runJob(environment, {
    clock,
    log,
    signal,
    watchWrites,
    maskSecret: core.setSecret,
  })
  await publish(result, environment, failOn)
  dispose()
}

const log: Log = {
  debug: (line) => core.debug(safeLine(line)),
  info: (line) => core.info(safeLine(line)),
  // Warnings become annotations at the end of the job, within GitHub's limit of ten.
  warn: (line) => core.info(safeLine(`Warning: ${line}`)),
}
