import { parentOf } from '../core/branch.ts'
import { outcomes, type Outcome } from '../core/entry.ts'
import type { Mistake } from '../core/problem.ts'
import type { TargetReference } from '../core/result.ts'
import { targetName } from '../core/target.ts'
import { plural, utf8Bytes } from '../core/text/format.ts'
import { branchUrl, fileUrl } from '../core/text/links.ts'
import { code, escapeMarkdown, link, markdownOf } from '../core/text/markdown.ts'
import { planSection } from './diffs.ts'
import { headline } from './headline.ts'
import { countOutcomes, type JobResult, type OutcomeCounts } from './result.ts'
import { changeState } from './sentence.ts'
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
  type HeadingLevel,
  type Section,
} from './sections.ts'

/** GitHub drops a summary over 1,048,576 bytes without failing the step. */
const maxBytes = 1_000_000

type Share = { readonly section: Section; readonly share: number }

/** Most important first, each with its maximum share of the remaining bytes. */
const sections: readonly Share[] = [
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

/** What is not about a single target. */
const commonSections = sections.filter(
  ({ section }) => section === connectionsSection || section === warningsSection,
)

const targetSections = sections.filter((section) => !commonSections.includes(section))

/** The job summary in GitHub's Markdown, always under 1,000,000 bytes. */
export function renderSummary(result: JobResult): string {
  const top = joinParts(`## ${headline(result)}`, errorBlock(result), otherOutcomes(result))
  const bottom = footer(result)
  const space = maxBytes - utf8Bytes(top) - utf8Bytes(bottom) - separatorBytes
  const text =
    result.targets.length > 1 && result.operation !== 'checked'
      ? renderTargets(result, space)
      : renderSections(sections, result, space)
  return `${joinParts(top, text, bottom)}\n`
}

/** More than the line feeds between all parts take. */
const separatorBytes = 100

function renderSections(
  shares: readonly Share[],
  result: JobResult,
  space: number,
  level?: HeadingLevel,
): string {
  let remaining = space
  const parts = shares.map(({ section, share }) => {
    const text = section(result, Math.floor(remaining * share), level)
    remaining -= utf8Bytes(text) + 2
    return text
  })
  return joinParts(...parts)
}

/** A section for each target, each with its share of what the earlier ones have left. */
function renderTargets(result: JobResult, space: number): string {
  const common = renderSections(commonSections, result, space)
  let remaining = space - utf8Bytes(common)
  const texts = result.targets.map((target, index) => {
    const share = Math.floor(remaining / (result.targets.length - index))
    const text = renderTarget(result, target, share)
    remaining -= utf8Bytes(text) + 2
    return text
  })
  return joinParts(common, ...texts)
}

function renderTarget(result: JobResult, target: TargetReference, space: number): string {
  const { serverUrl, repository, branch = '', entries, extraFiles } = result
  const { name, directory } = target
  const own = {
    ...result,
    targets: [target],
    entries: entries.filter((entry) => entry.target === name),
    extraFiles: extraFiles.filter(({ path }) => parentOf(path) === directory),
  }
  const url = branchUrl(serverUrl, repository, branch, directory)
  const title = `### ${escapeMarkdown(name, maxName)} · ${link(code(targetName(directory)), url)}`
  const counts = describeOutcomes(countOutcomes(own.entries), changeState(result) === 'made')
  const top = joinParts(title, targetStatus(result, name, counts))
  return joinParts(top, renderSections(targetSections, own, space - utf8Bytes(top), '####'))
}

/** Longest name of a target. */
const maxName = 64

function targetStatus({ failedTargets }: JobResult, name: string, counts: string): string {
  if (failedTargets.includes(name)) return '❌ Failed: the reason is at the top.'
  return counts === '' ? 'Nothing to report.' : `${counts}.`
}

const outcomeWords: Partial<Record<Outcome, string>> = { held: 'on hold' }

const intended: Partial<Record<Outcome, string>> = {
  created: 'to create',
  updated: 'to update',
  deleted: 'to delete',
}

function describeOutcomes(counts: OutcomeCounts, areMade: boolean): string {
  return outcomes
    .filter((outcome) => counts[outcome] > 0)
    .map(
      (outcome) =>
        `${counts[outcome]} ${(areMade ? undefined : intended[outcome]) ?? outcomeWords[outcome] ?? outcome}`,
    )
    .join(', ')
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
          ...(directories.length === 1 ? directories : []),
        ].join(', '),
    uiUrl === '' ? '' : link('MLflow', uiUrl),
    workflowRunUrl === undefined ? '' : link('workflow run', workflowRunUrl),
    `${plural(requests.mlflow, 'request')} to MLflow, ${requests.github} to GitHub`,
  ]
  return `<sub>${parts.filter((part) => part !== '').join(' · ')}</sub>`
}
