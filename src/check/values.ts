import { directoryAt, isFile, pathIn, type BranchSnapshot } from '../core/branch.ts'
import { SyncError } from '../core/errors.ts'
import { listMistakes, type Mistake } from '../core/problem.ts'
import type { Target } from '../core/target.ts'
import { plural } from '../core/text/format.ts'
import { joinProse, own, prose, type Prose } from '../core/text/prose.ts'
import {
  ownedTextsOf,
  readContent,
  runIdFromFileName,
  type FileContent,
} from '../core/values-file/file.ts'
import type { Repository } from '../github/repository.ts'
import { readSchemas } from '../sync/read-schemas.ts'
import { forEachTarget } from '../sync/targets.ts'
import { describeRejection, type ValuesText } from '../values-schema/check-entry.ts'
import { findCollisions } from '../values-schema/collisions.ts'
import type { Validator } from '../values-schema/validator.ts'
import type { Finding } from './run-check.ts'

/** Files of one target that cannot be used together. */
export async function findNameCollisions(
  repository: Repository,
  snapshot: BranchSnapshot,
  targets: readonly Target[],
): Promise<Prose[]> {
  const files = await readValuesFiles(repository, snapshot, targets)
  return files.flatMap(({ texts, unread }) => [
    ...findCollisions(texts),
    ...unread.map((path) => describeUnread(path)),
  ])
}

/**
 * Validates the existing files of each target with a schema.
 *
 * @throws SyncError if a schema is invalid, or rejects a file; it is about all targets.
 */
export async function checkValues(
  repository: Repository,
  snapshot: BranchSnapshot,
  targets: readonly Target[],
): Promise<Finding> {
  const validatorOf = await readSchemas(repository, snapshot, targets)
  const files = await readValuesFiles(repository, snapshot, targets)
  const schemas = new Set<string>()
  let checked = 0
  await forEachTarget(targets, async (target) => {
    const validator = await validatorOf(target)
    const found = files[targets.indexOf(target)]
    if (validator === undefined || found === undefined) return
    checkFiles(validator, found)
    schemas.add(validator.path)
    checked += found.texts.length
  })
  const names = joinProse(
    [...schemas].map((path) => prose`\`${path}\``),
    ', ',
  )
  return {
    status: 'ok',
    detail: prose`${names} can be used; valid: ${own(plural(checked, 'file'))}`,
  }
}

/** @throws SyncError */
function checkFiles(validator: Validator, { texts, unread }: ValuesFiles): void {
  const mistakes: Mistake[] = unread.map((path) => ({
    text: describeUnread(path),
    location: { path, line: undefined },
  }))
  for (const file of texts) {
    const verdict = validator.check(file.text)
    if (verdict.kind !== 'valid') mistakes.push(describeRejection(verdict, { kind: 'file' }, file))
  }
  if (mistakes.length === 0) return
  const count = own(plural(texts.length + unread.length, 'file'))
  throw new SyncError(
    listMistakes(prose`${mistakes.length} of ${count} would be rejected:`, mistakes),
    { mistakes, advice: prose`Correct the files, or the chart's schema or defaults.` },
  )
}

function describeUnread(path: string): Prose {
  return prose`\`${path}\` could not be read from GitHub, so it was not checked`
}

/** The action's files in the directory of a target. */
type ValuesFiles = {
  readonly texts: readonly ValuesText[]
  /** Paths of those that GitHub did not send. */
  readonly unread: readonly string[]
}

/** The action's files of each target, whether the registry knows their runs or not. */
async function readValuesFiles(
  repository: Repository,
  snapshot: BranchSnapshot,
  targets: readonly Target[],
): Promise<ValuesFiles[]> {
  const listed = targets.map(({ directory }) =>
    [...directoryAt(snapshot, directory).entries.values()].flatMap((entry) => {
      const runId = isFile(entry) ? runIdFromFileName(entry.name) : undefined
      return runId === undefined
        ? []
        : [{ path: pathIn(directory, entry.name), oid: entry.oid, runId }]
    }),
  )
  const contents = await repository.readFiles(
    snapshot,
    new Map(listed.flat().map(({ path, oid }) => [oid, path])),
  )
  return listed.map((files) => ({
    texts: files.flatMap(({ path, oid, runId }) => {
      const content = contents.get(oid)
      const state = content === undefined ? undefined : readContent(content)
      return state === undefined || !isActions(state, runId) ? [] : [{ path, text: state.text }]
    }),
    unread: files.filter(({ oid }) => !contents.has(oid)).map(({ path }) => path),
  }))
}

/** A file without `global.runid` is the action's to complete, if its name can only be that of a run. */
function isActions(state: FileContent, runId: string): boolean {
  const { runid = '' } = ownedTextsOf(state) ?? {}
  return runid === '' ? mlflowRunId.test(runId) : runid === runId
}

/** As MLflow makes them; it accepts other ids, but so might `values.yaml` be named after one. */
const mlflowRunId = /^[0-9a-f]{32}$/
