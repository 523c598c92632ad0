import { GitHubError, MlflowError } from '../core/errors.ts'
import { versionKey, type ModelVersion } from '../core/model.ts'
import { possibleFiles, type Place } from '../core/tag-place.ts'
import type { Clock } from '../core/runtime.ts'
import { plural } from '../core/text/format.ts'
import { joinSentences, own, prose, type Prose } from '../core/text/prose.ts'
import { takeTurns } from '../core/turns.ts'
import {
  findUnknownRuns,
  taggedFilter,
  type Deployment,
  type WriteBackInput,
} from '../core/write-back.ts'
import type { Repository } from '../github/repository.ts'
import type { Registry } from '../mlflow/registry.ts'

/** What is read for the tags. */
export type TagSources = {
  readonly registry: Registry
  readonly repository: Repository
  readonly clock: Pick<Clock, 'random'>
}

/** Completes the listings of targets with a filter, which hides versions that matter for their tags. */
export type TagReader = (input: WriteBackInput) => Promise<readonly ModelVersion[]>

/**
 * Versions that a filter hides may still have tags, and files on the branch may name them. MLflow's
 * filters have no `OR`, so the tags of each target take a search; one listing of everything takes the
 * place of several searches.
 *
 * @param count number of targets with a filter.
 * @param warnings gets one if MLflow does not tell; then only the listing is known.
 */
export function createTagReader(
  { registry }: TagSources,
  count: number,
  warnings: Prose[],
): TagReader {
  const readOrWarn = async (
    read: () => Promise<readonly ModelVersion[]>,
  ): Promise<readonly ModelVersion[]> => {
    try {
      return await read()
    } catch (error) {
      if (!(error instanceof MlflowError)) throw error
      const message = prose`The tags of model versions that \`filter\` hides could not be read from MLflow: ${error.text}`
      warnings.push(joinSentences([message, error.advice ?? []]))
      return []
    }
  }
  if (count > 1) {
    let all: Promise<readonly ModelVersion[]> | undefined
    return async ({ versions }) => {
      all ??= readOrWarn(() => registry.versions(undefined))
      return unique([...versions, ...(await all)])
    }
  }
  return async (input) => {
    const tagged = await readOrWarn(async () => {
      const found = await registry.versions(taggedFilter(input.names))
      const versions = unique([...input.versions, ...found])
      const unknown = findUnknownRuns({ ...input, versions })
      return unknown.length === 0 ? found : [...found, ...(await registry.versionsOfRuns(unknown))]
    })
    return unique([...input.versions, ...tagged])
  }
}

/** What was read last counts. */
function unique(versions: readonly ModelVersion[]): ModelVersion[] {
  return [...new Map(versions.map((version) => [versionKey(version), version])).values()]
}

/** One sync asks whether so many files of other jobs still exist; the next ones ask for others. */
const maxClaims = 100

/**
 * Without the versions whose tag names a file elsewhere in the repository: two jobs that deploy the same
 * version to two directories would overwrite each other's tags forever. If that file no longer exists,
 * the tag is outdated.
 *
 * @param warnings gets one about those versions, or if GitHub does not tell which files exist.
 */
export async function leaveClaimed(
  { repository, clock }: TagSources,
  deployments: readonly Deployment[],
  place: Place,
  warnings: Prose[],
): Promise<Deployment[]> {
  const unclaimed = deployments.filter(({ claimedBy }) => claimedBy === undefined)
  const claimed = deployments.flatMap((deployment) =>
    deployment.claimedBy === undefined
      ? []
      : [
          {
            deployment,
            url: deployment.claimedBy,
            files: possibleFiles(place, deployment.claimedBy),
          },
        ],
  )
  if (claimed.length === 0) return unclaimed
  const turns = takeTurns(claimed, ({ deployment }) => versionKey(deployment), clock.random())
  const asked = turns.slice(0, maxClaims)
  try {
    const existing = await repository.findFiles(asked.flatMap(({ files }) => files))
    const outdated = asked.filter(({ files }) => !files.some((file) => existing.has(file)))
    const left = claimed.filter((claim) => !outdated.includes(claim))
    warnings.push(...left.slice(0, 1).map(({ url }) => describeClaims(left.length, url)))
    return [...unclaimed, ...outdated.map(({ deployment }) => deployment)]
  } catch (error) {
    if (!(error instanceof GitHubError)) throw error
    const versions = own(plural(claimed.length, 'model version'))
    const message = prose`GitHub did not say whether the files that the tags of ${versions} name still exist, so these tags were left alone: ${error.text}`
    warnings.push(joinSentences([message, error.advice ?? []]))
    return unclaimed
  }
}

/** @param url one of the files. */
function describeClaims(count: number, url: string): Prose {
  const versions = own(plural(count, 'model version'))
  const message = prose`The tags of ${versions} in MLflow already name files elsewhere in the repository, such as ${url}, and were left alone`
  return joinSentences([
    message,
    prose`Set \`config\`, with which each target has tags of its own.`,
  ])
}
