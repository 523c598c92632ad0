import { z } from 'zod'
import { pathIn, type BranchSnapshot } from '../core/branch.ts'
import { GitHubError } from '../core/errors.ts'
import { prose } from '../core/text/prose.ts'
import { list } from '../http/list.ts'
import { aliasesFor } from './aliases.ts'
import { findRuleProblems, type RuleFindings } from './branch-rules.ts'
import type { GitHubClient } from './client.ts'
import type { PlannedWrite } from './evaluate-rule.ts'
import { branchesAbove } from './head-branch.ts'

/** Tests permissions with requests that GitHub always rejects: the error shows what is missing. */
export type Probes = {
  /** Throws unless the token can commit to the branch. */
  readonly commit: (snapshot: BranchSnapshot, directory: string) => Promise<void>
  /** Throws unless the token can open pull requests. */
  readonly pullRequest: (branch: string) => Promise<void>
  /** Compares a branch's rules with a planned write. */
  readonly rules: (write: PlannedWrite) => Promise<RuleFindings>
  /** Branches because of which Git can't create this one: `a` and `a/b` exclude each other. */
  readonly branchesInTheWay: (branch: string) => Promise<readonly string[]>
}

export function createProbes(client: GitHubClient): Probes {
  return {
    commit: (snapshot, directory) => probeCommit(client, snapshot, directory),
    pullRequest: (branch) => probePullRequest(client, branch),
    rules: (write) => findRuleProblems(client, write),
    branchesInTheWay: (branch) => findBranchesInTheWay(client, branch),
  }
}

/** No commit has this hash. GitHub checks the permission before it rejects the expected head. */
const missingCommit = '0'.repeat(40)

const mutation = `mutation Check($input: CreateCommitOnBranchInput!) {
  createCommitOnBranch(input: $input) { commit { oid } }
}`

/** What GitHub would say if it did not reject the requests. Anything else proves nothing. */
const committed = z.object({
  createCommitOnBranch: z.object({ commit: z.object({ oid: z.string() }) }),
})
const opened = z.object({ number: z.number() })

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
    await client.probe('commit', mutation, { input }, committed)
  } catch (error) {
    if (error instanceof GitHubError && error.reason === 'branch-moved') return
    throw error
  }
  throw new GitHubError(prose`GitHub accepted a commit that it must reject`, {
    advice: prose`Check for a proxy that changes responses.`,
  })
}

/** `No commits between main and main`: GitHub rejects it after checking the permission. */
async function probePullRequest(client: GitHubClient, branch: string): Promise<void> {
  try {
    await client.rest('pull-request', opened, (octokit, at) =>
      octokit.rest.pulls.create({ ...at, head: branch, base: branch, title: 'Check' }),
    )
  } catch (error) {
    if (error instanceof GitHubError && error.reason === 'branch-moved') return
    throw error
  }
  throw new GitHubError(prose`GitHub accepted a pull request that it must reject`, {
    advice: prose`Check for a proxy that changes responses.`,
  })
}

const namedRef = z.object({ name: z.string() })

/** Asks for each branch above, and for one branch below. */
async function findBranchesInTheWay(
  client: GitHubClient,
  branch: string,
): Promise<readonly string[]> {
  const above = aliasesFor('b', branchesAbove(branch))
  const fields = [...above].map(
    ([alias, name]) =>
      `${alias}: ref(qualifiedName: ${JSON.stringify(`refs/heads/${name}`)}) { name }`,
  )
  const { repository } = await client.query(
    `query BranchNames($owner: String!, $name: String!, $below: String!) {
      repository(owner: $owner, name: $name) {
        ${fields.join('\n')}
        below: refs(refPrefix: $below, first: 1) { nodes { name } }
      }
    }`,
    { below: `refs/heads/${branch}/` },
    z.object({
      repository: z
        .object({ below: z.object({ nodes: list(namedRef) }) })
        .catchall(namedRef.nullable()),
    }),
  )
  const { below, ...refs } = repository
  const found = [...above].filter(([alias]) => refs[alias] != null).map(([, name]) => name)
  return [...found, ...below.nodes.map(({ name }) => `${branch}/${name}`)]
}
