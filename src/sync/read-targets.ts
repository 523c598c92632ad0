import type { Content } from '../core/branch.ts'
import { SyncError } from '../core/errors.ts'
import { listMistakes } from '../core/problem.ts'
import { createTarget, type Target, type TargetSettings } from '../core/target.ts'
import { prose } from '../core/text/prose.ts'
import { parseConfig } from '../config/parse.ts'
import type { BranchFile } from '../github/branch-file.ts'
import type { Repository } from '../github/repository.ts'
import { explainObstacle } from './explain-obstacle.ts'

/** Where the targets of a job come from. */
export type TargetSource = {
  /** Path of the configuration file; undefined: there is one target, `target`. */
  readonly config: string | undefined
  /** The inputs: the only target, or what the targets of the file leave out. */
  readonly target: TargetSettings
}

/** The targets that are known without reading anything. */
export function knownTargets({ config, target }: TargetSource): readonly Target[] {
  return config === undefined ? [createTarget(target)] : []
}

export type ConfiguredTargets = {
  readonly targets: readonly Target[]
  /** Git's hash of the configuration file; undefined if there is none. */
  readonly configOid: string | undefined
}

/**
 * Reads the targets, from the configuration file on the branch if there is one.
 *
 * @param onBranch called as soon as the branch is known, so that an error can name it.
 * @throws SyncError if the file is missing or invalid, with all mistakes.
 */
export async function readTargets(
  { config, target }: TargetSource,
  repository: Repository,
  branch: string | undefined,
  onBranch: (branch: Pick<BranchFile, 'repository' | 'branch'>) => void,
): Promise<ConfiguredTargets> {
  if (config === undefined) return { targets: [createTarget(target)], configOid: undefined }
  const read = await repository.readFile(branch, config)
  onBranch(read)
  return explainObstacle(
    repository,
    read,
    { what: 'configuration', key: 'config', path: config },
    () => parseOrThrow(read, config, target),
  )
}

function parseOrThrow(
  { branch, file }: BranchFile,
  config: string,
  inputs: TargetSettings,
): ConfiguredTargets {
  if (file === undefined) {
    throw new SyncError(
      prose`There is no configuration file \`${config}\` on branch \`${branch}\``,
      {
        advice: prose`Check the input \`config\`: it is a path from the root of the repository, on the branch that is synced.`,
      },
    )
  }
  const parsed = parseConfig(decodeUtf8(config, file.content), config, inputs)
  if (parsed.ok) return { targets: parsed.targets, configOid: file.oid }
  const { mistakes } = parsed
  throw new SyncError(
    listMistakes(
      prose`The configuration \`${config}\` on branch \`${branch}\` can't be used:`,
      mistakes,
    ),
    { mistakes, advice: prose`Correct the file. Nothing was written.` },
  )
}

function decodeUtf8(path: string, content: Content): string {
  if (typeof content === 'string') return content
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(content)
  } catch {
    const text = prose`The configuration \`${path}\` is not UTF-8 text`
    const mistakes = [{ text, location: { path, line: undefined } }]
    throw new SyncError(text, { advice: prose`Save it as UTF-8. Nothing was written.`, mistakes })
  }
}
