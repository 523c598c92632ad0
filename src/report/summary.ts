import { countsPhrase } from '../core/message/wording.ts'
import { utf8Bytes } from '../core/text/format.ts'
import { branchUrl } from '../core/text/links.ts'
import { code, escapeMarkdown, link } from '../core/text/markdown.ts'
import { diffsSection } from './diffs.ts'
import { countOutcomes, type JobResult } from './result.ts'
import {
  changesSection,
  connectionsSection,
  failuresSection,
  heldOrSkippedSection,
  type Section,
  warningsSection,
} from './sections.ts'

/** GitHub drops a summary over 1,048,576 bytes while the step stays green. */
const maxBytes = 1_000_000

/** Most important first, each with the share that it may take of what is left. */
const sections: readonly { readonly section: Section; readonly share: number }[] = [
  { section: connectionsSection, share: 0.2 },
  { section: failuresSection, share: 0.3 },
  { section: warningsSection, share: 0.1 },
  { section: changesSection, share: 0.6 },
  { section: heldOrSkippedSection, share: 0.3 },
  { section: diffsSection, share: 1 },
]

/** The job summary as GitHub's Markdown, always under 1,000,000 bytes. */
export function renderSummary(result: JobResult): string {
  const parts = [`## MLflow sync\n\n${summaryHeadline(result)}`]
  let left = maxBytes - sections.length * 4 - utf8Bytes(parts.join(''))
  for (const { section, share } of sections) {
    const text = section(result, Math.floor(left * share))
    left -= utf8Bytes(text)
    if (text !== '') parts.push(text)
  }
  return `${parts.join('\n\n')}\n`
}

/** What was done in one sentence, what else became of the runs, and why the sync failed if it did. */
export function summaryHeadline(result: JobResult): string {
  const sentences = [done(result), rest(result)].filter((part) => part !== '').join(' ')
  return [sentences, reason(result)].filter((part) => part !== '').join('\n\n')
}

function done(result: JobResult): string {
  const counts = countOutcomes(result.entries)
  const changes = countsPhrase(counts)
  const target = targetOf(result)
  switch (result.operation) {
    case 'none':
      return counts.failed > 0 || result.error !== undefined
        ? `Nothing was written to ${target}.`
        : `Nothing to do: ${target} agrees with MLflow.`
    case 'committed':
      return `Committed ${commitLink(result)} to ${target}: ${changes}.`
    case 'pull-request-created':
      return `Opened ${pullRequestLink(result)} for ${target}: ${changes}.`
    case 'pull-request-updated':
      return `Updated ${pullRequestLink(result)} for ${target}: ${changes}.`
    case 'pull-request-closed':
      return `Closed ${pullRequestLink(result)}: nothing is left to propose for ${target}.`
    case 'planned':
      return changes === ''
        ? `Plan: nothing to do, ${target} agrees with MLflow.`
        : `Plan: a sync would change ${target}: ${changes}. Nothing was written.`
    case 'checked':
      return checked(result)
    case 'failed':
      return `The sync failed${writtenBefore(result, target, changes)}.`
  }
}

/** A sync may fail although a part of it was done. */
function reason({ error }: JobResult): string {
  return error === undefined
    ? ''
    : `**Error:** ${[error.message, error.advice ?? '']
        .filter((part) => part !== '')
        .map((part) => escapeMarkdown(part, 4000))
        .join('<br>')}`
}

function writtenBefore(result: JobResult, target: string, changes: string): string {
  if (result.commit === undefined) return ''
  const where = result.pullRequest === undefined ? target : pullRequestLink(result)
  return ` after ${commitLink(result)} was committed to ${where}: ${changes}`
}

function checked({ connections = [] }: JobResult): string {
  const bad = connections.filter(({ status }) => status === 'failed').length
  return bad === 0
    ? 'Everything that was checked works. Nothing was written.'
    : `${bad} of ${connections.length} checks failed. Nothing was written.`
}

function rest({ entries, operation }: JobResult): string {
  if (operation === 'checked') return ''
  const { unchanged, held, skipped, failed: bad } = countOutcomes(entries)
  const parts = Object.entries({ unchanged, held, skipped, failed: bad }).filter(([, n]) => n > 0)
  return parts.length === 0 ? '' : `${parts.map(([name, n]) => `${n} ${name}`).join(', ')}.`
}

function targetOf({ serverUrl, repository, branch }: JobResult): string {
  if (branch === undefined) return code(repository)
  return `${link(code(branch), branchUrl(serverUrl, repository, branch))} of ${code(repository)}`
}

function commitLink({ commit }: JobResult): string {
  return link(code((commit?.sha ?? '').slice(0, 7)), commit?.url)
}

function pullRequestLink({ pullRequest }: JobResult): string {
  return link(`pull request ${pullRequest?.number ?? ''}`.trim(), pullRequest?.url)
}
