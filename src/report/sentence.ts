import { editsOf } from '../core/changes.ts'
import { changesOf, type Entry, type Outcome } from '../core/entry.ts'
import { countsPhrase } from '../core/message/wording.ts'
import type { Operation, SyncResult } from '../core/result.ts'
import { grouped, plural } from '../core/text/format.ts'
import { branchUrl } from '../core/text/links.ts'
import { joinProse, own, reference, prose, type Prose } from '../core/text/prose.ts'
import { countOutcomes, hasFailed, type JobResult } from './result.ts'

/** What a sentence about a sync, or about a job, depends on. */
export type Described = SyncResult &
  Pick<JobResult, 'mode' | 'serverUrl' | 'isBranchKnown' | 'isCancelled'>

/** What happened in one sentence, with links to it. It claims no more than is true. */
export function resultSentence(result: Described): Prose {
  return joinProse([describeOperation(result), ...describeProblems(result)], '; ')
}

/** What has become of the changes of a result. */
export type ChangeState = 'made' | 'proposed' | 'planned'

export function changeState({ operation, isProposal }: SyncResult): ChangeState {
  if (operation === 'planned') return 'planned'
  return isProposal ? 'proposed' : 'made'
}

/** Whether changes wait in a pull request that this job did not have to touch. */
function isWaiting(result: SyncResult): boolean {
  const { operation, pullRequest } = result
  const isUntouched = operation === 'none' || operation === 'failed'
  return isUntouched && pullRequest !== undefined && editsOf(result).length > 0
}

/** What else a reader must not miss. */
function describeProblems(result: SyncResult): Prose[] {
  const { entries, error, operation, targets, failedTargets } = result
  const { failed } = countOutcomes(entries)
  const withheld = entries.filter(({ withheld }) => withheld === 'too-many-deletions').length
  return [
    failed > 0 ? own(`${plural(failed, 'run')} failed`) : [],
    withheld > 0 ? own(`${plural(withheld, 'deletion')} withheld`) : [],
    failedTargets.length > 0 && targets.length > 1
      ? own(`${plural(failedTargets.length, 'target')} failed`)
      : [],
    error !== undefined && withheld === 0 && failedTargets.length === 0 && hasWritten(operation)
      ? own('then the sync failed')
      : [],
  ]
}

/** Whether something was written, whatever failed after it. */
export function hasWritten(operation: Operation): boolean {
  return !['none', 'planned', 'checked', 'failed'].includes(operation)
}

function describeOperation(result: Described): Prose {
  const branch = branchLink(result)
  const changes = own(changesText(result))
  if (isWaiting(result)) {
    const changes = changesOf(result.entries).length
    const count = own(changes === 0 ? 'an update of the index' : plural(changes, 'change'))
    return prose`${pullRequestLink(result, 'Pull request')} already proposes ${count} for ${branch}`
  }
  switch (result.operation) {
    case 'none':
      return describeNothing(result, branch)
    case 'committed':
      return result.commitCount > 1
        ? prose`Made ${result.commitCount} commits in ${branch}, the last one ${commitLink(result)}: ${changes}`
        : prose`Committed ${commitLink(result)} to ${branch}: ${changes}`
    case 'pull-request-created':
      return prose`Opened ${pullRequestLink(result)} for ${branch}: ${changes}`
    case 'pull-request-updated':
      return prose`Updated ${pullRequestLink(result)} for ${branch}: ${changes}`
    case 'pull-request-closed':
      return prose`Closed ${pullRequestLink(result)}: nothing is left to propose for ${branch}`
    case 'planned':
      return result.isProposal
        ? prose`Plan: a sync would propose to ${own(intention(result))} in ${branch}`
        : prose`Plan: a sync would ${own(intention(result))} in ${branch}`
    case 'checked':
      return describeCheck(result, branch)
    case 'failed':
      return describeFailure(result, branch)
  }
}

