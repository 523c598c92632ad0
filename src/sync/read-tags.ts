import { versionKey, type ModelVersion } from '../core/model.ts'
import { isVersionNumber } from '../core/plan/deployed.ts'
import type { ChangedEntry } from '../core/result.ts'
import { possibleFiles, type Deployment } from '../core/write-back.ts'
import type { Repository } from '../github/repository.ts'
import type { MlflowClient } from '../mlflow/client.ts'
import { readModelVersion } from '../mlflow/versions.ts'
import { maxRequests } from './tag-warnings.ts'

type VersionName = Pick<ModelVersion, 'name' | 'version'>

/** The versions that files named before they were changed or deleted. */
export function replacedBy(made: readonly ChangedEntry[]): VersionName[] {
  return made.flatMap(({ outcome, previous }) =>
    outcome === 'created' || previous === undefined || !isVersionNumber(previous.modelVersion)
      ? []
      : [{ name: previous.modelName, version: previous.modelVersion }],
  )
}

/** Reads versions that the listing may lack because of its filter. */
export async function readUnlisted(
  mlflow: MlflowClient,
  listed: readonly ModelVersion[],
  versions: readonly VersionName[],
): Promise<ModelVersion[]> {
  const known = new Set(listed.map(versionKey))
  const found: ModelVersion[] = []
  for (const { name, version } of versions.slice(0, maxRequests)) {
    if (known.has(versionKey({ name, version }))) continue
    found.push(...[(await readModelVersion(mlflow, name, version)) ?? []].flat())
  }
  return found
}

/** More files of other jobs are left alone without asking whether they still exist. */
const maxClaims = 100

/**
 * Without the versions whose tag names a file elsewhere in the repository: two jobs that deploy the same
 * version to two directories would overwrite each other's tags forever. If that file no longer exists,
 * the tag is outdated.
 */
export async function leaveClaimed(
  repository: Repository,
  deployments: readonly Deployment[],
  place: Parameters<typeof possibleFiles>[0],
): Promise<Deployment[]> {
  const unclaimed = deployments.filter(({ claimedBy }) => claimedBy === undefined)
  const claimed = deployments.flatMap((deployment) =>
    deployment.claimedBy === undefined
      ? []
      : [{ deployment, files: possibleFiles(place, deployment.claimedBy) }],
  )
  if (claimed.length === 0) return unclaimed
  const asked = claimed.slice(0, maxClaims)
  const existing = await repository.findFiles(asked.flatMap(({ files }) => files))
  const outdated = asked.filter(({ files }) => !files.some((file) => existing.has(file)))
  return [...unclaimed, ...outdated.map(({ deployment }) => deployment)]
}
