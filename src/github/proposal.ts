import { z } from 'zod'
import type { BranchSnapshot } from './branch.ts'
import type { GitHubClient } from './client.ts'

/** The head branch of the pull request as it is. */
export type ProposalBranch = {
  readonly name: string
  readonly head: string
  /** Address of that commit. */
  readonly url: string
  readonly message: string
  readonly parents: readonly string[]
  /** Hash of each entry of the values directory on it. */
  readonly entries: ReadonlyMap<string, string>
}

export type PullRequest = {
  readonly number: number
  readonly url: string
  readonly state: 'open' | 'closed'
  readonly merged: boolean
  readonly title: string
  readonly body: string
}

export type Proposal = {
  readonly repositoryId: string
  /** Undefined: there is no such branch. */
  readonly branch: ProposalBranch | undefined
  /** Newest first; only those of this repository's own head branch into this base. */
  readonly pullRequests: readonly PullRequest[]
}

const query = `query Proposal($owner: String!, $name: String!, $ref: String!, $directory: String!) {
  repository(owner: $owner, name: $name) {
    id
    ref(qualifiedName: $ref) {
      target { oid ... on Commit { url message parents(first: 3) { nodes { oid } } } }
    }
    directory: object(expression: $directory) { __typename ... on Tree { entries { name oid } } }
  }
}`

const answer = z.object({
  repository: z.object({
    id: z.string(),
    ref: z
      .object({
        target: z.object({
          oid: z.string(),
          url: z.string(),
          message: z.string(),
          parents: z.object({ nodes: z.array(z.object({ oid: z.string() })) }),
        }),
      })
      .nullable(),
    directory: z
      .object({ entries: z.array(z.object({ name: z.string(), oid: z.string() })).default([]) })
      .nullable(),
  }),
})

const pullRequest = z
  .object({
    number: z.number(),
    html_url: z.string(),
    state: z.enum(['open', 'closed']),
    merged_at: z.string().nullish(),
    title: z.string(),
    body: z.string().nullish(),
  })
  .transform((row): PullRequest => ({
    number: row.number,
    url: row.html_url,
    state: row.state,
    merged: row.merged_at != null,
    title: row.title,
    body: row.body ?? '',
  }))

/** A proposal that was closed longer ago than this many others is forgotten. */
const remembered = 30

/** Reads the head branch and the pull requests that it has or had. */
export async function readProposal(
  client: GitHubClient,
  base: BranchSnapshot,
  head: string,
): Promise<Proposal> {
  const [owner = '', repo = ''] = base.repository.split('/')
  const { repository } = await client.query(
    query,
    {
      owner,
      name: repo,
      ref: `refs/heads/${head}`,
      directory: `refs/heads/${head}:${base.directory}`,
    },
    answer,
  )
  const pullRequests = await client.rest(z.array(pullRequest), (octokit) =>
    octokit.rest.pulls.list({
      owner,
      repo,
      head: `${owner}:${head}`,
      base: base.branch,
      state: 'all',
      sort: 'created',
      direction: 'desc',
      per_page: remembered,
    }),
  )
  const { ref, directory } = repository
  return {
    repositoryId: repository.id,
    branch: ref === null ? undefined : branchOf(head, ref.target, directory?.entries ?? []),
    pullRequests,
  }
}

function branchOf(
  name: string,
  target: NonNullable<z.infer<typeof answer>['repository']['ref']>['target'],
  entries: readonly { name: string; oid: string }[],
): ProposalBranch {
  return {
    name,
    head: target.oid,
    url: target.url,
    message: target.message,
    parents: target.parents.nodes.map(({ oid }) => oid),
    entries: new Map(entries.map((entry) => [entry.name, entry.oid])),
  }
}

export function createPullRequest(
  client: GitHubClient,
  base: BranchSnapshot,
  head: string,
  text: { readonly title: string; readonly body: string },
): Promise<PullRequest> {
  const [owner = '', repo = ''] = base.repository.split('/')
  return client.restOnce(pullRequest, (octokit) =>
    octokit.rest.pulls.create({ owner, repo, head, base: base.branch, ...text }),
  )
}

export function updatePullRequest(
  client: GitHubClient,
  repository: string,
  number: number,
  change: { readonly title?: string; readonly body?: string; readonly state?: 'closed' },
): Promise<PullRequest> {
  const [owner = '', repo = ''] = repository.split('/')
  return client.rest(pullRequest, (octokit) =>
    octokit.rest.pulls.update({ owner, repo, pull_number: number, ...change }),
  )
}

export async function addLabels(
  client: GitHubClient,
  repository: string,
  number: number,
  labels: readonly string[],
): Promise<void> {
  const [owner = '', repo = ''] = repository.split('/')
  await client.rest(z.unknown(), (octokit) =>
    octokit.rest.issues.addLabels({ owner, repo, issue_number: number, labels: [...labels] }),
  )
}

/** How many commits the head branch has that the base has not. */
export async function commitsAhead(
  client: GitHubClient,
  repository: string,
  base: string,
  head: string,
): Promise<number> {
  const [owner = '', repo = ''] = repository.split('/')
  const answer = await client.rest(z.object({ ahead_by: z.number() }), (octokit) =>
    octokit.rest.repos.compareCommitsWithBasehead({ owner, repo, basehead: `${base}...${head}` }),
  )
  return answer.ahead_by
}
