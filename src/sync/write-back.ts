import { problemOf } from '../core/errors.ts'
import { joinSentences, prose, type Prose } from '../core/text/prose.ts'
import { planTags, type PlanTagsOptions, type Written } from './plan-tags.ts'
import type { SelectedTarget } from './read-selection.ts'
import { sendTags, type SendTagsOptions } from './send-tags.ts'

export type WriteBackOptions = PlanTagsOptions &
  SendTagsOptions & {
    /** Aborted when the job is cancelled. */
    readonly signal: AbortSignal
  }

/**
 * Tags the model versions whose files are on the branch, and removes the tags of others. Whatever goes
 * wrong, the files have been written, so it is only a warning.
 */
export async function writeBack(
  options: WriteBackOptions,
  targets: readonly SelectedTarget[],
  written: Written,
): Promise<Prose[]> {
  try {
    const { planned, warnings } = await planTags(options, targets, written)
    return [...warnings, ...(await sendTags(options, planned, written.plan.snapshot.head))]
  } catch (error) {
    if (options.signal.aborted)
      return [
        prose`The job was cancelled before all tags were written to MLflow. The next sync will write them.`,
      ]
    const { message, advice = [] } = problemOf(error)
    return [joinSentences([prose`The tags in MLflow could not be written: ${message}`, advice])]
  }
}
