import { z } from 'zod'
import { pathIn, type BranchSnapshot } from '../core/branch.ts'
import { GitHubError } from '../core/errors.ts'
import type { GitHubClient } from './client.ts'

/** Tests permissions with requests that GitHub always rejects: the error shows what is missing. */
export type Probes = {
  /** Throws unless the token can commit to the branch. */
  readonly commit: (snapshot: BranchSnapshot, directory: string) => Promise<void>
  /** Throws unless the token can open pull requests. */
  readonly pullRequest: (branch: string) => Promise<void>
  /** Types of the rules that apply to a branch; undefined if this token cannot read them. */
  readonly rules: (branch: string) => Promise<readonly string[] | undefined>
}

export function createProbes(client: GitHubClient): Probes {
  return {
    commit: (snapshot, directory) => probeCommit(client, snapshot, directory),
    pullRequest: (branch) => probePullRequest(client, branch),
    rules: (branch) => readRules(client, branch),
  }
}

/** No commit has this hash. GitHub checks the permission before it rejects the expected head. */
const missingCommit = '0'.repeat(40)

const mutation = `mutation Check($input: CreateCommitOnBranchInput!) {
  createCommitOnBranch(input: $input) { commit { oid } }
}`

async function probeCommit(
  client: GitHubClient,
  snapshot: BranchSnapshot,
  directory: string,
): Promise<void> {
  const path = pathIn(directory, 'mlflow-sync-check.yaml')
  const input = {
    branch: { repositoryNameWithOwner: client.repository(), branchName: snapshot.branch },
    expectedHeadOid: missingCommit,
    message: { headline: 'Check the permission to commit' },
    fileChanges: { additions: [{ path, contents: '' }] },
  }
  try {
    await client.mutate('commit', mutation, { input }, z.unknown())
  } catch (error) {
    if (error instanceof GitHubError && error.reason === 'branch-moved') return
    throw error
  }
  throw new GitHubError('A commit that cannot be made was made')
}

/** GitHub rejects a pull request from a branch into itself, after checking the permission. */
async function probePullRequest(client: GitHubClient, branch: string): Promise<void> {
  try {
    await client.restOnce('pull-request', z.unknown(), (octokit, at) =>
      octokit.rest.pulls.create({ ...at, head: branch, base: branch, title: 'Check' }),
    )
  } catch (error) {
    if (error instanceof GitHubError && error.status === 422) return
    throw error
  }
  throw new GitHubError('A pull request of a branch into itself was opened')
}

const rules = z.array(z.object({ type: z.string() }))

async function readRules(
  client: GitHubClient,
  branch: string,
): Promise<readonly string[] | undefined> {
  try {
    const found = await client.rest('read', rules, (octokit, at) =>
      octokit.rest.repos.getBranchRules({ ...at, branch }),
    )
    return found.map(({ type }) => type)
  } catch (error) {
    const isHidden = error instanceof GitHubError && [403, 404].includes(error.status ?? 0)
    if (isHidden) return undefined
    throw error
  }
}
