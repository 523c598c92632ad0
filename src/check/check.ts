import { readBranch, type BranchSnapshot } from '../github/branch.ts'
import { emptyResult, type Connection, type SyncResult } from '../core/result.ts'
import { branchQuery, type JobContext } from '../sync/job.ts'
import { readTemplate } from '../sync/template.ts'
import { skipped, tryCheck, type Finding } from './finding.ts'
import { checkMlflow } from './mlflow.ts'
import { checkPullRequests, checkRules, checkWrite } from './permissions.ts'

/**
 * `mode: check`: tries every connection and permission that a sync with these inputs needs, and
 * reports everything at once. It leaves no trace.
 */
export async function runChecks(context: JobContext): Promise<SyncResult> {
  const mlflow = await checkMlflow(context)
  const gitHub = await checkGitHub(context)
  const { name, branch } = context.inputs.repository
  return {
    ...emptyResult(name, branch),
    operation: 'checked',
    connections: [...mlflow, ...gitHub],
  }
}

async function checkGitHub(context: JobContext): Promise<Connection[]> {
  const { inputs, session } = context
  let snapshot: BranchSnapshot | undefined
  const branch = await tryCheck('GitHub: repository and branch', async () => {
    const read = await readBranch(session.github, branchQuery(inputs, inputs.targets[0]))
    snapshot = read
    const place = read.directory === '' ? 'the root' : read.directory
    const there = read.tree === undefined ? 'is not there yet and will be created' : 'is there'
    return {
      status: 'ok',
      detail: `${read.repository}, branch ${read.branch} at ${read.head.slice(0, 8)}; path ${place} ${there}`,
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
  return [
    branch,
    await tryCheck('GitHub: contents: write', () => checkWrite(session.github, known)),
    await tryCheck('GitHub: branch rules', () =>
      checkRules(session.github, known, inputs.pullRequest !== undefined),
    ),
    inputs.pullRequest === undefined
      ? skipped('GitHub: pull-requests: write', 'not needed without pull-request: true')
      : await tryCheck('GitHub: pull-requests: write', () =>
          checkPullRequests(session.github, known),
        ),
    await tryCheck('Template', () => checkTemplate(context, known)),
  ]
}

async function checkTemplate(
  { inputs, session, builtInTemplate }: JobContext,
  snapshot: BranchSnapshot,
): Promise<Finding> {
  const { template } = inputs.targets[0]
  await readTemplate(session.blobs, snapshot, template, builtInTemplate)
  return {
    status: 'ok',
    detail: template === undefined ? 'built in' : `${template} can be used`,
  }
}
