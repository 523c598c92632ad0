import { z } from 'zod'
import { GitHubError } from '../errors.ts'
import type { BranchSnapshot } from '../github/branch.ts'
import type { GitHubClient } from '../github/client.ts'
import { diagnoseGraphql } from '../github/diagnose.ts'
import type { Finding } from './finding.ts'

/** No commit has this hash, so a commit "on top of it" is refused, but only after the permission. */
const noCommit = '0'.repeat(40)

const mutation = `mutation Check($input: CreateCommitOnBranchInput!) {
  createCommitOnBranch(input: $input) { commit { oid } }
}`

/** Whether the token may commit: a commit that can't be made is refused for one reason or the other. */
export async function checkWrite(client: GitHubClient, snapshot: BranchSnapshot): Promise<Finding> {
  const path = snapshot.directory === '' ? '' : `${snapshot.directory}/`
  const result = await client.mutate(
    mutation,
    {
      input: {
        branch: { repositoryNameWithOwner: snapshot.repository, branchName: snapshot.branch },
        expectedHeadOid: noCommit,
        message: { headline: 'Check the permission to commit' },
        fileChanges: { additions: [{ path: `${path}mlflow-sync-check.yaml`, contents: '' }] },
      },
    },
    z.unknown(),
  )
  if (result.kind === 'done') throw new GitHubError('A commit that can not be made was made')
  const stale = result.problems.some(
    ({ type, message }) => type === 'STALE_DATA' || /expected branch to point/i.test(message),
  )
  if (stale) return { status: 'ok', detail: 'the token may commit' }
  throw diagnoseGraphql(result.problems, snapshot.repository)
}

const rules = z.array(z.object({ type: z.string() }))

/** Rules that refuse a direct commit; what GitHub does not show to this token can't be checked. */
export async function checkRules(
  client: GitHubClient,
  snapshot: BranchSnapshot,
  byPullRequest: boolean,
): Promise<Finding> {
  const [owner = '', repo = ''] = snapshot.repository.split('/')
  try {
    const found = await client.rest(rules, (octokit) =>
      octokit.rest.repos.getBranchRules({ owner, repo, branch: snapshot.branch }),
    )
    if (!byPullRequest && found.some(({ type }) => type === 'pull_request')) {
      throw new GitHubError(`A ruleset wants changes of ${snapshot.branch} by pull request`, {
        advice:
          'Set `pull-request: true`, or use a token that may bypass the rule (a GitHub App in its bypass list) as github-token.',
      })
    }
    return { status: 'ok', detail: `${found.length} rules, none against it` }
  } catch (error) {
    if (error instanceof GitHubError && (error.status === 404 || error.status === 403)) {
      return { status: 'skipped', detail: 'GitHub does not show the rules to this token' }
    }
    throw error
  }
}

/** Whether the token may open pull requests: one of a branch into itself can't exist. */
export async function checkPullRequests(
  client: GitHubClient,
  snapshot: BranchSnapshot,
): Promise<Finding> {
  const [owner = '', repo = ''] = snapshot.repository.split('/')
  const { branch } = snapshot
  try {
    await client.restOnce(z.unknown(), (octokit) =>
      octokit.rest.pulls.create({ owner, repo, head: branch, base: branch, title: 'Check' }),
    )
  } catch (error) {
    if (error instanceof GitHubError && error.status === 422) {
      return { status: 'ok', detail: 'the token may open pull requests' }
    }
    throw error
  }
  throw new GitHubError('A pull request of a branch into itself was opened')
}
