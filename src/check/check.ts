import { directoryAt, type BranchSnapshot, type Directory } from '../core/branch.ts'
import { emptyResult, type Connection, type SyncResult } from '../core/result.ts'
import { GitHubError } from '../errors.ts'
import { createTemplateReader, readFiles } from '../sync/read-files.ts'
import { branchQuery, type SyncOptions } from '../sync/sync.ts'
import { skipped, tryCheck, type Finding } from './finding.ts'
import { checkMlflow } from './mlflow.ts'

/** What a check needs of a sync's options. */
export type CheckOptions = Pick<
  SyncOptions,
  'mlflow' | 'repository' | 'branch' | 'targets' | 'pullRequest' | 'builtInTemplate' | 'clock'
> & {
  /** `owner/name` */
  readonly repositoryName: string
  readonly trackingUri: string
}

/**
 * `mode: check`: tries every connection and permission that a sync with these inputs needs, and
 * reports everything at once. It leaves no trace.
 */
export async function runChecks(options: CheckOptions): Promise<SyncResult> {
  const mlflow = await checkMlflow(options)
  const gitHub = await checkGitHub(options)
  return {
    ...emptyResult(options.repositoryName, options.branch),
    operation: 'checked',
    connections: [...mlflow, ...gitHub],
  }
}

async function checkGitHub(options: CheckOptions): Promise<Connection[]> {
  const { repository, targets, pullRequest } = options
  let snapshot: BranchSnapshot | undefined
  const branch = await tryCheck('GitHub: repository and branch', async () => {
    const read = await repository.readBranch(branchQuery(options))
    snapshot = read
    const { repository: name, branch: found, head } = read
    const places = targets.map(({ directory }) => placeOf(directoryAt(read, directory)))
    return {
      status: 'ok',
      detail: `${name}, branch ${found} at ${head.slice(0, 8)}; ${places.join('; ')}`,
    }
  })
  if (snapshot === undefined) {
    const why = 'the branch could not be read'
    return [
      branch,
      skipped('GitHub: contents: write', why),
      skipped('GitHub: branch rules', why),
      skipped('GitHub: pull-requests: write', why),
      skipped('Template', why),
    ]
  }
  const known = snapshot
  const { probes } = repository
  return [
    branch,
    await tryCheck('GitHub: contents: write', async () => {
      for (const { directory } of targets) await probes.commit(known, directory)
      return { status: 'ok', detail: 'the token may commit' }
    }),
    await tryCheck('GitHub: branch rules', async () =>
      judgeRules(await probes.rules(known.branch), known.branch, pullRequest !== undefined),
    ),
    pullRequest === undefined
      ? skipped('GitHub: pull-requests: write', 'not needed without pull-request: true')
      : await tryCheck('GitHub: pull-requests: write', async () => {
          await probes.pullRequest(known.branch)
          return { status: 'ok', detail: 'the token may open pull requests' }
        }),
    await tryCheck('Template', () => checkTemplates(options, known)),
  ]
}

function placeOf({ path, oid }: Directory): string {
  const there = oid === undefined ? 'is not there yet and will be created' : 'is there'
  return `path ${path === '' ? 'the root' : path} ${there}`
}

/** What GitHub does not show to this token can't be checked. */
function judgeRules(
  rules: readonly string[] | undefined,
  branch: string,
  byPullRequest: boolean,
): Finding {
  if (rules === undefined) {
    return { status: 'skipped', detail: 'GitHub does not show the rules to this token' }
  }
  if (!byPullRequest && rules.includes('pull_request')) {
    throw new GitHubError(`A ruleset wants changes of ${branch} by pull request`, {
      advice:
        'Set `pull-request: true`, or use a token that may bypass the rule (a GitHub App in its bypass list) as github-token.',
    })
  }
  return { status: 'ok', detail: `${rules.length} rules, none against it` }
}

async function checkTemplates(
  { repository, targets, builtInTemplate }: CheckOptions,
  snapshot: BranchSnapshot,
): Promise<Finding> {
  const nothing = { runs: [], excluded: [], listed: [] }
  const withoutFiles = targets.map((target) => ({
    target: { ...target, prune: undefined },
    selected: nothing,
  }))
  await readFiles(repository, snapshot, withoutFiles, createTemplateReader(builtInTemplate))
  const templates = targets.flatMap(({ template }) => (template === undefined ? [] : [template]))
  return {
    status: 'ok',
    detail: templates.length === 0 ? 'built in' : `${templates.join(', ')} can be used`,
  }
}
