import type { CommitReference, Operation, PullRequestReference } from '../core/result.ts'
import { SyncError } from '../errors.ts'
import type { BranchSnapshot } from '../github/branch.ts'
import type { Clock } from '../http/retry.ts'
import type { SyncPlan } from './plan-sync.ts'

/** What a writer did with a plan. */
export type Written =
  | {
      readonly kind: 'written'
      /** The plan that was written; an earlier one if its response had been lost. */
      readonly planned: PlannedSync
      readonly operation: Operation
      readonly commit: CommitReference | undefined
      readonly pullRequest: PullRequestReference | undefined
      readonly warning: string | undefined
    }
  /** The branch is not where the plan was made for: read and plan again. */
  | { readonly kind: 'again'; readonly why: string }

/** Shorthand for what most writes leave open. */
export function written(
  planned: PlannedSync,
  operation: Operation,
  details: Partial<Pick<WrittenPlan, 'commit' | 'pullRequest' | 'warning'>> = {},
): WrittenPlan {
  return {
    kind: 'written',
    planned,
    operation,
    commit: undefined,
    pullRequest: undefined,
    warning: undefined,
    ...details,
  }
}

export type WrittenPlan = Extract<Written, { kind: 'written' }>

/** A plan with the state of the branch that it was made for. */
export type PlannedSync = {
  readonly plan: SyncPlan
  readonly snapshot: BranchSnapshot
  /** True when head and directory are known to be of one moment. */
  readonly anchored: boolean | undefined
}

export type SyncSteps = {
  /** Reads the branch and plans; called anew for each attempt. */
  readonly plan: () => Promise<PlannedSync>
  /** Writes all of a plan in one step, or nothing. */
  readonly write: (planned: PlannedSync) => Promise<Written>
  readonly clock: Clock
  readonly info: (line: string) => void
}

const attempts = 5

/** Wait before the next attempt: up to 1, 2, 4, 8 s, so that jobs that collide part. */
function waitMs(attempt: number, random: number): number {
  return Math.round(1000 * 2 ** (attempt - 1) * (0.25 + 0.75 * random))
}

/**
 * Plans and writes, and does both again when the branch moved in between.
 *
 * @throws SyncError when the branch moved five times.
 */
export async function syncWithRetries(steps: SyncSteps): Promise<WrittenPlan> {
  for (let attempt = 1; ; attempt += 1) {
    const planned = await steps.plan()
    const outcome =
      planned.anchored === false
        ? ({ kind: 'again', why: 'the branch moved while it was read' } as const)
        : await steps.write(planned)
    if (outcome.kind === 'written') return outcome
    if (attempt === attempts) {
      throw new SyncError(
        `Could not write to branch ${planned.snapshot.branch} in ${attempts} attempts: ${outcome.why}`,
        {
          advice:
            'Nothing was written. The next run will catch up; many jobs at once? Give them one concurrency group.',
        },
      )
    }
    const wait = waitMs(attempt, steps.clock.random())
    steps.info(
      `${outcome.why}; reading again in ${(wait / 1000).toFixed(1)} s (${attempt + 1} of ${attempts})`,
    )
    await steps.clock.sleep(wait)
  }
}
