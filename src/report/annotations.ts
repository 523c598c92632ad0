import type { Entry } from '../core/entry.ts'
import { byModel } from '../core/message/change-table.ts'
import type { Location, Mistake } from '../core/problem.ts'
import { plural } from '../core/text/format.ts'
import { plainText } from '../core/text/neutralise.ts'
import {
  joinProse,
  joinSentences,
  own,
  plain,
  prose,
  withoutBreaks,
  type Prose,
} from '../core/text/prose.ts'
import { safeLine } from './log.ts'
import { countOutcomes, type JobResult } from './result.ts'

type Properties = {
  readonly title: string
  readonly file?: string
  readonly startLine?: number
  readonly startColumn?: number
}

/** `error` and `warning` of `@actions/core`. */
export type Annotate = Readonly<
  Record<'error' | 'warning', (message: string, properties: Properties) => void>
>

export type AnnotationOptions = {
  /** The level of failures: `warning` if they do not fail the step. */
  readonly level: 'error' | 'warning'
  /** The workflow's repository, in which GitHub looks for the files of annotations. */
  readonly repository: string | undefined
}

type Annotation = {
  readonly level: 'error' | 'warning'
  readonly text: Prose
  readonly subject?: string | undefined
  readonly location?: Location | undefined
}

/** GitHub shows 10 annotations of a level per step, and 4,096 characters of each. */
const limits = { details: 9, characters: 4000 }

/**
 * Writes an overview annotation, then at most nine detailed ones: mistakes and failures first, then
 * warnings. A single warning gets no overview.
 */
export function annotate(
  result: JobResult,
  send: Annotate,
  { level, repository }: AnnotationOptions,
): void {
  const details = [
    ...describeFailures(result).map((detail): Annotation => ({ ...detail, level })),
    ...result.warnings.map((text): Annotation => ({ level: 'warning', text })),
  ]
  const overview = createOverview(result, level, details.length)
  const annotations = [...(overview ? [overview] : []), ...details.slice(0, limits.details)]
  const isOwnRepository = result.repository.toLowerCase() === repository?.toLowerCase()
  for (const { level: kind, text, subject, location } of annotations) {
    const title = subject === undefined ? 'mlflow-sync' : `mlflow-sync: ${safeLine(subject, 200)}`
    const hasPlace = location !== undefined && isOwnRepository
    const message = location === undefined || hasPlace ? text : prose`\`${location.path}\`: ${text}`
    send[kind](linesOf(message), { title, ...(hasPlace ? placeOf(location) : {}) })
  }
}

type Place = Pick<Properties, 'file' | 'startLine' | 'startColumn'>

function placeOf({ path, line, column }: Location): Place {
  if (line === undefined) return { file: path }
  return { file: path, startLine: line, ...(column === undefined ? {} : { startColumn: column }) }
}

/** A message with its own lines, in which foreign text cannot begin one. */
function linesOf(message: Prose): string {
  const lines = plain(withoutBreaks(message))
    .split('\n')
    .map((line) => safeLine(line, limits.characters))
    .join('\n')
  if (lines.length <= limits.characters) return lines
  return `${lines.slice(0, limits.characters - 1).replace(/[\ud800-\udbff]$/, '')}…`
}

type Failure = Pick<Annotation, 'text' | 'subject' | 'location'>

function describeFailures({ error, connections, entries }: JobResult): Failure[] {
  return [
    ...listSeveral(error?.mistakes ?? []),
    ...(connections ?? [])
      .filter(({ status }) => status === 'failed')
      .flatMap(({ name, detail, advice, mistakes }): Failure[] => [
        {
          text: withAdvice(prose`${name}: ${introductionOf(detail, mistakes)}`, advice),
          subject: name,
          location: onlyLocation(mistakes),
        },
        ...listSeveral(mistakes),
      ]),
    ...byModel(entries.filter(({ outcome }) => outcome === 'failed')).map(describeFailedRun),
  ]
}

/** A single mistake is part of the annotation of its problem. */
function listSeveral(mistakes: readonly Mistake[]): readonly Failure[] {
  return mistakes.length > 1 ? mistakes : []
}

function onlyLocation(mistakes: readonly Mistake[]): Location | undefined {
  return mistakes.length === 1 ? mistakes[0]?.location : undefined
}

/** The first line of a message if its list gets annotations of its own, or else all of it. */
function introductionOf(message: Prose, mistakes: readonly Mistake[]): Prose {
  const end = message.findIndex(({ kind, text }) => kind === 'own' && text.startsWith('\n'))
  if (mistakes.length < 2 || end < 1) return message
  const introduction = message.slice(0, end)
  return introduction.with(-1, withoutColon(introduction.at(-1)))
}

/** Advice begins a line of its own after a list. */
function withAdvice(message: Prose, advice: Prose): Prose {
  const isList = message.some(({ kind, text }) => kind === 'own' && text.includes('\n'))
  return isList ? joinProse([message, advice], '\n') : joinSentences([message, advice])
}

function withoutColon(piece: Prose[number] = { kind: 'own', text: '' }): Prose[number] {
  return piece.kind === 'own' ? { ...piece, text: piece.text.replace(/:$/, '') } : piece
}

function describeFailedRun({ modelName, modelVersion, runId, reason, location }: Entry): Failure {
  const model = [modelName, modelVersion].filter((part) => part !== null).join(' version ')
  const subject = model === '' ? 'A run' : model
  const run = runId === null || runId === '' ? [] : prose` (run ${plainText(runId, 64)})`
  return {
    text: prose`${plainText(subject, 200)}${run} failed: ${reason ?? 'no reason known'}`,
    subject,
    location,
  }
}

function createOverview(
  result: JobResult,
  level: 'error' | 'warning',
  details: number,
): Annotation | undefined {
  const text = overviewText(result)
  const more = own(details > limits.details ? ' The job summary and the report list them all.' : '')
  if (text.length > 0) {
    const location = onlyLocation(result.error?.mistakes ?? [])
    return { level, text: prose`${text}${more}`, location }
  }
  return details > 1
    ? {
        level: 'warning',
        text: prose`The sync ended with ${own(plural(details, 'warning'))}.${more}`,
      }
    : undefined
}

function overviewText({ error, entries, connections = [] }: JobResult): Prose {
  if (error !== undefined) {
    const { message, advice = [], mistakes } = error
    return withAdvice(introductionOf(message, mistakes), advice)
  }
  const failedChecks = connections.filter(({ status }) => status === 'failed').length
  if (failedChecks > 0) {
    return prose`${failedChecks} of ${own(plural(connections.length, 'check'))} failed.`
  }
  const { failed } = countOutcomes(entries)
  return failed > 0 ? prose`${failed} of ${own(plural(entries.length, 'run'))} failed.` : []
}