/** Nothing was written. Only a branch that has everything is up to date. */
function describeNothing(result: Described, branch: Prose): Prose {
  const { entries, error, mode, selectedRuns, warnings } = result
  const plan = mode === 'plan' ? own('Plan: ') : []
  if (entries.some(({ withheld }) => withheld === 'rejected')) {
    return prose`Nothing was written to ${branch}: ${pullRequestLink(result)} with these changes was closed without merging`
  }
  if (selectedRuns === 0 && error === undefined) {
    return prose`${plan}Nothing is selected, so nothing changes in ${branch}`
  }
  if (hasFailed(result) || warnings.length > 0) {
    return mode === 'plan'
      ? prose`${plan}Nothing would be written to ${branch}`
      : prose`Nothing was written to ${branch}`
  }
  const { held } = countOutcomes(entries)
  return held > 0
    ? prose`${plan}${branch} is up to date, apart from ${own(plural(held, 'file'))} on hold`
    : prose`${plan}${branch} is up to date`
}

function changesText(result: SyncResult): string {
  const counts = countsPhrase(countOutcomes(result.entries))
  if (counts !== '') return counts
  return result.extraFiles.length > 0 ? 'index updated' : 'no file differs in the end'
}

/** `create 2 files and delete 1 file`. */
function intention(result: SyncResult): string {
  const { created, updated, deleted } = countOutcomes(result.entries)
  const counts: [string, number][] = [
    ['create', created],
    ['update', updated],
    ['delete', deleted],
  ]
  const parts = counts
    .filter(([, count]) => count > 0)
    .map(([verb, count]) => `${verb} ${plural(count, 'file')}`)
  if (parts.length === 0) return 'update the index'
  return [parts.slice(0, -1).join(', '), parts.at(-1)].filter(Boolean).join(' and ')
}

function describeCheck({ connections = [] }: SyncResult, branch: Prose): Prose {
  const failed = connections.filter(({ status }) => status === 'failed').length
  return failed === 0
    ? prose`Everything that was checked works for ${branch}`
    : prose`${failed} of ${own(plural(connections.length, 'check'))} failed for ${branch}`
}

function describeFailure({ mode, branch, isCancelled }: Described, linked: Prose): Prose {
  const what = own({ sync: 'The sync', plan: 'The plan', check: 'The check' }[mode])
  // The error says whether something may have been written.
  if (isCancelled) return prose`${what} for ${linked} was cancelled`
  return branch === undefined
    ? prose`${what} failed; nothing was written`
    : prose`${what} failed; nothing was written to ${linked}`
}

function branchLink({ serverUrl, repository, branch, isBranchKnown }: Described): Prose {
  if (branch === undefined) {
    return repository === '' ? own('the branch') : reference(repository, '', { isCode: true })
  }
  const url = isBranchKnown ? branchUrl(serverUrl, repository, branch) : ''
  return reference(branch, url, {
    isCode: true,
    plain: `${branch} in ${repository}`,
  })
}

function commitLink({ commit }: SyncResult): Prose {
  return reference((commit?.sha ?? '').slice(0, 7), commit?.url ?? '', { isCode: true })
}

function pullRequestLink({ pullRequest }: SyncResult, noun = 'pull request'): Prose {
  return pullRequest === undefined
    ? own(`the ${noun}`)
    : reference(`${noun} #${pullRequest.number}`, pullRequest.url)
}

/** What a change would be once somebody merges or syncs it. */
const proposed: Readonly<Partial<Record<Outcome, string>>> = {
  created: 'to create',
  updated: 'to update',
  deleted: 'to delete',
}

/** The outcome of a run, which the branch has only if it was written there. */
export function outcomeLabel(outcome: Outcome, result: SyncResult): string {
  return changeState(result) === 'made' ? outcome : (proposed[outcome] ?? outcome)
}

/** `3 created, 1 failed, 12 unchanged`; empty if there is no run. */
export function countsText(entries: readonly Entry[], result: SyncResult): string {
  return Object.entries(countOutcomes(entries))
    .filter(([, count]) => count > 0)
    .map(([outcome, count]) => `${grouped(count)} ${outcomeLabel(outcome as Outcome, result)}`)
    .join(', ')
}
