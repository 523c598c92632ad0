import type { Plan } from '../core/changes.ts'
import { GitHubError } from '../core/errors.ts'
import { planDigest } from '../core/proposal.ts'
import { isUpToDate, openPullRequest, type Head, type PullRequest } from '../core/pull-request.ts'
import type { CommitReference } from '../core/result.ts'
import { prose } from '../core/text/prose.ts'
import type { Commit } from '../github/git-data.ts'
import type { Repository } from '../github/repository.ts'
import { problemUnlessMoved, requireOpen, type Completion } from './after-write.ts'
import { completePullRequest } from './complete-pull-request.ts'
import { createMadeProposals, type MadeProposals, type Proposed } from './made-proposals.ts'
import {
  commitProposal,
  writeText,
  type ProposalCommit,
  type ProposeOptions,
} from './proposal-parts.ts'
import { signatureWarnings } from './write-commit.ts'

/** Where a plan is proposed. */
export type ProposalTarget = {
  /** Name of the head branch. */
  readonly name: string
  /** Not foreign. */
  readonly head: Head
  /** The pull request to update; undefined: open a new one. */
  readonly open: PullRequest | undefined
}

export type ProposalResult = {
  readonly pullRequest: PullRequest
  readonly commit: CommitReference
} & Completion

/** Writes proposals. It remembers commits that it made, so that another attempt uses them again. */
export type Proposer = {
  /** Puts a plan on the head branch as one commit, and opens or updates the pull request. */
  readonly propose: (plan: Plan, target: ProposalTarget) => Promise<ProposalResult>
  readonly made: MadeProposals
  /** @throws GitHubError with reason `branch-moved` if the pull request is not open any more. */
  readonly updateText: (plan: Plan, name: string, open: PullRequest) => Promise<void>
  /**
   * Sets labels and reviewers of a pull request that this job opened (`isOwn`), or another one that did
   * not get as far.
   */
  readonly complete: (pullRequest: PullRequest, plan: Plan, isOwn: boolean) => Promise<Completion>
}

export function createProposer(options: ProposeOptions): Proposer {
  const { repository, settings } = options
  const { pullRequests } = repository
  const commits = new Map<string, ProposalCommit>()
  const made = createMadeProposals()
  let hasCreatedBranch = false

  const createCommit = async (plan: Plan): Promise<ProposalCommit> => {
    const key = `${plan.snapshot.head} ${planDigest(plan)}`
    const known = commits.get(key)
    if (known !== undefined) return known
    const commit = await commitProposal(options, plan)
    commits.set(key, commit)
    return commit
  }

  const updateText: Proposer['updateText'] = async (plan, name, { number }) => {
    // What people have changed meanwhile stays, and nothing is written into one that was closed.
    const current = await pullRequests.get(number)
    requireOpen(current)
    requireOpen(await pullRequests.update(number, await writeText(options, plan, name, current)))
  }

  const openNew = async (proposed: Proposed, name: string): Promise<PullRequest> => {
    const { plan, commit } = proposed
    const base = plan.snapshot.branch
    const text = await writeText(options, plan, name, undefined)
    try {
      const opening = { ...proposed, body: text.body }
      return await made.open(opening, pullRequests.open(base, name, text))
    } catch (error) {
      const isRefused = error instanceof GitHubError && !error.outcomeUnknown && !error.reason
      if (!isRefused) throw error
      const state = await pullRequests.read(plan.snapshot, name).catch(() => undefined)
      if (state === undefined) throw error
      const opened = openPullRequest(state)
      if (opened !== undefined && made.openedWith(opened) !== undefined) return opened
      if (state.commit?.sha !== commit.sha) {
        throw new GitHubError(prose`the head branch moved`, {
          reason: 'branch-moved',
          advice: prose`The next run will catch up.`,
        })
      }
      // Deleting the branch would close a pull request that was opened all the same.
      if (hasCreatedBranch && opened === undefined) {
        await deleteQuietly(repository, name, commit.sha)
      }
      throw error
    }
  }

  const complete: Proposer['complete'] = (pullRequest, plan, isOwn) =>
    completePullRequest(pullRequest, {
      ...{ pullRequests: repository.pullRequests, settings, isOwn },
      repository: plan.snapshot.repository,
    })

  const putOnBranch = async (
    plan: Plan,
    name: string,
    head: Head,
    isUpdate: boolean,
  ): Promise<Commit> => {
    const { record, ...commit } = await createCommit(plan)
    const { sha, url } = commit
    const from = head.kind === 'none' ? undefined : head.commit.sha
    const move = { plan, commit: { sha, url }, record, isUpdate }
    await made.move(move, repository.moveHeadBranch({ branch: name, from, to: sha }))
    hasCreatedBranch ||= from === undefined
    return commit
  }

  const propose: Proposer['propose'] = async (plan, { name, head, open }) => {
    const commit = isUpToDate(head, plan)
      ? head.commit
      : await putOnBranch(plan, name, head, open !== undefined)
    const reference = { sha: commit.sha, url: commit.url }
    const proposed = { plan, commit: reference }
    const unsigned = signatureWarnings(commit)
    const isOpening = open === undefined
    const pullRequest = open ?? (await openNew(proposed, name))
    const textError = isOpening
      ? undefined
      : await problemUnlessMoved(updateText(plan, name, pullRequest))
    const completion = await complete(pullRequest, plan, isOpening)
    return {
      pullRequest,
      commit: reference,
      warnings: [...unsigned, ...completion.warnings],
      error: textError ?? completion.error,
    }
  }

  return { propose, made, updateText, complete }
}

/** Why there is no pull request matters more than a branch that stays. */
async function deleteQuietly(repository: Repository, branch: string, from: string): Promise<void> {
  await repository.moveHeadBranch({ branch, from, to: undefined }).catch(() => undefined)
}
