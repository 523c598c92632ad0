import { z } from 'zod'
import type { BranchSnapshot } from '../core/branch.ts'
import { GitHubError } from '../core/errors.ts'
import type { HeadCommit, PullRequest, PullRequestState } from '../core/pull-request.ts'
import type { Reviewers } from '../core/reviewers.ts'
import { list } from '../http/list.ts'
import type { GitHubClient } from './client.ts'
import type { Coordinates } from './octokit.ts'
import { followFirstParents, readHeadBranch, readMessages } from './head-branch.ts'

/** Pull requests from one head branch into one base branch. */
export type PullRequests = {
  /**
   * Reads the head branch and its newest pull requests.
   *
   * @throws GitHubError with reason `branch-moved` if the base branch is no longer at the snapshot.
   */
  readonly read: (base: BranchSnapshot, head: string) => Promise<PullRequestState>
  /** Open pull requests from the head branch into other branches than `base`. */
  readonly openElsewhere: (base: string, head: string) => Promise<readonly PullRequest[]>
  /** An open pull request into a branch, from any other one. */
  readonly openInto: (branch: string) => Promise<PullRequest | undefined>
  readonly get: (number: number) => Promise<PullRequest>
  /** All closed pull requests, merged or not, newest first. */
  readonly closed: (base: string, head: string) => Promise<readonly PullRequest[]>
  /**
   * Follows first parents from a commit up to the first one that `isEnd` accepts, newest first;
   * undefined if there is none among the commits of `maxQueries` queries, a hundred each.
   */
  readonly followFirstParents: (
    from: string,
    isEnd: (commit: HeadCommit) => boolean,
    maxQueries?: number,
  ) => Promise<readonly HeadCommit[] | undefined>
  /** The messages of commits, by hash. */
  readonly messages: (shas: readonly string[]) => Promise<ReadonlyMap<string, string>>
  /** How many commits of `head` are not in `base`; undefined if they have no common history. */
  readonly commitsAhead: (base: string, head: string) => Promise<number | undefined>
  readonly open: (base: string, head: string, text: PullRequestText) => Promise<PullRequest>
  readonly update: (number: number, change: PullRequestChange) => Promise<PullRequest>
  readonly addLabels: (number: number, labels: readonly string[]) => Promise<void>
  /** GitHub requests all of them or none. */
  readonly requestReviewers: (number: number, reviewers: Reviewers) => Promise<void>
}

export type PullRequestText = { readonly title: string; readonly body: string }

export type PullRequestChange = Partial<PullRequestText> & { readonly state?: 'closed' }

export function createPullRequests(client: GitHubClient): PullRequests {
  return {
    read: async (base, head) => {
      // In this order: if a pull request was merged in between, the base branch has moved.
      const all = await listOnePage(client, { head, state: 'all' }, newest)
      const isHere = (pull: PullRequest): boolean => pull.base === base.branch
      return {
        pullRequests: all.filter(isHere).slice(0, maxNewest),
        elsewhere: all.filter((pull) => !isHere(pull)),
        commit: await readHeadBranch(client, base, head),
      }
    },
    openElsewhere: async (base, head) => {
      const open = await listOnePage(client, { head, state: 'open' }, { page: 1, per_page: 100 })
      return open.filter((pull) => pull.base !== base)
    },
    openInto: async (branch) => {
      const [open] = await client.rest('read', list(pullRequest), (octokit, at) =>
        octokit.rest.pulls.list({ ...at, base: branch, state: 'open', per_page: 1 }),
      )
      return open
    },
    get: (number) =>
      client.rest('read', pullRequest, (octokit, at) =>
        octokit.rest.pulls.get({ ...at, pull_number: number }),
      ),
    closed: (base, head) => listAll(client, { base, head, state: 'closed' }),
    followFirstParents: (from, isEnd, maxQueries = 1) =>
      followFirstParents(client, from, isEnd, maxQueries),
    messages: (shas) => readMessages(client, shas),
    commitsAhead: (base, head) => commitsAhead(client, base, head),
    open: (base, head, text) =>
      client.restOnce('pull-request', pullRequest, (octokit, at) =>
        octokit.rest.pulls.create({ ...at, head, base, ...text }),
      ),
    update: (number, change) =>
      client.rest('pull-request', pullRequest, (octokit, at) =>
        octokit.rest.pulls.update({ ...at, pull_number: number, ...change }),
      ),
    addLabels: async (number, labels) => {
      await client.rest('pull-request', z.array(z.unknown()), (octokit, at) =>
        octokit.rest.issues.addLabels({ ...at, issue_number: number, labels: [...labels] }),
      )
    },
    requestReviewers: async (number, { users, teams }) => {
      await client.rest('pull-request', z.object({ number: z.number() }), (octokit, at) =>
        octokit.rest.pulls.requestReviewers({
          ...at,
          pull_number: number,
          reviewers: [...users],
          team_reviewers: [...teams],
        }),
      )
    },
  }
}

