import { parseTemplate, type Template } from '../core/template/parse.ts'
import { SyncError } from '../errors.ts'
import type { BlobReader } from '../github/blobs.ts'
import type { BranchSnapshot } from '../github/branch.ts'
import { anchorOf } from './directory.ts'

/** Reads and checks the template once, before anything is written. */
export async function readTemplate(
  blobs: BlobReader,
  snapshot: BranchSnapshot,
  path: string | undefined,
  builtIn: string,
): Promise<Template> {
  const parsed = parseTemplate(path === undefined ? builtIn : await readText(blobs, snapshot, path))
  if (parsed.ok) return parsed.template
  throw new SyncError(
    `The template ${path ?? '(built in)'} can't be used: ${parsed.problems.join('; ')}`,
    { advice: `Correct it on branch ${snapshot.branch}; nothing was written.` },
  )
}

async function readText(
  blobs: BlobReader,
  snapshot: BranchSnapshot,
  path: string,
): Promise<string> {
  const { templateOid } = snapshot
  if (templateOid === undefined) {
    throw new SyncError(`There is no template ${path} on branch ${snapshot.branch}`, {
      advice: 'Check the input template: a path from the root of the repository.',
    })
  }
  const { contents } = await blobs.read(new Map([[templateOid, path]]), anchorOf(snapshot))
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
      contents.get(templateOid),
    )
  } catch {
    throw new SyncError(`The template ${path} is not UTF-8 text`, {
      advice: 'Save it as UTF-8.',
    })
  }
}
