import { z } from 'zod'
import { pathIn, type BranchSnapshot } from '../core/branch.ts'
import type { HeadBranch, PullRequest, PullRequestState } from '../core/pull-request.ts'
import { aliasedObjects, aliasesFor, objectFields } from './aliases.ts'
import type { GitHubClient } from './client.ts'

/** Pull requests of one repository, and their head branches. */
export type PullRequests = {
  /** Reads the head branch and its pull requests, open and closed. */
  readonly read: (base: BranchSnapshot, head: string) => Promise<PullRequestState>
  /** Number of commits on the head branch that are not on the base. */
  readonly commitsAhead: (base: string, head: string) => Promise<number>
  readonly open: (base: string, head: string, text: PullRequestText) => Promise<PullRequest>
  readonly update: (number: number, change: PullRequestChange) => Promise<void>
  readonly addLabels: (number: number, labels: readonly string[]) => Promise<void>
  /**
   * Moves, creates (`from` undefined) or deletes (`to` undefined) a branch in one compare-and-swap
   * step. Only for the action's own branch: it may move backwards.
   *
   * @throws GitHubError with reason `branch-moved` if the branch is not at `from`.
   */
  readonly moveBranch: (move: BranchMove) => Promise<void>
}

export type BranchMove = {
  readonly branch: string
  readonly from: string | undefined
  readonly to: string | undefined
}

export type PullRequestText = { readonly title: string; readonly body: string }

export type PullRequestChange = Partial<PullRequestText> & { readonly state?: 'closed' }

export function createPullRequests(client: GitHubClient): PullRequests {
  return {
    read: (base, head) => readState(client, base, head),
    commitsAhead: async (base, head) => {
      const { ahead_by } = await client.rest(
        'read',
        z.object({ ahead_by: z.number() }),
        (octokit, at) =>
          octokit.rest.repos.compareCommitsWithBasehead({ ...at, basehead: `${base}...${head}` }),
      )
      return ahead_by
    },
    open: (base, head, text) =>
      client.restOnce('pull-request', pullRequest, (octokit, at) =>
        octokit.rest.pulls.create({ ...at, head, base, ...text }),
      ),
    update: async (number, change) => {
      await client.rest('pull-request', pullRequest, (octokit, at) =>
        octokit.rest.pulls.update({ ...at, pull_number: number, ...change }),
      )
    },
    addLabels: async (number, labels) => {
      await client.rest('pull-request', z.unknown(), (octokit, at) =>
        octokit.rest.issues.addLabels({ ...at, issue_number: number, labels: [...labels] }),
      )
    },
    moveBranch: (move) => moveBranch(client, move),
  }
}

const ref = z
  .object({
    target: z.object({
      oid: z.string(),
      url: z.string(),
      message: z.string(),
      parents: z.object({ nodes: z.array(z.object({ oid: z.string() })) }),
    }),
  })
  .nullable()

const directory = z
  .object({
    entries: z.array(z.object({ name: z.string(), oid: z.string() })).default([]),
  })
  .nullable()

const pullRequest = z
  .object({
    number: z.number(),
    html_url: z.string(),
    state: z.enum(['open', 'closed']),
    merged_at: z.string().nullish(),
    body: z.string().nullish(),
  })
  .transform((row): PullRequest => ({
    number: row.number,
    url: row.html_url,
    state: row.state,
    merged: row.merged_at != null,
    body: row.body ?? '',
  }))

/** Only this many of the newest pull requests are read, so older rejections are forgotten. */
const maxPullRequests = 30

async function readState(
  client: GitHubClient,
  base: BranchSnapshot,
  head: string,
): Promise<PullRequestState> {
  const paths = aliasesFor('d', base.directories.keys())
  const at = (path: string) => ({ expression: `refs/heads/${head}:${path}` })
  const listing = '... on Tree { entries { name oid } }'
  const { repository, directories } = await client.query(
    `query PullRequests($owner: String!, $name: String!, $ref: String!) {
      repository(owner: $owner, name: $name) {
        ref(qualifiedName: $ref) {
          target { oid ... on Commit { url message parents(first: 3) { nodes { oid } } } }
        }
      }
      ${objectFields('directories', paths, at, listing)}
    }`,
    { ref: `refs/heads/${head}` },
    z.object({
      repository: z.object({ ref }),
      directories: aliasedObjects(paths, directory),
    }),
  )
  const pullRequests = await client.rest('read', z.array(pullRequest), (octokit, at) =>
    octokit.rest.pulls.list({
      ...at,
      head: `${at.owner}:${head}`,
      base: base.branch,
      state: 'all',
      sort: 'created',
      direction: 'desc',
      per_page: maxPullRequests,
    }),
  )
  if (repository.ref === null) return { head: undefined, pullRequests }
  const objects = [...directories].flatMap(([path, found]) =>
    (found?.entries ?? []).map(({ name, oid }): [string, string] => [pathIn(path, name), oid]),
  )
  return { head: headBranch(head, repository.ref.target, new Map(objects)), pullRequests }
}

function headBranch(
  name: string,
  target: NonNullable<z.infer<typeof ref>>['target'],
  objects: HeadBranch['objects'],
): HeadBranch {
  return {
    name,
    head: target.oid,
    url: target.url,
    message: target.message,
    parents: target.parents.nodes.map(({ oid }) => oid),
    objects,
  }
}

/** Stands for "no such branch" in a compare-and-swap, as in Git. */
const zeroOid = '0'.repeat(40)

const moveMutation = `mutation Move($input: UpdateRefsInput!) {
  updateRefs(input: $input) { clientMutationId }
}`

async function moveBranch(
  client: GitHubClient,
  { branch, from = zeroOid, to = zeroOid }: BranchMove,
): Promise<void> {
  const name = `refs/heads/${branch}`
  const refUpdates = [{ name, beforeOid: from, afterOid: to, force: true }]
  await client.mutate(
    'propose',
    moveMutation,
    { input: { repositoryId: client.repositoryId(), refUpdates } },
    z.object({ updateRefs: z.unknown() }),
  )
}
