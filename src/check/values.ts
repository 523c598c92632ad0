import {
  directoryAt,
  isFile,
  pathIn,
  type BranchSnapshot,
  type Content,
  type DirectoryEntry,
} from '../core/branch.ts'
import { SyncError } from '../core/errors.ts'
import { listMistakes, type Mistake } from '../core/problem.ts'
import type { Target } from '../core/target.ts'
import { plural } from '../core/text/format.ts'
import { joinProse, own, prose, type Prose } from '../core/text/prose.ts'
import { readContent, runIdFromFileName } from '../core/values-file/file.ts'
import type { Repository } from '../github/repository.ts'
import { readSchemas } from '../sync/read-schemas.ts'
import { describeRejection, type ValuesText } from '../values-schema/check-entry.ts'
import { findCollisions } from '../values-schema/collisions.ts'
import type { Finding } from './run-check.ts'

/** Files of one target that cannot be used together. */
export async function findNameCollisions(
  repository: Repository,
  snapshot: BranchSnapshot,
  targets: readonly Target[],
): Promise<Prose[]> {
  const files = await readValuesFiles(repository, snapshot, targets)
  return files.flatMap((texts) => findCollisions(texts))
}

/**
 * Validates the existing files of each target with a schema.
 *
 * @throws SyncError if a schema is invalid, or rejects a file.
 */
export async function checkValues(
  repository: Repository,
  snapshot: BranchSnapshot,
  targets: readonly Target[],
): Promise<Finding> {
  const validators = await readSchemas(repository, snapshot, targets)
  const files = await readValuesFiles(repository, snapshot, targets)
  const mistakes: Mistake[] = []
  let checked = 0
  for (const [index, texts] of files.entries()) {
    const validator = validators[index]
    if (validator === undefined) continue
    checked += texts.length
    for (const file of texts) {
      const verdict = validator.check(file.text)
      if (verdict.kind !== 'valid') {
        mistakes.push(describeRejection(verdict, { kind: 'file' }, file))
      }
    }
  }
  const count = own(plural(checked, 'file'))
  if (mistakes.length > 0) {
    throw new SyncError(
      listMistakes(prose`${mistakes.length} of ${count} would be rejected:`, mistakes),
      { mistakes, advice: prose`Correct the files, or the chart's schema or defaults.` },
    )
  }
  const schemas = new Set(validators.flatMap((validator) => validator?.path ?? []))
  const names = joinProse(
    [...schemas].map((path) => prose`\`${path}\``),
    ', ',
  )
  return { status: 'ok', detail: prose`${names} can be used; valid: ${count}` }
}

/** The values files of each target, whether the registry knows their runs or not. */
async function readValuesFiles(
  repository: Repository,
  snapshot: BranchSnapshot,
  targets: readonly Target[],
): Promise<ValuesText[][]> {
  const listed = targets.map(({ directory }) =>
    [...directoryAt(snapshot, directory).entries.values()]
      .filter((entry) => isFile(entry) && runIdFromFileName(entry.name) !== undefined)
      .map(({ name, oid }) => ({ path: pathIn(directory, name), oid })),
  )
  const contents = await repository.readFiles(
    snapshot,
    new Map(listed.flat().map(({ path, oid }) => [oid, path])),
  )
  return listed.map((files) => files.flatMap((file) => textOf(file, contents)))
}

function textOf(
  { path, oid }: { readonly path: string } & Pick<DirectoryEntry, 'oid'>,
  contents: ReadonlyMap<string, Content>,
): ValuesText[] {
  const content = contents.get(oid)
  return content === undefined ? [] : [{ path, text: readContent(content).text }]
}
