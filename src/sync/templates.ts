import type { BranchSnapshot, Content } from '../core/branch.ts'
import { SyncError } from '../core/errors.ts'
import { listMistakes, type Mistake } from '../core/problem.ts'
import type { Target } from '../core/target.ts'
import { allPlaceholders } from '../core/template/fields.ts'
import { parseTemplate, type Template } from '../core/template/parse.ts'
import { joinSentences, own, prose } from '../core/text/prose.ts'
import { describeFlaw } from '../core/values-file/flaw.ts'
import { explainObstacle } from './explain-obstacle.ts'
import { forEachTarget } from './targets.ts'
import type { Repository } from '../github/repository.ts'

/**
 * Reads the templates of all targets, without their files.
 *
 * @throws SyncError if some of them are missing or invalid.
 */
export async function checkTemplates(
  repository: Repository,
  snapshot: BranchSnapshot,
  targets: readonly Target[],
  templates: TemplateReader,
): Promise<void> {
  const pathsByOid = new Map<string, string>()
  for (const { template } of targets) templates.addTo(pathsByOid, snapshot, template)
  const contents = await repository.readFiles(snapshot, pathsByOid)
  await forEachTarget(targets, async ({ template }) => {
    await templates.check(repository, snapshot, template, contents)
  })
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
    contents: ReadonlyMap<string, Content>,
  ) => Template
  /** Parses a template of the repository; an error says whether something else is in its place. */
  readonly check: (
    repository: Repository,
    snapshot: BranchSnapshot,
    path: string | undefined,
    contents: ReadonlyMap<string, Content>,
  ) => Promise<void>
}

/** @param builtIn text of the built-in template, for targets without one of their own. */
export function createTemplateReader(builtIn: string): TemplateReader {
  const parsed = new Map<string | undefined, Template>()
  const parse: TemplateReader['parse'] = (snapshot, path, contents) => {
    const oid = path === undefined ? undefined : oidOf(snapshot, path)
    const cached = parsed.get(oid)
    if (cached !== undefined) return cached
    const text =
      path === undefined || oid === undefined ? builtIn : decodeUtf8(path, contents.get(oid))
    const template = parseOrThrow(text, path, snapshot.branch)
    parsed.set(oid, template)
    return template
  }
  return {
    addTo: (pathsByOid, { files }, path) => {
      const oid = path === undefined ? undefined : files.get(path)
      if (path !== undefined && oid !== undefined) pathsByOid.set(oid, path)
    },
    parse,
    check: async (repository, snapshot, path, contents) => {
      if (path === undefined) return
      await explainObstacle(repository, snapshot, { what: 'template', key: 'template', path }, () =>
        parse(snapshot, path, contents),
      )
    },
  }
}

function oidOf({ files, branch }: BranchSnapshot, path: string): string {
  const oid = files.get(path)
  if (oid !== undefined) return oid
  throw new SyncError(prose`There is no template \`${path}\` on branch \`${branch}\``, {
    advice: prose`Check \`template\`: it is a path from the root of the repository.`,
  })
}

function decodeUtf8(path: string, content: Content | undefined): string {
  if (typeof content === 'string') return content
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content)
  } catch {
    const text = prose`The template \`${path}\` is not UTF-8 text`
    const mistakes = [{ text, location: { path, line: undefined } }]
    throw new SyncError(text, { advice: prose`Save it as UTF-8.`, mistakes })
  }
}

function parseOrThrow(text: string, path: string | undefined, branch: string): Template {
  const parsed = parseTemplate(text)
  if (parsed.ok) return parsed.template
  const mistakes = parsed.flaws.map((flaw): Mistake => ({
    text: describeFlaw(flaw),
    location: path === undefined ? undefined : { path, line: flaw.line },
  }))
  const name =
    path === undefined
      ? prose`The built-in template`
      : prose`The template \`${path}\` on branch \`${branch}\``
  const names = own(allPlaceholders.map((placeholder) => `\`${placeholder}\``).join(', '))
  throw new SyncError(listMistakes(prose`${name} can't be used:`, mistakes), {
    mistakes,
    advice: joinSentences([
      prose`Correct the template. Nothing is written with it until then`,
      parsed.needsNames ? prose`These placeholders exist: ${names}` : [],
    ]),
  })
}
