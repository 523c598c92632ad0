import type { Mistake } from '../core/problem.ts'
import { plural, utf8Bytes } from '../core/text/format.ts'
import { branchUrl, fileUrl } from '../core/text/links.ts'
import { code, link, markdownOf } from '../core/text/markdown.ts'
import { planSection } from './diffs.ts'
import { headline } from './headline.ts'
import { countOutcomes, type JobResult } from './result.ts'
import {
  changesSection,
  comparisonsSection,
  connectionsSection,
  deletionsSection,
  failuresSection,
  heldSection,
  joinParts,
  skippedSection,
  warningsSection,
  withheldSection,
  type Section,
} from './sections.ts'

/** GitHub drops a summary over 1,048,576 bytes without failing the step. */
const maxBytes = 1_000_000

/** Most important first, each with its maximum share of the remaining bytes. */
const sections: readonly { readonly section: Section; readonly share: number }[] = [
  { section: connectionsSection, share: 0.2 },
  { section: failuresSection, share: 0.3 },
  { section: withheldSection, share: 0.3 },
  { section: warningsSection, share: 0.1 },
  { section: deletionsSection, share: 0.5 },
  { section: changesSection, share: 0.6 },
  { section: comparisonsSection, share: 0.3 },
  { section: heldSection, share: 0.3 },
  { section: skippedSection, share: 0.3 },
  { section: planSection, share: 1 },
]

/** The job summary in GitHub's Markdown, always under 1,000,000 bytes. */
export function renderSummary(result: JobResult): string {
  const top = joinParts(`## ${headline(result)}`, errorBlock(result), otherOutcomes(result))
  const bottom = footer(result)
  const parts: string[] = []
  let remaining = maxBytes - utf8Bytes(top) - utf8Bytes(bottom) - 2 * (sections.length + 3)
  for (const { section, share } of sections) {
    const text = section(result, Math.floor(remaining * share))
    remaining -= utf8Bytes(text)
    parts.push(text)
  }
  return `${joinParts(top, ...parts, bottom)}\n`
}

/** Shown for every operation, because a sync can write changes and still fail. */
function errorBlock(result: JobResult): string {
  const { error } = result
  if (error === undefined) return ''
  const texts = [error.message, error.advice ?? []]
    .filter((part) => part.length > 0)
    .map((part) => markdownOf(part, { maxCharacters: 20_000, lineBreak: '\n' }))
  const paragraphs = [...texts, ...placesOf(result, error.mistakes)]
  const lines = ['[!CAUTION]', ...paragraphs.join('\n\n').split('\n')]
  return lines.map((line) => (line === '' ? '>' : `> ${line}`)).join('\n')
}

const maxPlaces = 20

/** Links to the lines that the mistakes are in. */
function placesOf(
  { serverUrl, repository, branch, isBranchKnown }: JobResult,
  mistakes: readonly Mistake[],
): string[] {
  if (branch === undefined || !isBranchKnown) return []
  const links = mistakes.flatMap(({ location }) => {
    if (location === undefined) return []
    const { path, line } = location
    const name = line === undefined ? path : `${path}:${line}`
    return [link(code(name), fileUrl(serverUrl, repository, branch, path, line))]
  })
  const distinct = [...new Set(links)].slice(0, maxPlaces)
  return distinct.length === 0 ? [] : [`Open ${distinct.join(', ')}`]
}

/** What happened to the other runs. */
function otherOutcomes({ entries, operation }: JobResult): string {
  if (operation === 'checked') return 'Nothing was written.'
  const { unchanged, held, skipped } = countOutcomes(entries)
  const withheld = entries.filter(({ withheld }) => withheld === 'too-many-deletions').length
  const counts: [string, number][] = [
    ['on hold', held],
    ['skipped', skipped - withheld],
    ['unchanged', unchanged],
  ]
  const parts = counts.filter(([, count]) => count > 0).map(([what, count]) => `${count} ${what}`)
  const others = parts.length === 0 ? '' : `${parts.join(', ')}.`
  return [operation === 'planned' ? 'Nothing was written.' : '', others]
    .filter((part) => part !== '')
    .join(' ')
}

/** With several targets, their sections link their directories. */
const maxDirectories = 1

/** Where all of this is. */
function footer(result: JobResult): string {
  const { serverUrl, repository, branch, isBranchKnown, targets, uiUrl, workflowRunUrl, requests } =
    result
  const directories = targets.map(({ directory }) =>
    directory === ''
      ? 'root directory'
      : `directory ${link(code(directory), branchUrl(serverUrl, repository, branch ?? '', directory))}`,
  )
  const parts = [
    branch === undefined || !isBranchKnown
      ? code(repository)
      : [
          link(code(repository), branchUrl(serverUrl, repository, branch)),
          ...directories.slice(0, maxDirectories),
        ].join(', '),
    uiUrl === '' ? '' : link('MLflow', uiUrl),
    workflowRunUrl === undefined ? '' : link('workflow run', workflowRunUrl),
    `${plural(requests.mlflow, 'request')} to MLflow, ${requests.github} to GitHub`,
  ]
  return `<sub>${parts.filter((part) => part !== '').join(' · ')}</sub>`
}
