import { parentOf } from '../branch.ts'
import type { Entry, FileEdit } from '../entry.ts'
import type { IndexFile } from '../index-file.ts'
import { compareText, groupedPlural, plural } from '../text/format.ts'
import { modelVersionUrl, runUrl } from '../text/links.ts'
import { code, escapeMarkdown, link } from '../text/markdown.ts'
import { own, prose, type Prose } from '../text/prose.ts'
import { tableHead, tableRow, type Column } from '../text/table.ts'
import { decode } from '../values-file/decode.ts'
import { fileName, ownedTextsOf, type RunFile } from '../values-file/file.ts'
import { filesAfter } from './files-after.ts'
import { hasIndexMarks, placeIndexSection } from './index-section.ts'

export type IndexLinks = {
  /** Base URL of MLflow's UI. */
  readonly uiUrl: string
  /** Removes the job's secrets from a text that others will see. */
  readonly hideSecrets: (text: string) => string
}

export type IndexUpdate = {
  /** Undefined if nothing changes. */
  readonly edit: FileEdit | undefined
  /** Why the page was left alone although it may be outdated. */
  readonly warning: Prose | undefined
}

/**
 * Brings the index page of a directory up to date.
 *
 * @param files all values files of the directory, by run id, as they are on the branch.
 * @param entries the final ones: what they do not change stays in the index.
 */
export function updateIndexPage(
  page: IndexFile,
  files: ReadonlyMap<string, RunFile>,
  entries: readonly Entry[],
  links: IndexLinks,
): IndexUpdate {
  const { path, executable, state } = page
  const leaveAlone = (problem: Prose, line?: number): IndexUpdate => ({
    edit: undefined,
    warning:
      line === undefined
        ? prose`The index in \`${path}\` was not updated: ${problem}`
        : prose`The index in \`${path}\`, line ${line}, was not updated: ${problem}`,
  })
  const after = filesAfter(files, entries)
  const unread = [...after.values()].filter((file) => file.state.kind === 'unread').length
  if (unread > 0) {
    return leaveAlone(prose`${own(plural(unread, 'values file'))} could not be read from GitHub`)
  }
  const rows = rowsOf(after)
  if (state.kind === 'absent') {
    return rows.length === 0
      ? unchanged
      : edited({ path, executable: false }, undefined, newPage(path, rows, links))
  }
  const read = readPage(state)
  if (read.text === undefined) return leaveAlone(read.problem)
  const { text } = read
  if (rows.length === 0 && !hasIndexMarks(text)) return unchanged
  const placed = placeIndexSection(text, indexLines(rows, links))
  if (placed.kind === 'rejected') return leaveAlone(placed.problem, placed.line)
  return placed.text === text ? unchanged : edited({ path, executable }, text, placed.text)
}

/** Why an index page could not be updated; undefined if it could. */
export function findIndexProblem({ path, state }: IndexFile): Prose | undefined {
  if (state.kind === 'absent') return undefined
  const read = readPage(state)
  if (read.text === undefined)
    return prose`The index in \`${path}\` can't be updated: ${read.problem}`
  const placed = placeIndexSection(read.text, [])
  return placed.kind === 'placed'
    ? undefined
    : prose`The index in \`${path}\`, line ${placed.line}, can't be updated: ${placed.problem}`
}

type ReadPage = { readonly text: string } | { readonly text: undefined; readonly problem: Prose }

function readPage(state: Exclude<IndexFile['state'], { readonly kind: 'absent' }>): ReadPage {
  if (state.kind !== 'present') return { text: undefined, problem: obstacles[state.kind] }
  const { text, encoding, invalidBytes } = decode(state.content)
  return encoding !== 'utf-8' || invalidBytes !== undefined || text.includes('\0')
    ? { text: undefined, problem: prose`it is not a text file in UTF-8` }
    : { text }
}

const unchanged: IndexUpdate = { edit: undefined, warning: undefined }

const obstacles = {
  link: prose`a symbolic link is in its place`,
  directory: prose`a directory is in its place`,
  submodule: prose`a submodule is in its place`,
  unread: prose`its content could not be read from GitHub`,
} as const

function edited(
  file: Pick<FileEdit, 'path' | 'executable'>,
  before: string | undefined,
  after: string,
): IndexUpdate {
  return { edit: { ...file, before, after }, warning: undefined }
}

