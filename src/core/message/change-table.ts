import { changesOf, type ChangedEntry, type Entry, type RunRecord } from '../entry.ts'
import { compareText } from '../text/format.ts'
import { fileUrl, runUrl } from '../text/links.ts'
import { code, escapeMarkdown, link, markdownOf } from '../text/markdown.ts'
import type { Column } from '../text/table.ts'

/** What the links in a table point to. */
export type LinkBases = {
  /** Base URL of MLflow's UI. */
  readonly uiUrl: string
  /** Base URL of GitHub's website. */
  readonly serverUrl: string
  readonly repository: string
  /** Branch or commit with the files as they were; undefined if it is not known. */
  readonly oldRef: string | undefined
  /** Branch or commit with the files as they are now; undefined if there is none, as in a plan. */
  readonly newRef: string | undefined
  /** Whether changes of several targets are in one table. */
  readonly hasTargets?: boolean
}

/**
 * A table of changes, with links to MLflow for versions and runs, and to GitHub for files.
 *
 * @param areMade whether the changes have been made, and not only proposed.
 */
export function changeColumns(bases: LinkBases, areMade: boolean): Column<ChangedEntry>[] {
  return [
    { title: '', cell: ({ outcome }) => (areMade ? outcome : verbs[outcome]) },
    targetColumn(bases),
    ...versionColumns,
    {
      title: 'Previous',
      cell: ({ previousVersion, modelVersion }) =>
        previousVersion === modelVersion ? '' : escapeMarkdown(previousVersion ?? '', 40),
      isNumber: true,
    },
    ...placeColumns<ChangedEntry>(bases, ({ outcome }) =>
      outcome === 'created' ? bases.newRef : (bases.newRef ?? bases.oldRef),
    ),
  ]
}

/** A column without content is left out. */
function targetColumn({ hasTargets = false }: LinkBases): Column<ChangedEntry> {
  return { title: 'Target', cell: ({ target }) => (hasTargets ? escapeMarkdown(target, 64) : '') }
}

const verbs: Record<ChangedEntry['outcome'], string> = {
  created: 'create',
  updated: 'update',
  deleted: 'delete',
}

/** A table of deletions. Their files are only linked while they are there. */
export function deletionColumns(bases: LinkBases, areMade: boolean): Column<ChangedEntry>[] {
  return [
    targetColumn(bases),
    ...versionColumns,
    ...placeColumns<ChangedEntry>(bases, () => (areMade ? undefined : bases.oldRef)),
    { title: 'Reason', cell: ({ reason }) => markdownOf(reason ?? []) },
  ]
}

/** The deletions, sorted. */
export function deletionsIn(entries: readonly Entry[]): ChangedEntry[] {
  return byModel(changesOf(entries).filter(({ outcome }) => outcome === 'deleted'))
}

/** The files that are created or updated, sorted. */
export function otherChangesIn(entries: readonly Entry[]): ChangedEntry[] {
  return byModel(changesOf(entries).filter(({ outcome }) => outcome !== 'deleted'))
}

/** A table of runs whose files are left as they are, each with its reason. */
export function reasonColumns(bases: LinkBases): Column<Entry>[] {
  return [
    ...versionColumns,
    // A held run without a location has no file: a person deleted it.
    ...placeColumns<Entry>(bases, ({ outcome, location }) =>
      outcome === 'held' && location === undefined ? undefined : bases.oldRef,
    ),
    { title: 'Reason', cell: ({ reason }) => markdownOf(reason ?? []) },
  ]
}

const versionColumns: readonly Column<RunRecord>[] = [
  { title: 'Model', cell: ({ modelName }) => escapeMarkdown(modelName ?? '', maxName) },
  {
    title: 'Version',
    cell: ({ modelVersion, url }) => link(escapeMarkdown(modelVersion ?? '', 40), url),
    isNumber: true,
  },
]

/** Longest model name in a table; MLflow allows 256 characters. */
const maxName = 100

function placeColumns<T extends Entry>(
  { uiUrl, serverUrl, repository }: LinkBases,
  refOf: (record: T) => string | undefined,
): Column<T>[] {
  return [
    { title: 'Run', cell: (record) => runCell(record, uiUrl) },
    {
      title: 'File',
      cell: (record) => {
        const path = record.location?.path ?? record.path
        if (path === null) return ''
        const line = record.location?.line
        const ref = refOf(record)
        const url = ref === undefined ? null : fileUrl(serverUrl, repository, ref, path, line)
        return link(code(`${shortName(path)}${line === undefined ? '' : `:${line}`}`), url)
      },
    },
  ]
}

function runCell({ runId, experimentId }: RunRecord, uiUrl: string): string {
  if (runId === null || runId === '') return ''
  const text = code(shorten(runId))
  return experimentId === null ? text : link(text, runUrl(uiUrl, experimentId, runId))
}

/** `deploy/values/abc123de….yaml` as `abc123de….yaml`: the directory is named above the table. */
export function shortName(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1)
  const stem = name.replace(/\.yaml$/, '')
  return `${shorten(stem)}${stem === name ? '' : '.yaml'}`
}

/** Longest name that is shown completely. */
const maxShort = 16

function shorten(id: string): string {
  return id.length <= maxShort ? id : `${id.slice(0, 8)}…`
}

/** Sorts by model, then by version, in ascending order; records without a model come last. */
export function byModel<T extends Pick<RunRecord, 'modelName' | 'modelVersion'>>(
  records: readonly T[],
): T[] {
  const versionOf = ({ modelVersion }: T): number => Number(modelVersion ?? 0) || 0
  return records.toSorted(
    (a, b) =>
      Number(a.modelName === null) - Number(b.modelName === null) ||
      compareText(a.modelName ?? '', b.modelName ?? '') ||
      versionOf(a) - versionOf(b),
  )
}