const comparison = z.object({ ahead_by: z.number() })

async function commitsAhead(
  client: GitHubClient,
  base: string,
  head: string,
): Promise<number | undefined> {
  try {
    const { ahead_by } = await client.rest('read', comparison, (octokit, at) =>
      octokit.rest.repos.compareCommitsWithBasehead({ ...at, basehead: `${base}...${head}` }),
    )
    return ahead_by
  } catch (error) {
    if (error instanceof GitHubError && error.reason === 'no-common-history') return undefined
    throw error
  }
}

const pullRequest = z
  .object({
    number: z.number(),
    html_url: z.string(),
    state: z.enum(['open', 'closed']),
    merged_at: z.string().nullish(),
    merge_commit_sha: z.string().nullish(),
    title: z.string(),
    body: z.string().nullish(),
    head: z.object({ sha: z.string() }),
    base: z.object({ ref: z.string() }),
    labels: list(z.object({ name: z.string() })).default([]),
    created_at: z.string().optional(),
    updated_at: z.string().optional(),
  })
  .transform((row): PullRequest => ({
    number: row.number,
    url: row.html_url,
    base: row.base.ref,
    state: row.state,
    merged: row.merged_at != null,
    mergeCommit: row.merge_commit_sha ?? undefined,
    title: row.title,
    body: row.body ?? '',
    headSha: row.head.sha,
    labels: row.labels.map(({ name }) => name),
    isUntouched: row.updated_at !== undefined && row.updated_at === row.created_at,
  }))

/** Where a pull request comes from. The repository is null once a fork was deleted. */
const origin = z.object({
  head: z.object({
    ref: z.string(),
    repo: z.object({ full_name: z.string() }).nullish(),
  }),
})

const listedPullRequest = z.intersection(origin, pullRequest)

type Query = {
  /** Undefined: any base branch. */
  readonly base?: string
  readonly head: string
  readonly state: 'all' | 'closed' | 'open'
}

type Page = { readonly page: number; readonly per_page: number }

/** Enough for the open one, if any, and the last ones that were closed. */
const maxNewest = 20

/** Those into other base branches count as well. */
const newest: Page = { page: 1, per_page: 100 }

/** Nobody has closed ten thousand pull requests from one branch. */
const maxPages = 100

async function listAll(client: GitHubClient, query: Query): Promise<PullRequest[]> {
  const per_page = 100
  const found: PullRequest[] = []
  for (let page = 1; ; page += 1) {
    const rows = await listPage(client, query, { page, per_page })
    found.push(...rows.filter((row) => isFrom(row, query, client.repository())))
    if (rows.length < per_page || page === maxPages) return found
  }
}

async function listOnePage(client: GitHubClient, query: Query, page: Page): Promise<PullRequest[]> {
  const rows = await listPage(client, query, page)
  return rows.filter((row) => isFrom(row, query, client.repository()))
}

function listPage(client: GitHubClient, { head, ...query }: Query, page: Page) {
  return client.rest('read', list(listedPullRequest), (octokit, at: Coordinates) =>
    octokit.rest.pulls.list({
      ...at,
      head: `${at.owner}:${head}`,
      ...query,
      sort: 'created',
      direction: 'desc',
      ...page,
    }),
  )
}

/**
 * GitHub's filter names the owner of the head branch's repository, not the repository, and an
 * organisation can own a fork of its own repository.
 */
function isFrom(row: z.infer<typeof origin>, { head }: Query, repository: string): boolean {
  const { repo, ref } = row.head
  const isSameRepository = repo !== null && (repo?.full_name ?? repository) === repository
  return isSameRepository && ref === head
}
