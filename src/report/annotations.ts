import { plural } from '../core/text/format.ts'
import { joinSentences, own, plain, prose, type Prose } from '../core/text/prose.ts'
import { safeLine } from './log.ts'
import { countOutcomes, type JobResult } from './result.ts'

/** `error` and `warning` of `@actions/core`. */
export type Annotate = Readonly<
  Record<'error' | 'warning', (message: string, properties?: { title?: string }) => void>
>

type Annotation = { readonly level: 'error' | 'warning'; readonly text: Prose }

/** GitHub shows 10 annotations of a level per step, and 4,096 characters of each. */
const limits = { details: 9, characters: 4000 }

/**
 * Writes an overview annotation, then at most nine detailed ones: failures first, then warnings. A
 * single warning gets no overview. `level` is the level of failures: `warning` if they do not fail
 * the step.
 */
export function annotate(
  result: JobResult,
  { error, warning }: Annotate,
  level: 'error' | 'warning' = 'error',
): void {
  const details = [
    ...describeFailures(result).map((text): Annotation => ({ level, text })),
    ...result.warnings.map((text): Annotation => ({ level: 'warning', text })),
  ]
  const overview = createOverview(result, level, details.length)
  const annotations = [...(overview ? [overview] : []), ...details.slice(0, limits.details)]
  for (const annotation of annotations) {
    const send = annotation.level === 'error' ? error : warning
    send(safeLine(plain(annotation.text), limits.characters), { title: 'MLflow sync' })
  }
}

function describeFailures(result: JobResult): Prose[] {
  return [
    ...(result.connections ?? [])
      .filter(({ status }) => status === 'failed')
      .map(({ name, detail, advice }) => joinSentences([prose`${name}: ${detail}`, advice])),
    ...result.entries
      .filter(({ outcome }) => outcome === 'failed')
      .map(({ modelName, modelVersion, runId, reason }) => {
        const model = [modelName, modelVersion].filter((part) => part !== null).join(' version ')
        const run = runId === null || runId === '' ? '' : ` (run ${safeLine(runId, 64)})`
        return prose`${safeLine(model === '' ? 'A run' : model, 200)}${run} failed: ${reason ?? 'no reason known'}`
      }),
  ]
}

function createOverview(
  result: JobResult,
  level: 'error' | 'warning',
  details: number,
): Annotation | undefined {
  const text = overviewText(result)
  const more = details > limits.details ? ' The job summary and the report list them all.' : ''
  if (text.length > 0) return { level, text: prose`${text}${own(more)}` }
  return details > 1
    ? {
        level: 'warning',
        text: prose`The sync ended with ${plural(details, 'warning')}.${own(more)}`,
      }
    : undefined
}

function overviewText({ error, entries, connections = [] }: JobResult): Prose {
  if (error !== undefined) return joinSentences([error.message, error.advice ?? []])
  const failedChecks = connections.filter(({ status }) => status === 'failed').length
  if (failedChecks > 0)
    return prose`${failedChecks} of ${plural(connections.length, 'check')} failed.`
  const { failed } = countOutcomes(entries)
  return failed > 0 ? prose`${failed} of ${plural(entries.length, 'run')} failed.` : []
}
