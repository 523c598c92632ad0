import type { BranchSnapshot } from '../core/branch.ts'
import { parseTemplate, type Template } from '../core/template/parse.ts'
import { SyncError } from '../errors.ts'

/** Templates, each parsed once for a whole sync. */
export type TemplateReader = {
  /** Adds a template's file to those that are read (path by git hash). */
  readonly addWanted: (
    wanted: Map<string, string>,
    snapshot: BranchSnapshot,
    path: string | undefined,
  ) => void
  /** @throws SyncError when the template is missing or has mistakes. */
  readonly parse: (
    snapshot: BranchSnapshot,
    path: string | undefined,
    contents: ReadonlyMap<string, Uint8Array>,
  ) => Template
}

/** `builtIn` is the text of the template for targets that name none. */
export function createTemplateReader(builtIn: string): TemplateReader {
  const parsed = new Map<string | undefined, Template>()
  return {
    addWanted: (wanted, { files }, path) => {
      const oid = path === undefined ? undefined : files.get(path)
      if (path !== undefined && oid !== undefined) wanted.set(oid, path)
    },
    parse: (snapshot, path, contents) => {
      const oid = path === undefined ? undefined : oidOf(snapshot, path)
      const known = parsed.get(oid)
      if (known !== undefined) return known
      const text = oid === undefined ? builtIn : decode(path, contents.get(oid))
      const template = parseOrThrow(text, path, snapshot.branch)
      parsed.set(oid, template)
      return template
    },
  }
}

function oidOf({ files, branch }: BranchSnapshot, path: string): string {
  const oid = files.get(path)
  if (oid !== undefined) return oid
  throw new SyncError(`There is no template ${path} on branch ${branch}`, {
    advice: 'Check the input template: a path from the root of the repository.',
  })
}

function decode(path: string | undefined, bytes: Uint8Array | undefined): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new SyncError(`The template ${path ?? ''} is not UTF-8 text`, {
      advice: 'Save it as UTF-8.',
    })
  }
}

function parseOrThrow(text: string, path: string | undefined, branch: string): Template {
  const parsed = parseTemplate(text)
  if (parsed.ok) return parsed.template
  throw new SyncError(
    `The template ${path ?? '(built in)'} can't be used: ${parsed.problems.join('; ')}`,
    { advice: `Correct it on branch ${branch}; nothing was written.` },
  )
}
