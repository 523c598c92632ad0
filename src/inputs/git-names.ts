import { z } from 'zod'
import { prose, type Prose } from '../core/text/prose.ts'
import { runIdFromFileName } from '../core/values-file/file.ts'
import { detailsOf, didYouMean, issue } from './issue.ts'

/** Schemas for names and paths in the target repository. */

/**
 * GitHub's rules for names, with the underscore in the owner's name of a managed user
 * (`name_company`).
 */
export const repository = z
  .string()
  .refine((text) => text !== '', { error: 'is required: set it to `owner/name`', abort: true })
  .superRefine((text, context) => {
    if (isRepositoryName(text)) return
    context.addIssue(
      issue({ text: prose`must be \`owner/name\``, hint: didYouMean(nameInAddress(text)) }),
    )
  })

function isRepositoryName(text: string): boolean {
  return (
    /^[A-Za-z0-9][A-Za-z0-9_-]{0,38}\/[A-Za-z0-9._-]{1,100}$/.test(text) &&
    !/\/\.{1,2}$|\.git$/i.test(text)
  )
}

/** The name in an address of the repository: of a page, or of a clone over HTTPS or SSH. */
function nameInAddress(text: string): string | undefined {
  const path = text.replace(/^(?:[a-z]+:\/\/)?[^/:]+\.[^/:]+[/:]/i, '')
  const name = path.replace(/(?:\.git)?\/?$/i, '')
  return name !== text && isRepositoryName(name) ? name : undefined
}

/** What `git check-ref-format` rejects. A `:` would change the path in GraphQL's `branch:path`. */
const invalidRef = /[\p{Cc}\p{Cs} ~^:?*[\\]|\.\.|@\{|\/\/|^[-/.]|\/\.|\.lock(\/|$)|[/.]$/u

/** Accepts a branch with or without `refs/heads/`; undefined if the text is empty. */
export const branch = z.string().transform((text, context) => {
  if (text === '') return undefined
  const name = text.replace(/^refs\/heads\//, '')
  if (name !== '' && !invalidRef.test(name)) return name
  context.addIssue('must be the name of a branch')
  return z.NEVER
})

/** A directory that the action writes to. */
export const writtenPath = pathOutside(['.git', '.github'])

/** A file that the action only reads; undefined if the text is empty. */
export const optionalPath = fileIn(pathOutside(['.git']))

/** The name of an index page in a directory of values files; undefined if the text is empty. */
export const indexName = fileIn(writtenPath).transform((name, context) => {
  const problem = name === undefined ? undefined : findIndexNameProblem(name)
  if (problem === undefined) return name
  context.addIssue(issue({ text: problem }))
  return z.NEVER
})

/** Tells a directory such as `.` from no text at all: both normalise to nothing. */
function fileIn(path: ReturnType<typeof pathOutside>) {
  return z.string().transform((text, context) => {
    if (text === '') return undefined
    const parsed = path.safeParse(text)
    if (parsed.success && parsed.data !== '') return parsed.data
    const found = parsed.error?.issues.map(detailsOf) ?? [
      { text: prose`must be a file, not a directory` },
    ]
    for (const details of found) context.addIssue(issue(details))
    return z.NEVER
  })
}

function findIndexNameProblem(name: string): Prose | undefined {
  if (name.includes('/'))
    return prose`must be a file name without a directory: the file is in \`path\``
  return runIdFromFileName(name) === undefined
    ? undefined
    : prose`must not be a name that a values file could have: choose another one, such as \`README.md\``
}

/**
 * Normalises a path inside the repository to Git's form, without leading `./` and trailing `/`. The
 * root is `''`.
 */
function pathOutside(folders: readonly string[]) {
  const forbidden = folders.map((folder) => ({ folder, pattern: disguisesOf(folder) }))
  return z.string().transform((text, context) => {
    const segments = text.split('/')
    const problem =
      findPathProblem(text, segments) ??
      forbidden
        .map(({ folder, pattern }) => findFolderProblem(segments, folder, pattern))
        .find((found) => found !== undefined)
    if (problem !== undefined) {
      context.addIssue(issue({ text: problem }))
      return z.NEVER
    }
    return segments.filter((segment) => segment !== '' && segment !== '.').join('/')
  })
}

/** Longest name of a file or directory on most file systems, in bytes. */
const maxNameBytes = 255

function findPathProblem(text: string, segments: readonly string[]): Prose | undefined {
  if (text.startsWith('/') || /^[A-Za-z]:/.test(text)) {
    return prose`must be relative to the root of the repository`
  }
  if (/[\\\p{Cc}\p{Cs}]/u.test(text)) {
    return prose`must not contain backslashes or control characters`
  }
  if (segments.some((segment) => /^\.\.[. ]*(:.*)?$/.test(withoutInvisible(segment)))) {
    return prose`must stay inside the repository, but contains \`..\``
  }
  return segments.some((segment) => Buffer.byteLength(segment) > maxNameBytes)
    ? prose`must not contain a name of more than ${maxNameBytes} bytes`
    : undefined
}

function findFolderProblem(
  segments: readonly string[],
  folder: string,
  disguises: RegExp,
): Prose | undefined {
  const found = segments.find((segment) => disguises.test(withoutInvisible(segment)))
  if (found === undefined) return undefined
  return found === folder
    ? prose`must not be in \`${folder}\``
    : prose`must not be in \`${found}\`, which some file systems treat as \`${folder}\``
}

/**
 * Matches the names under which some file system opens a folder: HFS+ ignores case and invisible
 * characters (which are already removed); NTFS ignores dots and spaces at the end, has short names
 * (`GIT~1`), and opens the folder itself as a data stream (`.git::$INDEX_ALLOCATION`).
 */
function disguisesOf(folder: string): RegExp {
  const name = folder.slice(1)
  return new RegExp(`^(\\.${name}|${name}~\\d+)[. ]*(:.*)?$`, 'i')
}

function withoutInvisible(text: string): string {
  return text.replace(/\p{Default_Ignorable_Code_Point}/gu, '')
}
