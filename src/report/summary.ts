import { countsPhrase } from '../core/message/wording.ts'
import { plural, utf8Bytes } from '../core/text/format.ts'
import { branchUrl } from '../core/text/links.ts'
import { code, link, markdownOf } from '../core/text/markdown.ts'
import { diffsSection } from './diffs.ts'
import { countOutcomes, type JobResult } from './result.ts'
import {
  changesSection,
  connectionsSection,
  failuresSection,
  heldOrSkippedSection,
  warningsSection,
  type Section,
} from './sections.ts'

/** GitHub drops a summary over 1,048,576 bytes without failing the step. */
const maxBytes = 1_000_000

/** Most important first, each with its maximum share of the remaining bytes. */
const sections: readonly { readonly section: Section; readonly share: number }[] = [
  { section: connectionsSection, share: 0.2 },
  { section: failuresSection, share: 0.3 },
  { section: warningsSection, share: 0.1 },
  { section: changesSection, share: 0.6 },
  { section: heldOrSkippedSection, share: 0.3 },
  { section: diffsSection, share: 1 },
]

/** The job summary in GitHub's Markdown, always under 1,000,000 bytes. */
export function renderSummary(result: JobResult): string {
  const parts = [`## MLflow sync\n\n${summaryHeadline(result)}`]
  let remaining = maxBytes - sections.length * 4 - utf8Bytes(parts.join(''))
  for (const { section, share } of sections) {
    const text = section(result, Math.floor(remaining * share))
    remaining -= utf8Bytes(text)
    if (text !== '') parts.push(text)
  }
  return `${parts.join('\n\n')}\n`
}

/** What was done, the number of runs with other outcomes, and why the sync failed if it did. */
function summaryHeadline(result: JobResult): string {
  const sentences = [operationText(result), otherOutcomes(result)]
    .filter((part) => part !== '')
    .join(' ')
  return [sentences, errorText(result)].filter((part) => part !== '').join('\n\n')
}

function operationText(result: JobResult): string {
  const counts = countOutcomes(result.entries)
  const changes = countsPhrase(counts)
  const branch = branchText(result)
  switch (result.operation) {
    case 'none':
      return counts.failed > 0 || result.error !== undefined
        ? `Nothing was written to ${branch}.`
        : `${branch} is up to date.`
    case 'committed':
      return `Committed ${commitLink(result)} to ${branch}: ${changes}.`
    case 'pull-request-created':
      return `Opened ${pullRequestLink(result)} for ${branch}: ${changes}.`
    case 'pull-request-updated':
      return `Updated ${pullRequestLink(result)} for ${branch}: ${changes}.`
    case 'pull-request-closed':
      return `Closed ${pullRequestLink(result)}: nothing is left to propose for ${branch}.`
    case 'planned':
      return changes === ''
        ? `Plan: ${branch} is up to date.`
        : `Plan: a sync would change ${branch}: ${changes}. Nothing was written.`
    case 'checked':
      return checkText(result)
    case 'failed':
      return 'The sync failed.'
  }
}

/** Shown for every operation, because a sync can write changes and still fail. */
function errorText({ error }: JobResult): string {
  return error === undefined
    ? ''
    : `**Error:** ${[error.message, error.advice ?? []]
        .filter((part) => part.length > 0)
        .map((part) => markdownOf(part))
        .join('<br>')}`
}

function checkText({ connections = [] }: JobResult): string {
  const failed = connections.filter(({ status }) => status === 'failed').length
  return failed === 0
    ? 'Everything that was checked works. Nothing was written.'
    : `${failed} of ${plural(connections.length, 'check')} failed. Nothing was written.`
}

function otherOutcomes({ entries, operation }: JobResult): string {
  if (operation === 'checked') return ''
  const { unchanged, held, skipped, failed } = countOutcomes(entries)
  const parts = Object.entries({ unchanged, held, skipped, failed })
    .filter(([, count]) => count > 0)
    .map(([outcome, count]) => `${count} ${outcome}`)
  return parts.length === 0 ? '' : `${parts.join(', ')}.`
}

function branchText({ serverUrl, repository, branch }: JobResult): string {
  if (branch === undefined) return code(repository)
  return `${link(code(branch), branchUrl(serverUrl, repository, branch))} in ${code(repository)}`
}

function commitLink({ commit }: JobResult): string {
  return link(code((commit?.sha ?? '').slice(0, 7)), commit?.url)
}

function pullRequestLink({ pullRequest }: JobResult): string {
  return link(`pull request ${pullRequest?.number ?? ''}`.trim(), pullRequest?.url)
}
