import { markdownOf } from '../core/text/markdown.ts'
import { hasFailed, type JobResult } from './result.ts'
import { hasWritten, resultSentence } from './sentence.ts'

/** What happened in one line of Markdown: a sign, what was done, and links to it. */
export function headline(result: JobResult): string {
  return `${signOf(result)} ${markdownOf(resultSentence(result))}`
}

/** Whether everything is well, something needs attention, or nothing worked. */
export function signOf(result: JobResult): string {
  if (hasFailed(result)) {
    return hasWritten(result.operation) && result.error === undefined ? '⚠️' : '❌'
  }
  return result.warnings.length > 0 ? '⚠️' : '✅'
}
