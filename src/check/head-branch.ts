import type { BranchSnapshot } from '../core/branch.ts'
import { problemOf, SyncError } from '../core/errors.ts'
import type { Problem } from '../core/problem.ts'
import { headBranchName, openPullRequest, type PullRequestSettings } from '../core/pull-request.ts'
import { prose } from '../core/text/prose.ts'
import { identifyHead } from '../sync/identify-head.ts'
import { findOtherTargets } from '../sync/other-jobs.ts'
import { findOtherPullRequest, rejectForeignHead } from '../sync/reject-head.ts'
import { retryOnFreshSnapshot } from './fresh-snapshot.ts'
import { plannedWrite } from './planned-write.ts'
import { ruleFinding } from './rule-finding.ts'
import type { Finding, TargetCheckOptions } from './run-check.ts'

/** Tests whether a pull request can have this head branch: its name, what is on it, and its rules. */
export async function checkHeadBranch(
  options: TargetCheckOptions,
  snapshot: BranchSnapshot,
  settings: PullRequestSettings,
): Promise<Finding> {
  const { probes } = options.repository
  const head = headBranchName(settings, snapshot.branch)
  if (head === snapshot.branch) {
    throw new SyncError(prose`\`pull-request-branch\` is the branch \`${head}\` itself`, {
      advice: prose`Set \`pull-request-branch\` to another name.`,
    })
  }
  const obstacles = (await probes.branchesInTheWay(head)).map((name) => ({
    message: prose`Branch \`${name}\` is in the way of \`${head}\`: Git can't have both`,
    advice: prose`Choose another \`pull-request-branch\`, or rename or delete that branch.`,
    mistakes: [],
  }))
  const foreign = obstacles.length > 0 ? [] : await findForeignHead(options, snapshot, head)
  const findings = await probes.rules(plannedWrite(options, head, true))
  return ruleFinding({ ...findings, violated: [...obstacles, ...foreign, ...findings.violated] })
}

/** A problem if the head branch exists and is not this job's alone. */
async function findForeignHead(
  options: TargetCheckOptions,
  snapshot: BranchSnapshot,
  name: string,
): Promise<Problem[]> {
  const { repository } = options
  return retryOnFreshSnapshot(options, snapshot, async (current) => {
    const state = await repository.pullRequests.read(current, name)
    const head = await identifyHead(repository, current, state)
    const open = openPullRequest(state)
    if (head.kind === 'foreign') return [problemOf(rejectForeignHead(name, head, open))]
    const plan = { snapshot: current, targets: options.targets }
    const own = { planned: new Set<string>(), proposing: options.proposing }
    const otherTargets =
      head.kind === 'own'
        ? await findOtherTargets(
            repository,
            plan,
            { name, head, open, pullRequests: state.pullRequests },
            own,
          )
        : undefined
    return [otherTargets ?? findOtherPullRequest(name, state) ?? []].flat().map(problemOf)
  })
}
