import type { WriteState } from './clients.ts'
import { SyncError } from './core/errors.ts'
import { prose } from './core/text/prose.ts'

export type Cancellation = {
  /** Aborted at the first signal; the reason is the error that ends the job. */
  readonly signal: AbortSignal
  /**
   * Sets how to find out, at the moment of the signal, whether the job has written something. A job that
   * never writes does not need it.
   */
  readonly watchWrites: (writes: () => WriteState) => void
  /** Leaves further signals to Node.js, which ends the process. */
  readonly dispose: () => void
}

/**
 * The runner sends SIGINT, after 7.5 seconds SIGTERM, and after another 2.5 seconds it kills the
 * process. The first signal ends the job, and further ones are ignored while its result is published.
 */
export function listenForCancellation(): Cancellation {
  const controller = new AbortController()
  let writes = (): WriteState | undefined => undefined
  const cancel = (): void => controller.abort(cancellationError(writes()))
  const signals = ['SIGINT', 'SIGTERM'] as const
  for (const name of signals) process.on(name, cancel)
  return {
    signal: controller.signal,
    watchWrites: (state) => {
      writes = state
    },
    dispose: () => {
      for (const name of signals) process.off(name, cancel)
    },
  }
}

function cancellationError(writes: WriteState | undefined): SyncError {
  switch (writes) {
    case undefined:
      return new SyncError(prose`The job was cancelled`)
    case 'none':
      return new SyncError(prose`The job was cancelled before it wrote anything`, {
        advice: prose`The next run will catch up.`,
      })
    case 'unknown':
      return new SyncError(prose`The job was cancelled during a write, which may have succeeded`, {
        advice: prose`See the history of the branch. A commit is made completely or not at all, and the next run will catch up in any case.`,
      })
    case 'more-unknown':
      return new SyncError(
        prose`The job was cancelled after it had written something, and during another write, which may have succeeded`,
        {
          advice: prose`What was written stays, and the next run recognises it and does the rest.`,
        },
      )
    case 'done':
      return new SyncError(prose`The job was cancelled after it had written something`, {
        advice: prose`What was written stays, and the next run will do the rest.`,
      })
  }
}
