import { countsPhrase } from '../core/message/wording.ts'
import { editsOf } from '../core/result.ts'
import { plural } from '../core/text/format.ts'
import { branchUrl } from '../core/text/links.ts'
import { code, link } from '../core/text/markdown.ts'
import { countOutcomes, hasFailed, type JobResult } from './result.ts'

/** What happened in one line of Markdown: a sign, what was done, and links to it. */
export function headline(result: JobResult): string {
  const problems = describeProblems(result)
  return `${signOf(result)} ${[describeOperation(result), ...problems].join('; ')}`
}

/** Whether changes wait in a pull request that this job did not have to touch. */
export function isWaiting(result: JobResult): boolean {
  const { operation, pullRequest } = result
  return operation === 'none' && pullRequest !== undefined && editsOf(result).length > 0
}

/** Whether a person closed the pull request that proposed these changes. */
function isRejected({ entries }: JobResult): boolean {
  return entries.some(({ withheld }) => withheld === 'rejected')
}

/** What else a reader must not miss. */
function describeProblems({ entries }: JobResult): string[] {
  const { failed } = countOutcomes(entries)
  const withheld = entries.filter(({ withheld }) => withheld === 'too-many-deletions').length
  return [
    ...(failed > 0 ? [`${plural(failed, 'run')} failed`] : []),
    ...(withheld > 0 ? [`${plural(withheld, 'deletion')} withheld`] : []),
  ]
}

function signOf(result: JobResult): string {
  if (hasFailed(result)) {
    const hasWritten = !['none', 'planned', 'checked', 'failed'].includes(result.operation)
    return hasWritten && result.error === undefined ? '⚠️' : '❌'
  }
  return result.warnings.length > 0 ? '⚠️' : '✅'
}

function describeOperation(result: JobResult): string {
  const branch = branchLink(result)
  const changes = countsPhrase(countOutcomes(result.entries))
  switch (result.operation) {
    case 'none':
      return describeNothing(result, branch)
    case 'committed':
      return `Committed ${commitLink(result)} to ${branch}: ${changes || 'other files'}`
    case 'pull-request-created':
      return `Opened ${pullRequestLink(result)} for ${branch}: ${changes || 'other files'}`
    case 'pull-request-updated':
      return `Updated ${pullRequestLink(result)} for ${branch}: ${changes || 'other files'}`
    case 'pull-request-closed':
      return `Closed ${pullRequestLink(result)}: nothing is left to propose for ${branch}`
    case 'planned':
      return `Plan: a sync would ${intention(result)} in ${branch}`
    case 'checked':
      return describeCheck(result, branch)
    case 'failed':
      return describeFailure(result, branch)
  }
}

/** Nothing was written. Only a branch that has everything is up to date. */
function describeNothing(result: JobResult, branch: string): string {
  const plan = result.mode === 'plan' ? 'Plan: ' : ''
  if (isWaiting(result)) {
    const count = plural(editsOf(result).length, 'change')
    return `${pullRequestLink(result, 'Pull request')} already proposes ${count} for ${branch}`
  }
  if (isRejected(result)) {
    return `Nothing was written to ${branch}: ${pullRequestLink(result)} with these changes was closed without merging`
  }
  const { entries } = result
  const { held } = countOutcomes(entries)
  if (result.error === undefined && entries.every(({ outcome }) => outcome === 'skipped')) {
    if (result.warnings.length > 0)
      return `${plan}Nothing is selected, so nothing changes in ${branch}`
  }
  if (hasFailed(result) || result.warnings.length > 0) {
    return `${plan}Nothing ${plan === '' ? 'was written' : 'would be written'} to ${branch}`
  }
  return held > 0
    ? `${plan}${branch} is up to date, apart from ${plural(held, 'file')} on hold`
    : `${plan}${branch} is up to date`
}

/** `create 2 files and delete 1 file`. */
function intention(result: JobResult): string {
  const { created, updated, deleted } = countOutcomes(result.entries)
  const counts: [string, number][] = [
    ['create', created],
    ['update', updated],
    ['delete', deleted],
  ]
  const parts = counts
    .filter(([, count]) => count > 0)
    .map(([verb, count]) => `${verb} ${plural(count, 'file')}`)
  if (parts.length === 0) return 'change other files'
  return [parts.slice(0, -1).join(', '), parts.at(-1)].filter(Boolean).join(' and ')
}

function describeCheck({ connections = [] }: JobResult, branch: string): string {
  const failed = connections.filter(({ status }) => status === 'failed').length
  return failed === 0
    ? `Everything that was checked works for ${branch}`
    : `${failed} of ${plural(connections.length, 'check')} failed for ${branch}`
}

function describeFailure({ mode, branch }: JobResult, linked: string): string {
  const what = { sync: 'The sync', plan: 'The plan', check: 'The check' }[mode]
  return branch === undefined
    ? `${what} failed; nothing was written`
    : `${what} failed; nothing was written to ${linked}`
}

function branchLink({ serverUrl, repository, branch }: JobResult): string {
  if (branch === undefined) return repository === '' ? 'the branch' : code(repository)
  return link(code(branch), branchUrl(serverUrl, repository, branch))
}

function commitLink({ commit }: JobResult): string {
  return link(code((commit?.sha ?? '').slice(0, 7)), commit?.url)
}

function pullRequestLink({ pullRequest }: JobResult, noun = 'pull request'): string {
  return pullRequest === undefined
    ? `the ${noun}`
    : link(`${noun} #${pullRequest.number}`, pullRequest.url)
}
