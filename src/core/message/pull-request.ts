import type { ChangedEntry } from '../result.ts'
import { plural, takeLines } from '../text/format.ts'
import { code, escapeMarkdown } from '../text/markdown.ts'
import { byImportance, changeRow, changeTableHead, type LinkBases } from './change-table.ts'
import { comparisonTable, type RunDetails } from './comparison.ts'
import { countChanges, countsPhrase } from './wording.ts'

/** What the body needs in addition to the changes. */
export type PullRequestContext = LinkBases & {
  /** Base branch of the pull request. */
  readonly branch: string
  /** By run id. Runs without details are shown without metrics and parameters. */
  readonly details: ReadonlyMap<string, RunDetails>
}

/** In bytes. GitHub accepts 65,536 characters, and a character takes at least one byte. */
const limits = { rows: 35_000, comparisons: 23_000 }

/** With more changes than this, the comparisons are folded. */
const maxOpen = 3

/** The body in fewer than 60,000 characters: deletions, updates, new files, then comparisons. */
export function pullRequestBody(
  changes: readonly ChangedEntry[],
  context: PullRequestContext,
): string {
  const ordered = byImportance(changes)
  const rows = takeLines(ordered, (entry) => changeRow(entry, context), limits.rows)
  const sections = comparisonsOf(ordered, context.details)
  const shown = takeLines(sections, (section) => section, limits.comparisons)
  return [
    pullRequestIntroduction(changes, context.branch),
    [changeTableHead, ...rows].join('\n'),
    notShownNote(
      changes.length - rows.length,
      'change',
      'the files of this pull request show them all',
    ),
    ...shown,
    notShownNote(sections.length - shown.length, 'comparison', 'MLflow has the values'),
  ]
    .filter((part) => part !== '')
    .join('\n\n')
}

/** One paragraph about the pull request. */
export function pullRequestIntroduction(changes: readonly ChangedEntry[], branch: string): string {
  return (
    `Brings ${code(branch)} up to date with MLflow's Model Registry: ` +
    `${countsPhrase(countChanges(changes))}. This pull request is kept up to date in place and ` +
    'closed when nothing is left to propose; a commit made on its branch by hand stops that.'
  )
}

function comparisonsOf(
  changes: readonly ChangedEntry[],
  details: ReadonlyMap<string, RunDetails>,
): string[] {
  const open = changes.length <= maxOpen ? ' open' : ''
  return changes.flatMap((entry) => {
    const values = details.get(entry.runId ?? '')
    if (values === undefined || entry.outcome === 'deleted') return []
    const table = comparisonTable(entry.modelVersion ?? '', values)
    if (table === '') return []
    const name = `${escapeMarkdown(entry.modelName ?? '')} ${escapeMarkdown(entry.modelVersion ?? '', 40)}`
    const previous = values.previous
    const comparedTo =
      previous === undefined ? '' : ` compared with ${escapeMarkdown(previous.modelVersion, 40)}`
    const title = `Metrics and parameters of ${name}${comparedTo}`
    return [`<details${open}><summary>${title}</summary>\n\n${table}\n\n</details>`]
  })
}

function notShownNote(count: number, noun: string, advice: string): string {
  return count > 0 ? `${plural(count, `more ${noun}`)} not shown; ${advice}.` : ''
}
