import { editsOf, type Plan } from '../core/changes.ts'
import { changesOf } from '../core/entry.ts'
import { GitHubError } from '../core/errors.ts'
import { commitMessage, headline } from '../core/message/commit.ts'
import { pullRequestBody, pullRequestIntroduction } from '../core/message/pull-request.ts'
import { inputsTrailer, proposalInputs, type ProposingJob } from '../core/proposal-inputs.ts'
import type { IndexLinks } from '../core/plan/index-page.ts'
import { withoutChanges } from '../core/plan/index-pages.ts'
import {
  changeDigests,
  changesDigest,
  planDigest,
  proposalTrailer,
  readProposal,
  type ProposalRecord,
} from '../core/proposal.ts'
import { correctedFiles } from '../core/corrections.ts'
import { readSection, titleDigest, writeSection } from '../core/pull-request-section.ts'
import {
  isUpToDate,
  openPullRequest,
  type Head,
  type PullRequest,
  type PullRequestSettings,
} from '../core/pull-request.ts'
import type { CommitReference } from '../core/result.ts'
import { entryOfEdit, fullMessage, type Commit } from '../github/git-data.ts'
import type { PullRequestText } from '../github/pull-requests.ts'
import type { Repository } from '../github/repository.ts'
import { problemUnlessMoved, requireOpen, type Completion } from './after-write.ts'
import { completePullRequest } from './complete-pull-request.ts'
import { createMadeProposals, type MadeProposals, type Proposed } from './made-proposals.ts'
import type { Comparisons } from './read-comparisons.ts'
import { signatureWarnings } from './write-commit.ts'

export type ProposeOptions = IndexLinks & {
  readonly repository: Repository
  readonly compare: (plan: Plan) => Promise<Comparisons>
  readonly settings: PullRequestSettings
  /** Template of the commit's first line; undefined: the default message. */
  readonly commitTemplate: string | undefined
  /** GitHub's web address. */
  readonly serverUrl: string
  readonly workflowRunUrl: string | undefined
  readonly proposing: ProposingJob
}

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
      if (!isRefused || !hasCreatedBranch) throw error
      // Deleting the branch would close a pull request that was opened all the same.
      const state = await pullRequests.read(plan.snapshot, name).catch(() => undefined)
      const opened = state && openPullRequest(state)
      if (opened !== undefined && made.openedWith(opened) !== undefined) return opened
      if (state !== undefined && opened === undefined) {
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

type ProposalCommit = Commit & { readonly record: ProposalRecord | undefined }

/** Creates the commit of a proposal, on which no branch depends yet. */
async function commitProposal(
  { repository, commitTemplate, proposing, uiUrl, hideSecrets }: ProposeOptions,
  plan: Plan,
): Promise<ProposalCommit> {
  const { head, rootTree } = plan.snapshot
  const tree = await repository.createTree(rootTree, editsOf(plan).map(entryOfEdit))
  const rest = withoutChanges(plan, { uiUrl, hideSecrets })
  const pages = rest.extraFiles.length > 0 ? changesDigest(rest) : undefined
  const each = [plan, rest].flatMap((part) => [...changeDigests(part).values()])
  const record = {
    ...{ tree, files: planDigest(plan), changes: changesDigest(plan), pages },
    each: [...new Set(each)],
  }
  const changes = changesOf(plan.entries)
  const inputs = inputsTrailer(proposalInputs(plan.targets, plan.snapshot, proposing))
  const describe = (trailers: string): string =>
    fullMessage(commitMessage(changes, commitTemplate, plan.extraFiles, trailers))
  const message = describe(`${inputs}\n${proposalTrailer(record, describe(inputs))}`)
  const commit = await repository.createCommit({ tree, parent: head, message })
  return { ...commit, record: readProposal(message) }
}

/** The title, unless a person changed it, and the body with the action's section. */
async function writeText(
  { compare, settings, commitTemplate, uiUrl, serverUrl, workflowRunUrl }: ProposeOptions,
  plan: Plan,
  name: string,
  open: PullRequest | undefined,
): Promise<PullRequestText> {
  const { repository, branch } = plan.snapshot
  const changes = changesOf(plan.entries)
  const context = {
    uiUrl,
    serverUrl,
    repository,
    branch,
    extraFiles: plan.extraFiles,
    oldRef: branch,
    newRef: name,
    hasTargets: plan.targets.length > 1,
    comparisons: await compare(plan),
    workflowRunUrl,
  }
  const ownTitle = headline(changes, settings.title ?? commitTemplate, plan.extraFiles)
  const section = {
    files: planDigest(plan),
    changes: changesDigest(plan),
    title: titleDigest(ownTitle),
    withdrawn: false,
    corrected: correctedFiles(changes),
  }
  const keepsTitle = open !== undefined && readSection(open.body)?.title !== titleDigest(open.title)
  return {
    title: keepsTitle ? open.title : ownTitle,
    body: writeSection(open?.body ?? '', section, {
      text: pullRequestBody(changes, context),
      summary: pullRequestIntroduction(changes, context),
    }),
  }
}

/** Why there is no pull request matters more than a branch that stays. */
async function deleteQuietly(repository: Repository, branch: string, from: string): Promise<void> {
  await repository.moveHeadBranch({ branch, from, to: undefined }).catch(() => undefined)
}
