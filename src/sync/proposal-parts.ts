import { editsOf, type Plan } from '../core/changes.ts'
import { correctedFiles } from '../core/corrections.ts'
import { changesOf } from '../core/entry.ts'
import { commitMessage, headline } from '../core/message/commit.ts'
import { pullRequestBody, pullRequestIntroduction } from '../core/message/pull-request.ts'
import type { IndexLinks } from '../core/plan/index-page.ts'
import { withoutChanges } from '../core/plan/index-pages.ts'
import { inputsTrailer, proposalInputs, type ProposingJob } from '../core/proposal-inputs.ts'
import {
  changeDigests,
  changesDigest,
  planDigest,
  proposalTrailer,
  readProposal,
  type ProposalRecord,
} from '../core/proposal.ts'
import { readSection, titleDigest, writeSection } from '../core/pull-request-section.ts'
import type { PullRequest, PullRequestSettings } from '../core/pull-request.ts'
import { entryOfEdit, fullMessage, type Commit } from '../github/git-data.ts'
import type { PullRequestText } from '../github/pull-requests.ts'
import type { Repository } from '../github/repository.ts'
import type { Comparisons } from './read-comparisons.ts'

/** The commit and the text of a proposal. */

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

export type ProposalCommit = Commit & { readonly record: ProposalRecord | undefined }

/** Creates the commit of a proposal, on which no branch depends yet. */
export async function commitProposal(
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
export async function writeText(
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
