import { SyncError } from '../core/errors.ts'
import { joinProblems } from '../core/problem.ts'
import { prose } from '../core/text/prose.ts'
import type { Finding, TargetCheckOptions } from './run-check.ts'

type RuleFindings = Awaited<ReturnType<TargetCheckOptions['repository']['probes']['rules']>>

/** @throws SyncError if a rule forbids what a sync would write. */
export function ruleFinding({ ruleCount, branchExists, violated, unclear }: RuleFindings): Finding {
  const problem = joinProblems([...violated, ...unclear])
  if (problem !== undefined) {
    const { message, advice = [], mistakes } = problem
    if (violated.length > 0) throw new SyncError(message, { advice, mistakes })
    return { status: 'skipped', detail: message, advice }
  }
  const limit = branchExists
    ? []
    : prose`. Check again once the branch exists: branch protection only shows then`
  return ruleCount === undefined
    ? {
        status: 'skipped',
        detail: prose`GitHub does not show the rules to this token`,
        advice: prose`See Settings > Rules of the repository.`,
      }
    : { status: 'ok', detail: prose`rules: ${ruleCount}, none against it${limit}` }
}
