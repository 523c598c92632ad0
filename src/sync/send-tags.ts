import { GitHubError } from '../core/errors.ts'
import { versionKey } from '../core/model.ts'
import type { Clock } from '../core/runtime.ts'
import { plural } from '../core/text/format.ts'
import { joinSentences, own, prose, type Prose } from '../core/text/prose.ts'
import { takeTurns } from '../core/turns.ts'
import { tagChanges, type TagChange } from '../core/write-back.ts'
import type { Repository } from '../github/repository.ts'
import type { MlflowClient } from '../mlflow/client.ts'
import { createTagWriter, type TagWriter } from '../mlflow/tags.ts'
import type { PlannedTags } from './plan-tags.ts'
import { describeFailures, describeRest, maxRequests } from './tag-warnings.ts'

export type SendTagsOptions = {
  readonly mlflow: MlflowClient
  readonly repository: Repository
  readonly clock: Pick<Clock, 'random'>
  readonly info: (line: string) => void
}

/** GitHub is asked for the commits of this many files in one request. */
const versionsPerBatch = 100

/**
 * Changes the tags of as many versions as one sync may. Models take turns, so that those on which
 * permission is missing cost one request each and keep nobody else's tags from being written.
 */
export async function sendTags(
  options: SendTagsOptions,
  planned: readonly PlannedTags[],
  head: string,
): Promise<Prose[]> {
  const total = planned.reduce((sum, { maxChanges }) => sum + maxChanges, 0)
  const writer = createTagWriter(options.mlflow, Math.min(total, maxRequests))
  const commits = createCommitReader(options.repository, head)
  let left = 0
  let waiting = takeTurns(planned, ({ name }) => name, options.clock.random())
  while (waiting.length > 0 && !writer.isHopeless()) {
    const batch = takeWithin(waiting, maxRequests - writer.tried())
    if (batch.length === 0) break
    const untried = await writer.write(await commits.resolve(batch))
    left += new Set(untried.map(versionKey)).size
    waiting = waiting.slice(batch.length).filter(({ name }) => !writer.skipsModel(name))
  }
  report(options, writer)
  return [
    ...commits.warnings(),
    ...describeFailures(writer.failures()),
    ...describeRest(left + waiting.length, writer.isHopeless()),
  ]
}

function report({ info }: SendTagsOptions, writer: TagWriter): void {
  const done = writer.done()
  if (done > 0) info(`Write-back: ${plural(done, 'tag')} changed in MLflow`)
}

function takeWithin(planned: readonly PlannedTags[], limit: number): readonly PlannedTags[] {
  let sum = 0
  const next = planned.slice(0, versionsPerBatch)
  const index = next.findIndex(({ maxChanges }) => (sum += maxChanges) > limit)
  return index < 0 ? next : next.slice(0, index)
}

type CommitReader = {
  /** The changes of tags, with the commits of files that this sync did not write. */
  readonly resolve: (planned: readonly PlannedTags[]) => Promise<TagChange[]>
  readonly warnings: () => Prose[]
}

function createCommitReader(repository: Repository, head: string): CommitReader {
  let failure: GitHubError | undefined
  let isHopeless = false
  let missing = 0

  const read = async (paths: readonly string[]): Promise<ReadonlyMap<string, string>> => {
    const commits = new Map<string, string>()
    if (paths.length === 0) return commits
    const found = isHopeless ? undefined : await repository.lastCommits(head, paths)
    for (const [path, commit] of found ?? []) {
      if (commit instanceof GitHubError) failure ??= commit
      else commits.set(path, commit)
    }
    if (failure === undefined) return commits
    isHopeless ||= commits.size === 0
    missing += paths.length - commits.size
    return commits
  }

  return {
    resolve: async (planned) => {
      const paths = planned.flatMap((tags) =>
        'deployment' in tags && tags.deployment.commit === undefined ? [tags.deployment.path] : [],
      )
      const commits = await read(paths)
      return planned.flatMap((tags) => {
        if (!('deployment' in tags)) return tags.removals
        const { deployment, names } = tags
        const commit = deployment.commit ?? commits.get(deployment.path)
        return commit === undefined ? [] : tagChanges(deployment, commit, names)
      })
    },
    warnings: () => {
      if (failure === undefined) return []
      const files = own(plural(missing, 'file'))
      const message = prose`The commits of ${files} could not be read, so the tags of their model versions were not set in MLflow: ${failure.text}`
      return [joinSentences([message, failure.advice ?? []])]
    },
  }
}
