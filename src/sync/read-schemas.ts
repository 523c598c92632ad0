import {
  directoryAt,
  isFile,
  parentOf,
  pathIn,
  type BranchSnapshot,
  type Content,
  type DirectoryEntry,
} from '../core/branch.ts'
import { GitHubError, SyncError } from '../core/errors.ts'
import { listMistakes, type Mistake } from '../core/problem.ts'
import type { Target } from '../core/target.ts'
import { prose } from '../core/text/prose.ts'
import type { Repository } from '../github/repository.ts'
import {
  describesValues,
  isSubchart,
  metadataName,
  valuesName,
  type ChartFile,
} from '../values-schema/chart-files.ts'
import { createTimeBudget, type TimeBudget } from '../values-schema/time-limit.ts'
import type { Validator } from '../values-schema/validator.ts'

/** Reads the schema of each chart once per sync. */
export type SchemaReader = {
  /** Adds the files that say which values a target's chart accepts to those to read. */
  readonly addTo: (
    pathsByOid: Map<string, string>,
    snapshot: BranchSnapshot,
    target: Target,
  ) => Promise<void>
  /**
   * @returns undefined if files of this target are not validated.
   * @throws SyncError if the schema is missing or invalid.
   */
  readonly load: (
    snapshot: BranchSnapshot,
    target: Target,
    contents: ReadonlyMap<string, Content>,
  ) => Promise<Validator | undefined>
}

/** The entries of a chart that matter, by path relative to its directory. */
type ChartEntries = ReadonlyMap<string, DirectoryEntry>

export function createSchemaReader(repository: Repository): SchemaReader {
  const subcharts = new Map<string, Promise<ChartEntries>>()
  const validators = new Map<string, Promise<Validator>>()
  // Of all targets together.
  const budget = createTimeBudget()

  async function entriesOf(snapshot: BranchSnapshot, schema: string): Promise<ChartEntries> {
    const { entries } = directoryAt(snapshot, parentOf(schema))
    const own = [nameOf(schema), valuesName, metadataName].flatMap((name) => {
      const entry = entries.get(name)
      return entry === undefined ? [] : [entry]
    })
    const charts = entries.get('charts')
    const below = charts?.kind === 'directory' ? await listSubcharts(charts.oid) : new Map()
    return new Map([...own.map((entry): [string, DirectoryEntry] => [entry.name, entry]), ...below])
  }

  /** GitHub may fail to list a chart that is too large; that is about its target alone. */
  async function listChart(snapshot: BranchSnapshot, schema: string): Promise<ChartEntries> {
    try {
      return await entriesOf(snapshot, schema)
    } catch (error) {
      if (!(error instanceof GitHubError) || error.reason === 'branch-moved') throw error
      throw new SyncError(
        prose`The chart of the values schema \`${schema}\` can't be listed: ${error.text}`,
        { advice: error.advice, cause: error },
      )
    }
  }

  function listSubcharts(oid: string): Promise<ChartEntries> {
    const listing = subcharts.get(oid) ?? readSubcharts(repository, oid)
    subcharts.set(oid, listing)
    return listing
  }

  return {
    addTo: async (pathsByOid, snapshot, { valuesSchema }) => {
      if (valuesSchema === undefined) return
      for (const [path, entry] of await listChart(snapshot, valuesSchema)) {
        if (isFile(entry)) pathsByOid.set(entry.oid, pathIn(parentOf(valuesSchema), path))
      }
    },
    load: async (snapshot, { valuesSchema }, contents) => {
      if (valuesSchema === undefined) return undefined
      const key = `${directoryAt(snapshot, parentOf(valuesSchema)).oid ?? ''}:${valuesSchema}`
      const validator =
        validators.get(key) ??
        compile(valuesSchema, snapshot, await entriesOf(snapshot, valuesSchema), contents, budget)
      validators.set(key, validator)
      return validator
    },
  }
}

/** Reads the schemas of targets and nothing else; each is compiled when it is asked for. */
export async function readSchemas(
  repository: Repository,
  snapshot: BranchSnapshot,
  targets: readonly Target[],
): Promise<(target: Target) => Promise<Validator | undefined>> {
  const schemas = createSchemaReader(repository)
  const pathsByOid = new Map<string, string>()
  const failures = new Map<Target, unknown>()
  for (const target of targets) {
    await schemas.addTo(pathsByOid, snapshot, target).catch((error: unknown) => {
      failures.set(target, error)
    })
  }
  const contents = await repository.readFiles(snapshot, pathsByOid)
  return (target) => {
    if (failures.has(target)) throw failures.get(target)
    return schemas.load(snapshot, target, contents)
  }
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

async function readSubcharts(repository: Repository, oid: string): Promise<ChartEntries> {
  const entries = new Map<string, DirectoryEntry>()
  for (const [path, entry] of await repository.listTree(oid)) {
    const full = `charts/${path}`
    const isObstacle = entry.kind === 'link' || entry.kind === 'submodule'
    if (describesValues(full) || (isObstacle && isSubchart(full))) entries.set(full, entry)
  }
  return entries
}

async function compile(
  path: string,
  { branch, obstacles }: BranchSnapshot,
  entries: ChartEntries,
  contents: ReadonlyMap<string, Content>,
  budget: TimeBudget,
): Promise<Validator> {
  const schema = nameOf(path)
  if (!entries.has(schema)) {
    const obstacle = obstacles.get(parentOf(path))
    if (obstacle !== undefined) {
      throw new SyncError(prose`The values schema \`${path}\` can't be read. ${obstacle.message}`, {
        advice: prose`Set \`values-schema\` to the path of the file itself, in a directory of this repository: symbolic links and submodules are not followed.`,
      })
    }
    throw new SyncError(prose`There is no values schema \`${path}\` on branch \`${branch}\``, {
      advice: prose`Check \`values-schema\`: it is a path from the root of the repository.`,
    })
  }
  // Compiling schemas takes a library that most syncs do not need.
  const { createValidator } = await import(
    /* webpackMode: "eager" */ '../values-schema/validator.ts'
  )
  const files = new Map(
    [...entries].map(([name, entry]): [string, ChartFile] => [name, fileOf(entry, contents)]),
  )
  const result = createValidator(files, { directory: parentOf(path), schema }, budget)
  if (result.ok) return result.validator
  throw invalidSchema(path, branch, result.mistakes)
}

function fileOf({ kind, oid }: DirectoryEntry, contents: ReadonlyMap<string, Content>): ChartFile {
  switch (kind) {
    case 'file':
    case 'executable': {
      const content = contents.get(oid)
      return content === undefined
        ? { obstacle: prose`could not be read from GitHub` }
        : { content }
    }
    case 'link':
      return { obstacle: prose`is a symbolic link, which is not followed: replace it by the file` }
    case 'directory':
      return { obstacle: prose`is a directory, not a file` }
    case 'submodule':
      return { obstacle: prose`is a submodule, which is not read` }
  }
}

function invalidSchema(path: string, branch: string, mistakes: readonly Mistake[]): SyncError {
  return new SyncError(
    listMistakes(
      prose`The values schema \`${path}\` on branch \`${branch}\` can't be used:`,
      mistakes,
    ),
    {
      mistakes,
      advice: prose`Correct the chart. Until then, no file of the target is written, because none can be validated.`,
    },
  )
}
