import { utf8Bytes } from '../core/message/fit.ts'
import { summaryHeadline } from './headline.ts'
import { diffsSection } from './plan-diffs.ts'
import type { JobResult } from './result.ts'
import {
  changesSection,
  connectionsSection,
  failuresSection,
  leftAloneSection,
  warningsSection,
  type Section,
} from './sections.ts'

/** GitHub drops a summary over 1,048,576 bytes while the step stays green. */
const maxBytes = 1_000_000

/** Most important first, each with the share that it may take of what is left. */
const sections: readonly { readonly section: Section; readonly share: number }[] = [
  { section: connectionsSection, share: 0.2 },
  { section: failuresSection, share: 0.3 },
  { section: warningsSection, share: 0.1 },
  { section: changesSection, share: 0.6 },
  { section: leftAloneSection, share: 0.3 },
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
