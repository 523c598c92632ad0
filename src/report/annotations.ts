import { safeLine } from './log.ts'
import { countOutcomes, type JobResult } from './result.ts'

/** `error` and `warning` of `@actions/core`. */
export type Annotate = Readonly<
  Record<'error' | 'warning', (message: string, properties?: { title?: string }) => void>
>

type Annotation = { readonly level: 'error' | 'warning'; readonly text: string }

/** GitHub shows 10 of a kind for a step, and 4,096 characters of each. */
const limits = { singles: 9, characters: 4000 }

/**
 * One annotation that sums up, then at most nine single ones: failures first, then warnings. A warning
 * that is alone stands for itself. `level` is that of failures: `warning` where the step stays green.
 */
export function annotate(
  result: JobResult,
  { error, warning }: Annotate,
  level: 'error' | 'warning' = 'error',
): void {
  const singles = [
    ...failures(result).map((text): Annotation => ({ level, text })),
    ...result.warnings.map((text): Annotation => ({ level: 'warning', text })),
  ]
  const sum = summing(result, level, singles.length)
  for (const item of [...(sum ? [sum] : []), ...singles.slice(0, limits.singles)]) {
    const send = item.level === 'error' ? error : warning
    send(safeLine(item.text, limits.characters), { title: 'MLflow sync' })
  }
}

function failures(result: JobResult): string[] {
  return [
    ...(result.connections ?? [])
      .filter(({ status }) => status === 'failed')
      .map(({ name, detail, advice }) => sentence(`${name}: ${detail}`, advice)),
    ...result.entries
      .filter(({ outcome }) => outcome === 'failed')
      .map(({ modelName, modelVersion, runId, reason }) => {
        const model = [modelName, modelVersion].filter((part) => part !== null).join(' version ')
        const run = runId === null || runId === '' ? '' : ` (run ${safeLine(runId, 64)})`
        return `${safeLine(model === '' ? 'A run' : model, 200)}${run} failed: ${reason ?? 'no reason known'}`
      }),
  ]
}

function summing(
  result: JobResult,
  level: 'error' | 'warning',
  singles: number,
): Annotation | undefined {
  const text = summary(result)
  const more = singles > limits.singles ? ' The job summary and the report list them all.' : ''
  if (text !== '') return { level, text: `${text}${more}` }
  return singles > 1
    ? { level: 'warning', text: `The sync ended with ${singles} warnings.${more}` }
    : undefined
}

function summary({ error, entries, connections }: JobResult): string {
  if (error !== undefined) return sentence(error.message, error.advice)
  const refused = connections?.filter(({ status }) => status === 'failed').length ?? 0
  if (refused > 0) return `${refused} of ${connections?.length ?? 0} checks failed.`
  const { failed } = countOutcomes(entries)
  return failed > 0 ? `${failed} of ${entries.length} runs failed.` : ''
}

function sentence(message: string, advice: string | undefined): string {
  return [/[.!?]$/.test(message) ? message : `${message}.`, advice ?? ''].join(' ').trim()
}
