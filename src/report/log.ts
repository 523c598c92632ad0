import type { Outcome, RunRecord } from '../core/entry.ts'
import { byModel } from '../core/message/change-table.ts'
import type { Connection } from '../core/result.ts'
import { grouped, groupedPlural } from '../core/text/format.ts'
import { fullWidth, truncate, unprintable } from '../core/text/neutralise.ts'
import { plain, withoutBreaks, type Prose } from '../core/text/prose.ts'
import { alignColumns } from './columns.ts'
import type { JobResult } from './result.ts'
import { countsText, outcomeLabel, resultSentence } from './sentence.ts'

/** Lines of the log. With a title they are a group, which is folded. */
export type LogBlock = { readonly title: string | undefined; readonly lines: readonly string[] }

/** A longer list is folded, so that the end of the log can be seen. */
const maxOpenLines = 20

/** Nobody reads a list of ten thousand lines, and the report has all records. */
const maxRecords = 200

/** Failures last: there is nothing to scroll back to. */
const listed: readonly Outcome[] = ['created', 'updated', 'deleted', 'held', 'skipped', 'failed']

/**
 * The result as the end of the log: the runs except unchanged ones, the checks, and what became of it
 * all.
 *
 * @param reportFile path of the report; empty if there is none.
 */
export function logBlocks(result: JobResult, reportFile: string): LogBlock[] {
  const lists = recordLists(result, 'the report lists them all').map(
    ({ label, count, lines }): LogBlock => ({
      title: count > maxOpenLines ? `${label}: ${groupedPlural(count, 'run')}` : undefined,
      lines,
    }),
  )
  return [
    ...lists,
    { title: undefined, lines: checkLists(result).flatMap(({ lines }) => lines) },
    { title: undefined, lines: endLines(result, reportFile) },
  ].filter(({ lines }) => lines.length > 0)
}

/** Longest part of a reason or an error; a line has at most 2,000 characters. */
const maxReason = 1200

/** For each check one line, and those below it of the list that its result consists of, if it is one. */
export function checkLists({ connections = [] }: Pick<JobResult, 'connections'>): CheckList[] {
  const results = connections.map(({ detail }) => plain(withoutBreaks(detail)).split('\n'))
  const rows = connections.map(({ status, name }, index) => [
    status,
    name,
    results[index]?.[0] ?? '',
  ])
  const lines = alignColumns(rows, maxReason)
  return connections.map((check, index) => ({
    check,
    lines: [
      lines[index] ?? '',
      ...(results[index]?.slice(1) ?? []).map((item) => `    ${truncate(item, maxReason)}`),
    ],
  }))
}

type CheckList = { readonly check: Connection; readonly lines: readonly string[] }

/** The runs with one outcome, each a line that begins with the label of the outcome. */
export type RecordList = {
  readonly outcome: Outcome
  readonly label: string
  readonly count: number
  readonly lines: readonly string[]
}

/**
 * The runs by outcome, without unchanged ones.
 *
 * @param whereAll where those are that a long list leaves out.
 */
export function recordLists(result: JobResult, whereAll: string): RecordList[] {
  return listed.flatMap((outcome): RecordList[] => {
    const label = outcomeLabel(outcome, result)
    const records = byModel(result.entries.filter((entry) => entry.outcome === outcome))
    if (records.length === 0) return []
    const omitted = records.length - maxRecords
    const lines = alignColumns(
      records.slice(0, maxRecords).map((record) => [label, ...recordCells(record)]),
      maxReason,
    )
    if (omitted > 0) lines.push(`… and ${grouped(omitted)} more; ${whereAll}`)
    return [{ outcome, label, count: records.length, lines }]
  })
}

function recordCells({
  outcome,
  path,
  modelName,
  modelVersion,
  previousVersion,
  reason,
}: RunRecord): string[] {
  const version = modelVersion === null ? '' : ` version ${modelVersion}`
  const isNew = outcome === 'created' || outcome === 'updated'
  const changed = isNew && previousVersion !== null && previousVersion !== modelVersion
  const before = outcome === 'created' ? 'previous' : 'was'
  const was = changed ? ` (${before} ${previousVersion})` : ''
  const model = modelName === null ? '' : `${modelName}${version}${was}`
  return [path ?? '', model, reason === null ? '' : textOf(reason)]
}

/** What was done, and where to find it. */
function endLines(result: JobResult, reportFile: string): string[] {
  return [plain(resultSentence(result)), ...detailLines(result, reportFile)]
}

/** Below the sentence that says what was done: counts, URLs, time and requests. */
export function detailLines(result: JobResult, reportFile: string): string[] {
  const { commit, pullRequest, requests, startedAt, finishedAt } = result
  const sent = `${groupedPlural(requests.mlflow, 'request')} to MLflow and ${groupedPlural(requests.github, 'request')} to GitHub`
  const rows: readonly (readonly [string, string])[] = [
    ['runs', countsText(result.entries, result)],
    ['commit', commit?.url ?? ''],
    ['pull request', pullRequest?.url ?? ''],
    ['report', reportFile],
    ['time', `in ${durationText(finishedAt.getTime() - startedAt.getTime())}, with ${sent}`],
  ]
  const present = rows.filter(([, value]) => value !== '')
  return alignColumns(present, maxReason).map((line) => `  ${line}`)
}

function durationText(milliseconds: number): string {
  const seconds = milliseconds / 1000
  if (seconds < 60) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  return `${Math.floor(whole / 60)} min ${whole % 60} s`
}

/** A text of the result as plain text. */
export function textOf(message: Prose): string {
  return plain(message).replaceAll('\n', ' ')
}

/** Reduces untrusted text to one line on which a terminal has nothing to act on. */
export function printableLine(text: string, maxCharacters = 2000): string {
  const line = text
    .slice(0, 16 * maxCharacters)
    .replace(/[\r\n\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(unprintable, (character) => (character === '\t' ? character : '�'))
  return truncate(line, maxCharacters)
}

/**
 * Reduces untrusted text to one harmless log line: the runner treats `::` at the start of a
 * line and `##[…]` anywhere as a command, other runners `##name[…]`. Spaces stay: they align columns.
 */
export function safeLine(text: string, maxCharacters = 2000): string {
  // Bounds the input of the regular expressions: the rest would be truncated anyway.
  const line = text
    .slice(0, 16 * maxCharacters)
    .replace(/[^\S ]+/g, ' ')
    .replace(unprintable, '�')
    .trimEnd()
  return truncate(line, maxCharacters)
    .replaceAll('::', `:${fullWidth(':')}`)
    .replaceAll('##', `#${fullWidth('#')}`)
}
