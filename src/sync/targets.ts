import { problemOf, SyncError } from '../core/errors.ts'
import { joinProblems, mistakeKey, type Mistake, type Problem } from '../core/problem.ts'
import { targetName, type Target } from '../core/target.ts'
import { plural } from '../core/text/format.ts'
import { joinProse, own, plain, prose, type Prose } from '../core/text/prose.ts'

/** A target that nothing can be done for. */
export type FailedTarget = { readonly target: Target; readonly problem: Problem }

/** Several targets' problems as one; each names its target if the job has several. */
export function joinTargetProblems(
  problems: readonly FailedTarget[],
  targets: readonly Target[],
): Problem | undefined {
  if (targets.length < 2) return joinProblems(problems.map(({ problem }) => problem))
  const nameMistake = createMistakeNamer(problems)
  const nameAdvice = createAdviceNamer(problems)
  return joinProblems(
    problems.map(({ target, problem }) => ({
      message: nameTarget(target, problem.message),
      advice: problem.advice && nameAdvice(problem.advice),
      mistakes: problem.mistakes.map(nameMistake),
    })),
  )
}

/** Advice that does not hold for all of the problems says for which targets it does. */
function createAdviceNamer(problems: readonly FailedTarget[]): (advice: Prose) => Prose {
  return (advice) => {
    const text = plain(advice)
    const concerned = problems.filter(({ problem }) => plain(problem.advice ?? []) === text)
    if (concerned.length === problems.length) return advice
    return nameTargets([...new Set(concerned.map(({ target }) => target.name))], advice)
  }
}

/** Annotations show each mistake by itself, and one in a file that several targets share only once. */
function createMistakeNamer(problems: readonly FailedTarget[]): (mistake: Mistake) => Mistake {
  const named = problems.flatMap(({ target, problem }) =>
    problem.mistakes.map((mistake) => ({ name: target.name, key: mistakeKey(mistake) })),
  )
  const namesByKey = Map.groupBy(named, ({ key }) => key)
  return (mistake) => {
    const rows = namesByKey.get(mistakeKey(mistake)) ?? []
    const names = [...new Set(rows.map(({ name }) => name))]
    return { ...mistake, text: nameTargets(names, mistake.text) }
  }
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

export function nameTarget({ name }: Pick<Target, 'name'>, message: Prose): Prose {
  return prose`Target \`${name}\`: ${message}`
}

/** More would hide the message. */
const maxNamed = 5

function nameTargets(names: readonly string[], message: Prose): Prose {
  const [name, ...others] = names
  if (name !== undefined && others.length === 0) return nameTarget({ name }, message)
  const list = joinProse(
    names.slice(0, maxNamed).map((shown) => prose`\`${shown}\``),
    ', ',
  )
  const more = names.length > maxNamed ? own(` and ${names.length - maxNamed} more`) : []
  return prose`Targets ${list}${more}: ${message}`
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
