import { directoryAt, type BranchSnapshot, type Directory } from '../core/branch.ts'
import { GitHubError } from '../core/errors.ts'
import type { Connection } from '../core/result.ts'
import { retryWhenBranchMoves } from '../sync/attempts.ts'
import { createTemplateReader, readTemplates } from '../sync/templates.ts'
import { branchQuery } from '../sync/sync.ts'
import { runCheck, skippedCheck, type CheckOptions, type Finding } from './run-check.ts'

/** Tests each kind of request that a sync with these inputs sends to GitHub. */
export async function checkGitHub(options: CheckOptions): Promise<Connection[]> {
  const { repository, targets, pullRequest } = options
  let branchSnapshot: BranchSnapshot | undefined
  const branchCheck = await runCheck('GitHub: repository and branch', async () => {
    const read = await repository.readBranch(branchQuery(options))
    branchSnapshot = read
    const { repository: name, branch, head } = read
    const directories = targets.map(({ directory }) =>
      describeDirectory(directoryAt(read, directory)),
    )
    return {
      status: 'ok',
      detail: `${name}, branch ${branch} at ${head.slice(0, 8)}; ${directories.join('; ')}`,
    }
  })
  if (branchSnapshot === undefined) {
    const reason = 'the branch could not be read'
    return [
      branchCheck,
      skippedCheck('GitHub: contents: write', reason),
      skippedCheck('GitHub: branch rules', reason),
      skippedCheck('GitHub: pull-requests: write', reason),
      skippedCheck('Template', reason),
    ]
  }
  const snapshot = branchSnapshot
  const { probes } = repository
  return [
    branchCheck,
    await runCheck('GitHub: contents: write', async () => {
      for (const { directory } of targets) await probes.commit(snapshot, directory)
      return { status: 'ok', detail: 'the token may commit' }
    }),
    await runCheck('GitHub: branch rules', async () =>
      checkRules(await probes.rules(snapshot.branch), snapshot.branch, pullRequest !== undefined),
    ),
    pullRequest === undefined
      ? skippedCheck('GitHub: pull-requests: write', 'not needed without pull-request: true')
      : await runCheck('GitHub: pull-requests: write', async () => {
          await probes.pullRequest(snapshot.branch)
          return { status: 'ok', detail: 'the token may open pull requests' }
        }),
    await runCheck('Template', () => checkTemplates(options, snapshot)),
  ]
}

function describeDirectory({ path, oid }: Directory): string {
  const status = oid === undefined ? 'is not there yet and will be created' : 'is there'
  return `path ${path === '' ? 'the root' : path} ${status}`
}

/** @param rules types of the branch's rules; undefined if this token cannot read them. */
function checkRules(
  rules: readonly string[] | undefined,
  branch: string,
  opensPullRequest: boolean,
): Finding {
  if (rules === undefined) {
    return { status: 'skipped', detail: 'GitHub does not show the rules to this token' }
  }
  if (!opensPullRequest && rules.includes('pull_request')) {
    throw new GitHubError(`A ruleset wants changes of ${branch} by pull request`, {
      advice:
        'Set `pull-request: true`, or use a token that may bypass the rule (a GitHub App in its bypass list) as github-token.',
    })
  }
  return { status: 'ok', detail: `rules: ${rules.length}, none against it` }
}

async function checkTemplates(options: CheckOptions, snapshot: BranchSnapshot): Promise<Finding> {
  const { repository, targets } = options
  const reader = createTemplateReader(options.builtInTemplate)
  let current: BranchSnapshot | undefined = snapshot
  await retryWhenBranchMoves(
    async () => {
      const read = current ?? (await repository.readBranch(branchQuery(options)))
      current = undefined
      await readTemplates(repository, read, targets, reader)
    },
    { ...options, branchName: () => snapshot.branch, settle: () => Promise.resolve(undefined) },
  )
  const templates = targets.flatMap(({ template }) => (template === undefined ? [] : [template]))
  return {
    status: 'ok',
    detail: templates.length === 0 ? 'built in' : `${templates.join(', ')} can be used`,
  }
}
