import { createHash } from 'node:crypto'
import { blobOid, pathIn, type BranchSnapshot } from './branch.ts'
import { editsOf, type Plan } from './changes.ts'
import { changesOf, type FileEdit } from './entry.ts'
import { readInputs, type ProposalInputs } from './proposal-inputs.ts'

/**
 * What the commit of a pull request says about itself, in its last trailer. A commit is the action's
 * own if its content is what this record says; no other state is needed to recognise it, whatever
 * becomes of the pull request's text.
 */
export type ProposalRecord = {
  /** Git's hash of the commit's tree. */
  readonly tree: string
  /** Digest of the files; see `filesDigest`. */
  readonly files: string
  /** Digest of what changes for which model version; see `changesDigest`. */
  readonly changes: string
  /**
   * `changesDigest` of the index pages that would be proposed without any other change; undefined if
   * there are none.
   */
  readonly pages: string | undefined
  /**
   * Digests of the single changes and of those pages, see `changeDigests`; undefined in commits of older
   * versions and if there are too many.
   */
  readonly each: readonly string[] | undefined
  /** Undefined in commits of older versions. */
  readonly inputs: ProposalInputs | undefined
  /** Digest of the rest of the commit's message; undefined in commits of older versions. */
  readonly message: string | undefined
}

/** A file in a proposal, by Git's hashes of its content; undefined: the file does not exist. */
export type ProposedFile = {
  readonly path: string
  readonly before: string | undefined
  readonly after: string | undefined
  readonly executable: boolean
}

/** @param message the commit message without this trailer. */
export function proposalTrailer(
  { tree, files, changes, pages, each }: Omit<ProposalRecord, 'inputs' | 'message'>,
  message: string,
): string {
  const digests = [
    `tree=${tree} files=${files} changes=${changes}`,
    ...(pages === undefined ? [] : [`pages=${pages}`]),
    ...(each === undefined || each.length > maxEach ? [] : [`each=${each.toSorted().join('')}`]),
  ]
  return `MLflow-Sync-Proposal: ${digests.join(' ')} message=${messageDigest(message)}`
}

/** Keeps the whole message near the length that its other parts may have. */
const maxEach = 1_000

const eachLength = 5

const eachPattern = new RegExp(`.{${eachLength}}`, 'g')

const trailerPattern =
  /^MLflow-Sync-Proposal: tree=([0-9a-f]{40,64}) files=([0-9a-f]{32}) changes=([0-9a-f]{32})(?: pages=([0-9a-f]{32}))?(?: each=([\w-]*))?(?: message=([0-9a-f]{32}))?$/gm

/** The record in a commit message; undefined if there is none. */
export function readProposal(message: string): ProposalRecord | undefined {
  const match = [...message.matchAll(trailerPattern)].at(-1)
  const [, tree, files, changes, pages, list, rest] = match ?? []
  if (tree === undefined || files === undefined || changes === undefined) return undefined
  const each = list?.match(eachPattern) ?? undefined
  return { tree, files, changes, pages, each, inputs: readInputs(message), message: rest }
}

/** The record in a commit message that nobody reworded; undefined for any other message. */
export function readOwnProposal(message: string): ProposalRecord | undefined {
  const proposal = readProposal(message)
  const expected = proposal?.message
  return expected === undefined || expected === messageDigest(message) ? proposal : undefined
}

/** Whether two records are of one commit, whatever its parent. */
export function isSameProposal(a: ProposalRecord, b: ProposalRecord): boolean {
  return a.tree === b.tree && a.message === b.message
}

/** Leaves out the trailers that have a record, and what Git cleans up: blanks at ends, blank lines. */
function messageDigest(message: string): string {
  const lines = message
    .replace(trailerPattern, '')
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '')
  return digest([lines])
}

/** Those of some files that a plan does not propose as they are, and that the base does not have either. */
export function filesTakenBack(plan: Plan, files: readonly ProposedFile[]): ProposedFile[] {
  const existing = oidsByPath(plan.snapshot)
  const planned = new Map(proposedFiles(plan).map((file) => [file.path, file]))
  return files.filter(({ path, after }) => {
    const file = planned.get(path)
    return (file === undefined ? existing.get(path) : file.after) !== after
  })
}

/** The files that a plan changes. */
export function proposedFiles(plan: Plan): ProposedFile[] {
  const existing = oidsByPath(plan.snapshot)
  return editsOf(plan).map(({ path, after, executable }) => ({
    path,
    before: existing.get(path),
    after: after === undefined ? undefined : textOid(after),
    executable: executable && after !== undefined,
  }))
}

/**
 * Identifies the exact edits of a proposal, and the branch that they are for. It differs as soon as
 * that branch touches one of the files, but not if it moves elsewhere.
 */
export function filesDigest(base: string, files: readonly ProposedFile[]): string {
  const rows = files.map(({ path, before, after, executable }) => [path, before, after, executable])
  return digest([[base], ...rows])
}

/** The digest of the files that a plan changes. */
export function planDigest(plan: Plan): string {
  return filesDigest(plan.snapshot.branch, proposedFiles(plan))
}

/**
 * Identifies a proposal for a person who rejected it: which files are created, updated or deleted,
 * for which model versions, and the content of those rendered from the template, so that a corrected
 * template counts as a new proposal. The other text of a file that is only updated does not count:
 * editing it on the base branch must not reopen a rejected proposal.
 *
 * An index page only counts if nothing else changes, and then by the lines that differ.
 */
export function changesDigest(plan: Plan): string {
  return digest(changeRows(plan).map(({ row }) => row))
}

/**
 * Identifies each change of a plan as `changesDigest` does all of them, shortly, because a commit message
 * has them all. They decide nothing but whether a person has seen the change.
 */
export function changeDigests(plan: Plan): ReadonlyMap<string, string> {
  return new Map(changeRows(plan).map(({ path, row }) => [path, shortDigest(row)]))
}

type ChangeRow = { readonly path: string; readonly row: readonly unknown[] }

function changeRows(plan: Plan): ChangeRow[] {
  const changes = changesOf(plan.entries)
  if (changes.length === 0) {
    return plan.extraFiles.map((edit) => ({ path: edit.path, row: differingLines(edit) }))
  }
  return changes.map((entry) => {
    const { path, outcome, modelName, modelVersion, edit } = entry
    const isRendered = outcome === 'created' || entry.previous === undefined
    const content = isRendered && edit.after !== undefined ? textOid(edit.after) : undefined
    return { path, row: [path, outcome, modelName, modelVersion, content] }
  })
}

function differingLines({ path, before = '', after = '' }: FileEdit): readonly unknown[] {
  const [old, current] = [before.split('\n'), after.split('\n')]
  const [oldLines, currentLines] = [new Set(old), new Set(current)]
  return [
    path,
    old.filter((line) => !currentLines.has(line)),
    current.filter((line) => !oldLines.has(line)),
  ]
}

function digest(rows: readonly (readonly unknown[])[]): string {
  const lines = rows.map((row) => JSON.stringify(row)).sort()
  return createHash('sha256').update(lines.join('\n')).digest('hex').slice(0, 32)
}

function shortDigest(row: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(row)).digest('base64url').slice(0, eachLength)
}

function textOid(text: string): string {
  return blobOid(text)
}

function oidsByPath({ directories }: BranchSnapshot): Map<string, string> {
  return new Map(
    [...directories.values()].flatMap(({ path: directory, entries }) =>
      [...entries.values()].map(({ name, oid }): [string, string] => [
        pathIn(directory, name),
        oid,
      ]),
    ),
  )
}
