import { createHash } from 'node:crypto'

/**
 * The action's part of a pull request's body, between two hidden comments. Everything around it
 * belongs to people.
 */
export type Section = {
  /** `filesDigest` of the proposal that it describes. */
  readonly files: string
  /** `changesDigest` of that proposal. */
  readonly changes: string
  /** Digest of the title that the action gave the pull request; see `titleDigest`. */
  readonly title: string
  /** Whether the action closes the pull request itself, because nothing is left to propose. */
  readonly withdrawn: boolean
  /** See `correctedFiles`; undefined if there are none. */
  readonly corrected?: readonly string[]
}

const end = '<!-- /mlflow-sync -->'

/** From a start comment to the next end comment, without another start comment in between. */
const sectionPattern =
  /<!-- mlflow-sync files=(\w*) changes=(\w*) title=(\w*)( withdrawn)?(?: corrected=([\w,-]*))? -->(?:(?!<!-- mlflow-sync )[^])*?<!-- \/mlflow-sync -->/

/** The section in a body; undefined if a person removed it. */
export function readSection(body: string): Section | undefined {
  const match = sectionPattern.exec(body)
  if (match === null) return undefined
  const [, files = '', changes = '', title = '', withdrawn, corrected] = match
  const section = { files, changes, title, withdrawn: withdrawn !== undefined }
  return corrected === undefined ? section : { ...section, corrected: corrected.split(',') }
}

/** GitHub's limit for the body of a pull request, in characters. */
const maxBody = 65_536

/**
 * Puts the section into a body: in place of the old one, or at the end. If the text of people leaves
 * too little room, `summary` takes the place of `text`, or the body stays as it is.
 */
export function writeSection(
  body: string,
  section: Section,
  { text, summary }: { readonly text: string; readonly summary: string },
): string {
  const bodies = [text, summary].map((part) => replaceSection(body, section, part))
  return bodies.find(({ length }) => length <= maxBody) ?? body
}

function replaceSection(body: string, section: Section, text: string): string {
  const { files, changes, title, withdrawn, corrected = [] } = section
  const runs = corrected.length === 0 ? '' : ` corrected=${corrected.join(',')}`
  const mark = `${withdrawn ? ' withdrawn' : ''}${runs}`
  const start = `<!-- mlflow-sync files=${files} changes=${changes} title=${title}${mark} -->`
  const block = `${start}\n${text}\n${end}`
  if (sectionPattern.test(body)) return body.replace(sectionPattern, () => block)
  return body === '' ? block : `${body}\n\n${block}`
}

/** Marks the section of a pull request that the action is about to close, if there is room for it. */
export function markWithdrawn(body: string): string {
  const section = readSection(body)
  const text = 'Nothing is left to propose, so this pull request is being closed.'
  const unknown: Section = { files: '', changes: '', title: '', withdrawn: true }
  return writeSection(body, { ...(section ?? unknown), withdrawn: true }, { text, summary: '' })
}

/** Takes back `markWithdrawn` in a body that people may have edited since; `original` is from before it. */
export function restoreSection(body: string, original: string): string {
  const [block = ''] = sectionPattern.exec(original) ?? []
  if (readSection(body)?.withdrawn !== true) return body
  const restored = body.replace(sectionPattern, () => block)
  return block === '' ? restored.trimEnd() : restored
}

/** Takes back `markWithdrawn` if the original text is not known any more. */
export function unmarkWithdrawn(body: string): string {
  const section = readSection(body)
  if (section?.withdrawn !== true) return body
  const text =
    'This pull request was about to be closed, but stays open, because its branch has a commit by somebody else.'
  return writeSection(body, { ...section, withdrawn: false }, { text, summary: '' })
}

/** A person may change the title; then it no longer has this digest. */
export function titleDigest(title: string): string {
  return createHash('sha256').update(title.trim()).digest('hex').slice(0, 16)
}
