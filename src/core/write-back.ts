import { pathIn } from './branch.ts'
import { correctingCommit, type Corrections } from './corrections.ts'
import type { NameMatcher } from './glob.ts'
import { versionKey, type ModelVersion } from './model.ts'
import { isElsewhere, isOnBranch, runIdIn, urlOf, type Place } from './tag-place.ts'
import { nameInTags } from './target.ts'
import { fileName, ownedTextsOf, type FileState } from './values-file/file.ts'

/** The tags that say where a model version is deployed. */
export type TagNames = { readonly file: string; readonly commit: string }

/**
 * Names of the tags of a repository, or of one target in it. MLflow accepts 250 characters: letters,
 * digits, blanks and `_./:-`.
 */
export function tagNames(repository: string, target: string | undefined): TagNames {
  const suffix = target === undefined ? '' : `.${nameInTags(target)}`
  const prefix = `mlflow-sync.${repository}${suffix}`
  return { file: `${prefix}.file`, commit: `${prefix}.commit` }
}

/** An MLflow filter for the versions that have the tags; GitHub's address begins like this. */
export function taggedFilter({ file }: TagNames): string {
  return `tags.\`${file}\` LIKE 'http%'`
}

/** What the tags of one target depend on. */
export type WriteBackInput = {
  readonly names: TagNames
  /**
   * Whether the names belong to this target alone on its branch, as with a configuration. Otherwise all
   * jobs of the repository share them, and one leaves the tags of the others alone.
   */
  readonly ownsNames: boolean
  readonly place: Place
  /** The target's models; the tags of others are somebody else's. */
  readonly models: NameMatcher
  readonly versions: readonly ModelVersion[]
  /** What is on the branch now, by run id; files that are not in it were not read. */
  readonly files: ReadonlyMap<string, { readonly state: FileState }>
  /** Run ids of all values files in the directory, read or not. */
  readonly present: ReadonlySet<string>
  /** Run ids of the files that this sync wrote, and its commit. */
  readonly written: { readonly runIds: ReadonlySet<string>; readonly commit: string | undefined }
  /** Undefined if the action commits to the branch itself. */
  readonly corrections: Corrections | undefined
}

type VersionName = Pick<ModelVersion, 'name' | 'version'>

/** A model version whose file is on the branch and whose tags do not say so. */
export type Deployment = VersionName & {
  readonly path: string
  readonly url: string
  /** Undefined: the last commit that changed the file. */
  readonly commit: string | undefined
  readonly tags: ModelVersion['tags']
  /** URL of the same run's file elsewhere in the repository that the tag names. */
  readonly claimedBy: string | undefined
}

/** A change of one tag. */
export type TagChange = VersionName & {
  readonly key: string
  /** Undefined: the tag is removed. */
  readonly value: string | undefined
}

export type WriteBack = {
  readonly deployments: readonly Deployment[]
  readonly removals: readonly TagChange[]
}

/** Decides which tags differ from what the branch says. */
export function planWriteBack(input: WriteBackInput): WriteBack {
  const deployed = findDeployments(input)
  const deployments: Deployment[] = []
  const removals: TagChange[] = []
  for (const version of input.versions) {
    const { name, problem } = version
    if (problem !== undefined || !input.models(name)) continue
    // After a model was deleted and registered anew, files of two runs can name the same version.
    const runIds = deployed.get(versionKey(version)) ?? []
    const runId = runIds.find((id) => version.runId === id || version.runId === '')
    if (runId !== undefined) {
      deployments.push(...deploymentOf(version, runId, input))
    } else {
      removals.push(...removalsFrom(version, input))
    }
  }
  return { deployments, removals }
}

/** The runs whose files name versions of the target's models that are not among the known ones. */
export function findUnknownRuns(input: WriteBackInput): string[] {
  const known = new Set(input.versions.map(versionKey))
  const unknown = [...findDeployments(input)].filter(([key]) => !known.has(key))
  return [...new Set(unknown.flatMap(([, runIds]) => runIds))]
}

/** Run ids by the key of the model version that their file names. */
function findDeployments({
  files,
  present,
  models,
}: WriteBackInput): ReadonlyMap<string, string[]> {
  const deployed = new Map<string, string[]>()
  for (const [runId, { state }] of files) {
    const owned = ownedTextsOf(state)
    if (!present.has(runId) || owned?.runid !== runId) continue
    const { modelName: name = '', modelVersion: version = '' } = owned
    if (name === '' || version === '' || !models(name)) continue
    const key = versionKey({ name, version })
    deployed.set(key, [...(deployed.get(key) ?? []), runId])
  }
  return deployed
}

/** The deployment of a version; none if its tags are right. */
function deploymentOf(
  { name, version, tags }: ModelVersion,
  runId: string,
  { names, ownsNames, place, written, corrections }: WriteBackInput,
): Deployment[] {
  const path = pathIn(place.directory, fileName(runId))
  const url = urlOf(place, path)
  const { [names.file]: file, [names.commit]: recorded = '' } = tags
  // A commit that was recorded for this file stays, whatever another person or job has changed since.
  const isKnown = file === url && isCommit(recorded)
  const known = isKnown ? (correctingCommit(corrections, path, recorded) ?? recorded) : undefined
  const commit = written.runIds.has(runId) ? written.commit : known
  if (isKnown && commit === recorded) return []
  const isClaimed =
    file !== undefined && isElsewhere(place, file, runId) && !(ownsNames && isOnBranch(place, file))
  return [{ name, version, path, url, commit, tags, claimedBy: isClaimed ? file : undefined }]
}

/** What else is in the tag is a person's text, and no commit. */
function isCommit(text: string): boolean {
  return /^[0-9a-f]{40}([0-9a-f]{24})?$/.test(text)
}

/**
 * The tags of a version that no file names any more. A tag that names a place outside of the directory
 * is another job's, unless the name is the target's own: then its path has changed. A file that was not
 * read may still name the version.
 */
function removalsFrom(
  { name, version, tags }: ModelVersion,
  { names, ownsNames, place, files, present }: WriteBackInput,
): TagChange[] {
  const file = tags[names.file]
  const runId = file === undefined ? undefined : runIdIn(place, file)
  if (runId !== undefined) {
    const state = files.get(runId)?.state ?? { kind: 'unread' }
    if (present.has(runId) && ownedTextsOf(state) === undefined) return []
  } else if (file !== undefined && !(ownsNames && isOnBranch(place, file))) {
    return []
  }
  // The file comes last, so that what is left after a failure is found again.
  return [names.commit, names.file]
    .filter((key) => tags[key] !== undefined)
    .map((key) => ({ name, version, key, value: undefined }))
}

/**
 * The changes of a deployment's tags. A file's URL beside the commit of another file would be believed,
 * so it comes last; without a commit it comes first, because versions are searched by it.
 */
export function tagChanges(
  { name, version, url, tags }: Deployment,
  commit: string,
  names: TagNames,
): TagChange[] {
  const wanted: [string, string][] = [
    [names.commit, commit],
    [names.file, url],
  ]
  if (tags[names.commit] === undefined) wanted.reverse()
  return wanted
    .filter(([key, value]) => tags[key] !== value)
    .map(([key, value]) => ({ name, version, key, value }))
}

/** Number of requests that the tags of a deployment take at most. */
export function maxTagChanges({ url, tags }: Deployment, names: TagNames): number {
  return tags[names.file] === url ? 1 : 2
}
