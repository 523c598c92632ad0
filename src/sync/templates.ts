import type { BranchSnapshot } from '../core/branch.ts'
import { SyncError } from '../core/errors.ts'
import type { Target } from '../core/target.ts'
import { parseTemplate, type Template } from '../core/template/parse.ts'
import { listProse, prose } from '../core/text/prose.ts'
import type { Repository } from '../github/repository.ts'

/**
 * Reads the templates of all targets, without their files.
 *
 * @throws SyncError if a template is missing or invalid.
 */
export async function readTemplates(
  repository: Repository,
  snapshot: BranchSnapshot,
  targets: readonly Target[],
  templates: TemplateReader,
): Promise<Template[]> {
  const pathsByOid = new Map<string, string>()
  for (const { template } of targets) templates.addTo(pathsByOid, snapshot, template)
  const contents = await repository.readFiles(snapshot, pathsByOid)
  return targets.map(({ template }) => templates.parse(snapshot, template, contents))
}

/** Parses each template once per sync. */
export type TemplateReader = {
  /** Adds a template to the files to read (paths by Git hash). */
  readonly addTo: (
    pathsByOid: Map<string, string>,
    snapshot: BranchSnapshot,
    path: string | undefined,
  ) => void
  /** @throws SyncError if the template is missing or invalid. */
  readonly parse: (
    snapshot: BranchSnapshot,
    path: string | undefined,
    contents: ReadonlyMap<string, Uint8Array>,
  ) => Template
}

/** @param builtIn text of the built-in template, for targets without one of their own. */
export function createTemplateReader(builtIn: string): TemplateReader {
  const parsed = new Map<string | undefined, Template>()
  return {
    addTo: (pathsByOid, { files }, path) => {
      const oid = path === undefined ? undefined : files.get(path)
      if (path !== undefined && oid !== undefined) pathsByOid.set(oid, path)
    },
    parse: (snapshot, path, contents) => {
      const oid = path === undefined ? undefined : oidOf(snapshot, path)
      const cached = parsed.get(oid)
      if (cached !== undefined) return cached
      const text = oid === undefined ? builtIn : decodeUtf8(path, contents.get(oid))
      const template = parseOrThrow(text, path, snapshot.branch)
      parsed.set(oid, template)
      return template
    },
  }
}

function oidOf({ files, branch }: BranchSnapshot, path: string): string {
  const oid = files.get(path)
  if (oid !== undefined) return oid
  throw new SyncError(prose`There is no template ${path} on branch ${branch}`, {
    advice: prose`Check the input template: a path from the root of the repository.`,
  })
}

function decodeUtf8(path: string | undefined, bytes: Uint8Array | undefined): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new SyncError(prose`The template ${path ?? ''} is not UTF-8 text`, {
      advice: prose`Save it as UTF-8.`,
    })
  }
}

function parseOrThrow(text: string, path: string | undefined, branch: string): Template {
  const parsed = parseTemplate(text)
  if (parsed.ok) return parsed.template
  throw new SyncError(
    listProse(prose`The template ${path ?? '(built in)'} can't be used:`, parsed.problems),
    { advice: prose`Correct it on branch ${branch}; nothing was written.` },
  )
}
