import { problemOf, SyncError } from '../core/errors.ts'
import { joinProblems, type Problem } from '../core/problem.ts'
import { targetName, type Target } from '../core/target.ts'
import { plural } from '../core/text/format.ts'
import { prose, type Prose } from '../core/text/prose.ts'

/** A target that nothing can be done for. */
export type FailedTarget = { readonly target: Target; readonly problem: Problem }

/** Several targets' problems as one; each names its target if the job has several. */
export function joinTargetProblems(
  problems: readonly FailedTarget[],
  targets: readonly Target[],
): Problem | undefined {
  return joinProblems(
    problems.map(({ target, problem }) =>
      targets.length > 1 ? { ...problem, message: nameTarget(target, problem.message) } : problem,
    ),
  )
}

/**
 * Does something for each target, and reports together what fails.
 *
 * @throws SyncError if it failed for some of them.
 */
export async function forEachTarget(
  targets: readonly Target[],
  action: (target: Target) => Promise<void> | void,
): Promise<void> {
  const all = targets.map((target) => ({ target }))
  const { failed } = await splitTargets(all, async ({ target }) => action(target))
  const problem = joinTargetProblems(failed, targets)
  if (problem !== undefined) throw new SyncError(problem.message, problem)
}

/** Does something for each target, and sets those aside for which it fails. */
export async function splitTargets<T extends { readonly target: Target }, R>(
  items: readonly T[],
  action: (item: T) => Promise<R>,
): Promise<{ succeeded: R[]; failed: FailedTarget[] }> {
  const succeeded: R[] = []
  const failed: FailedTarget[] = []
  for (const item of items) {
    try {
      succeeded.push(await action(item))
    } catch (error) {
      if (!(error instanceof SyncError)) throw error
      failed.push({ target: item.target, problem: problemOf(error) })
    }
  }
  return { succeeded, failed }
}

export function nameTarget({ name }: Target, message: Prose): Prose {
  return prose`Target \`${name}\`: ${message}`
}

/** One line for the log about a target of the configuration. */
export function describeTarget({ name, directory, selection, ...target }: Target): string {
  const { modelLines, aliases, filter, runFilter, minimumAgeMs } = selection
  const parts = [
    `path ${targetName(directory)}`,
    `models ${modelLines.join(', ')}`,
    ...(aliases.length === 0 ? [] : [`aliases ${aliases.join(', ')}`]),
    ...(filter === undefined ? [] : [`filter ${filter}`]),
    ...(runFilter === undefined ? [] : [`run filter ${runFilter}`]),
    ...(minimumAgeMs === 0 ? [] : [`minimum age ${minimumAgeMs / 1000} s`]),
    ...(target.template === undefined ? [] : [`template ${target.template}`]),
    ...(target.index === undefined ? [] : [`index ${target.index}`]),
    ...(target.valuesSchema === undefined ? [] : [`values schema ${target.valuesSchema}`]),
    ...(target.prune === undefined
      ? []
      : [`prune (at most ${plural(target.prune.maxDeletions, 'deletion')})`]),
  ]
  return `target ${name}: ${parts.join('; ')}`
}
