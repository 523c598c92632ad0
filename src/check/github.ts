import { directoryAt, type BranchSnapshot, type Directory } from '../core/branch.ts'
import { SyncError } from '../core/errors.ts'
import type { Connection } from '../core/result.ts'
import { joinProse, own, prose, type Prose } from '../core/text/prose.ts'
import { branchQuery } from '../sync/read-servers.ts'
import { joinTargetProblems } from '../sync/targets.ts'
import { createTemplateReader, checkTemplates } from '../sync/templates.ts'
import { retryOnFreshSnapshot } from './fresh-snapshot.ts'
import { checkHeadBranch } from './head-branch.ts'
import { findIndexProblems } from './index-pages.ts'
import { plannedWrite } from './planned-write.ts'
import { ruleFinding } from './rule-finding.ts'
import { runCheck, skippedCheck, type Finding, type TargetCheckOptions } from './run-check.ts'
import { checkValues, findNameCollisions } from './values.ts'

type GitHubChecks = {
  /** As in `SyncResult`. */
  readonly repository: string
  readonly branch: string | undefined
  readonly connections: readonly Connection[]
  readonly warnings: readonly Prose[]
}

/** Tests each kind of request that a sync with these inputs sends to GitHub. */
export async function checkGitHub(options: TargetCheckOptions): Promise<GitHubChecks> {
  const { repository, targets } = options
  let branchSnapshot: BranchSnapshot | undefined
  const branchCheck = await runCheck(options, 'GitHub: repository and branch', async () => {
    const read = await repository.readBranch(branchQuery(options))
    branchSnapshot = read
    // Those of a chart's directory are reported with the schema.
    const obstructed = targets.flatMap((target) => {
      const problem = read.obstacles.get(target.directory)
      return problem === undefined ? [] : [{ target, problem }]
    })
    const obstacle = joinTargetProblems(obstructed, targets)
    if (obstacle !== undefined) throw new SyncError(obstacle.message, obstacle)
    const { repository: name, branch, head } = read
    const directories = targets.map(({ directory }) =>
      describeDirectory(directoryAt(read, directory)),
    )
    return {
      status: 'ok',
      detail: prose`\`${name}\`, branch \`${branch}\` at ${head.slice(0, 8)}; ${joinProse(directories, '; ')}`,
    }
  })
  if (branchSnapshot === undefined) {
    const reason = prose`the branch could not be read`
    const connections = [
      branchCheck,
      skippedCheck('GitHub: contents: write', reason),
      skippedCheck('GitHub: branch rules', reason),
      skippedCheck('GitHub: pull-requests: write', reason),
      skippedCheck('GitHub: head branch', reason),
      skippedCheck('Template', reason),
    ]
    return { repository: options.repositoryName, branch: undefined, connections, warnings: [] }
  }
  const connections = [branchCheck, ...(await checkSnapshot(options, branchSnapshot))]
  const warnings = await retryOnFreshSnapshot(options, branchSnapshot, async (current) => [
    ...(await findNameCollisions(repository, current, targets)),
    ...(await findIndexProblems(repository, current, targets)),
  ])
  const { repository: name, branch } = branchSnapshot
  return { repository: name, branch, connections, warnings }
}

async function checkSnapshot(
  options: TargetCheckOptions,
  snapshot: BranchSnapshot,
): Promise<Connection[]> {
  const { repository, targets, pullRequest } = options
  const { probes } = repository
  return [
    await runCheck(options, 'GitHub: contents: write', async () => {
      const directories = targets
        .map(({ directory }) => directory)
        .filter((directory) => !snapshot.obstacles.has(directory))
      for (const directory of directories.length === 0 ? [''] : directories)
        await probes.commit(snapshot, directory)
      return { status: 'ok', detail: prose`the token may commit` }
    }),
    pullRequest === undefined
      ? await runCheck(options, 'GitHub: branch rules', async () =>
          ruleFinding(await probes.rules(plannedWrite(options, snapshot.branch, false))),
        )
      : {
          name: 'GitHub: branch rules',
          status: 'ok',
          detail: prose`the pull request is subject to them`,
          advice: [],
          mistakes: [],
        },
    ...(await checkPullRequest(options, snapshot)),
    await runCheck(options, 'Template', () => templateFinding(options, snapshot)),
    ...(targets.some(({ valuesSchema }) => valuesSchema !== undefined)
      ? [await runCheck(options, 'Values schema', () => checkAllValues(options, snapshot))]
      : []),
  ]
}

function describeDirectory({ path, oid }: Directory): Prose {
  if (path === '') return prose`the path is the root`
  const status = own(oid === undefined ? 'does not exist yet and will be created' : 'exists')
  return prose`the path \`${path}\` ${status}`
}

/** Tests what only a sync with `pull-request: true` needs. */
async function checkPullRequest(
  options: TargetCheckOptions,
  snapshot: BranchSnapshot,
): Promise<Connection[]> {
  const { repository, pullRequest } = options
  const { probes } = repository
  const names = ['GitHub: pull-requests: write', 'GitHub: head branch'] as const
  if (pullRequest === undefined) {
    return names.map((name) => skippedCheck(name, prose`not needed without \`pull-request: true\``))
  }
  return [
    await runCheck(options, names[0], async () => {
      await probes.pullRequest(snapshot.branch)
      return { status: 'ok', detail: prose`the token may open pull requests` }
    }),
    await runCheck(options, names[1], () => checkHeadBranch(options, snapshot, pullRequest)),
  ]
}

async function templateFinding(
  options: TargetCheckOptions,
  snapshot: BranchSnapshot,
): Promise<Finding> {
  const { repository, targets } = options
  const reader = createTemplateReader(options.builtInTemplate)
  await retryOnFreshSnapshot(options, snapshot, (current) =>
    checkTemplates(repository, current, targets, reader),
  )
  const templates = [...new Set(targets.flatMap(({ template }) => template ?? []))]
  return {
    status: 'ok',
    detail:
      templates.length === 0
        ? prose`built in`
        : prose`${joinProse(
            templates.map((path) => prose`\`${path}\``),
            ', ',
          )} can be used`,
  }
}

function checkAllValues(options: TargetCheckOptions, snapshot: BranchSnapshot): Promise<Finding> {
  const { repository, targets } = options
  return retryOnFreshSnapshot(options, snapshot, (current) =>
    checkValues(repository, current, targets),
  )
}