/** The heading is outside of the marks, so that people can change it. */
function newPage(path: string, rows: readonly Row[], links: IndexLinks): string {
  const directory = parentOf(path)
  const heading = directory === '' ? 'Models' : `Models in ${code(directory)}`
  const placed = placeIndexSection(`# ${heading}\n`, indexLines(rows, links))
  if (placed.kind === 'rejected') throw new Error('a new page has room for an index')
  return placed.text
}

/** What a values file deploys. Empty fields are missing in the file. */
type Row = Readonly<
  Record<'runId' | 'experimentId' | 'modelName' | 'modelVersion' | 'timestamp', string>
>

/** By model, then by version, in ascending order; files without a model come last. */
function rowsOf(files: ReadonlyMap<string, RunFile>): Row[] {
  const rows = [...files].flatMap(([runId, file]): Row[] => {
    const owned = ownedTextsOf(file.state)
    // The file of another run is not the action's.
    if (owned?.runid !== runId) return []
    const { experimentId = '', modelName = '', modelVersion = '', timestamp = '' } = owned
    return [{ runId, experimentId, modelName, modelVersion, timestamp }]
  })
  return rows.toSorted(
    (a, b) =>
      Number(a.modelName === '') - Number(b.modelName === '') ||
      compareText(a.modelName, b.modelName) ||
      (Number(a.modelVersion) || 0) - (Number(b.modelVersion) || 0) ||
      compareText(a.runId, b.runId),
  )
}

function indexLines(rows: readonly Row[], links: IndexLinks): string[] {
  if (rows.length === 0) return ['', 'No model is deployed here.', '']
  const columns = columnsOf(links)
  const cells = (row: Row): string[] => columns.map(({ cell }) => cell(row))
  return [
    '<!-- Written by mlflow-sync: changes between these marks are overwritten. -->',
    '',
    countLine(rows),
    '',
    ...tableHead(columns).split('\n'),
    ...rows.map((row) => tableRow(cells(row))),
    '',
  ]
}

/** `1,200 versions of 40 models, and 2 files that name no model.` */
function countLine(rows: readonly Row[]): string {
  const named = rows.filter(({ modelName }) => modelName !== '')
  const models = new Set(named.map(({ modelName }) => modelName)).size
  const counted =
    models === named.length
      ? groupedPlural(models, 'model')
      : `${groupedPlural(named.length, 'version')} of ${groupedPlural(models, 'model')}`
  const nameless = rows.length - named.length
  const others = `${groupedPlural(nameless, 'file')} that ${nameless === 1 ? 'names' : 'name'} no model`
  const parts = [...(models > 0 ? [counted] : []), ...(nameless > 0 ? [others] : [])]
  return `${parts.join(', and ')}.`
}

/** For what a file does not say, such as one on hold that people have cut down. */
const missing = '—'

/** MLflow's maximum. */
const maxName = 256

function columnsOf({ uiUrl, hideSecrets }: IndexLinks): Column<Row>[] {
  const clean = (text: string, maxCharacters: number) =>
    text === '' ? missing : escapeMarkdown(hideSecrets(text), maxCharacters)
  // A link without its secret leads nowhere.
  const linkTo = (markdown: string, url: string): string =>
    hideSecrets(url) === url ? link(markdown, url) : markdown
  return [
    { title: 'Model', cell: ({ modelName }) => clean(modelName, maxName) },
    {
      title: 'Version',
      cell: ({ modelName, modelVersion }) => {
        const text = clean(modelVersion, 40)
        return modelName === '' || modelVersion === ''
          ? text
          : linkTo(text, modelVersionUrl(uiUrl, modelName, modelVersion))
      },
      isNumber: true,
    },
    { title: 'Created', cell: ({ timestamp }) => clean(dateOf(timestamp), 40) },
    {
      title: 'Run',
      cell: ({ runId, experimentId }) => {
        const text = code(shorten(runId))
        return experimentId === '' ? text : linkTo(text, runUrl(uiUrl, experimentId, runId))
      },
    },
    {
      title: 'File',
      cell: ({ runId }) => `[${code(fileName(shorten(runId)))}](${fileName(runId)})`,
    },
  ]
}

/** `2024-01-31` for `20240131`. */
function dateOf(timestamp: string): string {
  return timestamp.replace(/^(\d{4})(\d\d)(\d\d)$/, '$1-$2-$3')
}

/** Longest run id that is shown completely. */
const maxShort = 16

function shorten(runId: string): string {
  return runId.length <= maxShort ? runId : `${runId.slice(0, 8)}…`
}
