import type { ChangedEntry, FileEdit } from '../entry.ts'
import type { Comparison } from '../result.ts'
import { plural, takeLines, utf8Bytes } from '../text/format.ts'
import { fileUrl } from '../text/links.ts'
import { code, link } from '../text/markdown.ts'
import { renderTable, type Column } from '../text/table.ts'
import {
  changeColumns,
  deletionColumns,
  deletionsIn,
  otherChangesIn,
  type LinkBases,
} from './change-table.ts'
import { comparisonSections, maxComparisons } from './comparison.ts'
import { countChanges, countsPhrase } from './wording.ts'

/** What the body needs in addition to the changes. */
export type PullRequestContext = LinkBases & {
  /** Base branch of the pull request. */
  readonly branch: string
  /** Files that no single run accounts for. */
  readonly extraFiles: readonly FileEdit[]
  /** By path. Runs that are not in it are shown without metrics and parameters. */
  readonly comparisons: ReadonlyMap<string, Comparison>
  /** URL of the workflow run; undefined outside of GitHub Actions. */
  readonly workflowRunUrl: string | undefined
}

/** In bytes. GitHub accepts 65,536 characters, and a character takes at least one byte. */
const limits = { rows: 35_000, comparisons: 22_000 }

/** With more changes than this, the comparisons are folded. */
const maxOpen = 3

/** The body in fewer than 60,000 characters: the changes, comparisons, and what a reviewer can do. */
export function pullRequestBody(
  changes: readonly ChangedEntry[],
  context: PullRequestContext,
): string {
  const deletions = tableOf(
    'Deletions',
    deletionColumns(context, false),
    deletionsIn(changes),
    limits.rows,
  )
  const rowsLeft = limits.rows - utf8Bytes(deletions)
  const others = otherChangesIn(changes)
  const sections = comparisonSections(others, context.comparisons, {
    uiUrl: context.uiUrl,
    areOpen: changes.length <= maxOpen,
  })
  const shown = takeLines(sections, (section) => section, limits.comparisons)
  return [
    pullRequestIntroduction(changes, context),
    deletions,
    tableOf(deletions === '' ? '' : 'Changes', changeColumns(context, false), others, rowsLeft),
    ...shown,
    notShownNote(
      (others.length > maxComparisons ? others.length : sections.length) - shown.length,
      'comparison',
      'MLflow has the values',
    ),
    footer(context, changes),
  ]
    .filter((part) => part !== '')
    .join('\n\n')
}

function tableOf(
  title: string,
  columns: readonly Column<ChangedEntry>[],
  changes: readonly ChangedEntry[],
  maxBytes: number,
): string {
  if (changes.length === 0) return ''
  const more = (count: number): string => plural(count, 'more change')
  const { text, omitted } = renderTable(columns, changes, { maxBytes, more })
  const note = notShownNote(omitted, 'change', 'the branch of this pull request has them all')
  return [title === '' ? '' : `### ${title}`, text, note].filter((part) => part !== '').join('\n\n')
}

/** One paragraph about the pull request. */
export function pullRequestIntroduction(
  changes: readonly ChangedEntry[],
  context: PullRequestContext,
): string {
  const { branch, extraFiles } = context
  const pages = extraFiles.map((edit) => extraFileLink(edit, context)).join(', ')
  const counts = countsPhrase(countChanges(changes))
  if (counts === '') return `Brings the index in ${code(branch)} up to date: ${pages}.`
  return (
    `Brings ${code(branch)} up to date with MLflow's Model Registry: **${counts}**.` +
    (pages === '' ? '' : ` The index follows: ${pages}.`)
  )
}

function extraFileLink(
  { path }: FileEdit,
  { serverUrl, repository, newRef }: PullRequestContext,
): string {
  return link(
    code(path),
    newRef === undefined ? null : fileUrl(serverUrl, repository, newRef, path),
  )
}

/** What a reviewer can do, and what happens then. */
function footer(
  { branch, workflowRunUrl }: PullRequestContext,
  changes: readonly ChangedEntry[],
): string {
  const isAboutExisting = changes.some(({ outcome }) => outcome !== 'created')
  return [
    '---',
    [
      '- **Accept**: merge this pull request.',
      '- **Reject**: close it. These changes alone are not proposed again, but the next new one brings them back: to keep a version out, take it out of the selection, for example by moving its alias. To change your mind, reopen this pull request.',
      ...(isAboutExisting
        ? [
            `- **Keep one file as it is**: add the line \`# mlflow-sync: hold\` to that file on ${code(branch)}.`,
          ]
        : []),
      '- Title, labels and text outside this section are yours. Until it is merged, this pull request is updated in place, and closed when nothing is left to propose; if you push a commit to its branch, the sync stops and says so until you merge or close it.',
    ].join('\n'),
    workflowRunUrl === undefined ? '' : `Updated by ${link('this workflow run', workflowRunUrl)}.`,
  ]
    .filter((part) => part !== '')
    .join('\n\n')
}

function notShownNote(count: number, noun: string, advice: string): string {
  return count > 0 ? `${plural(count, `more ${noun}`)} not shown; ${advice}.` : ''
}
