import type { RunRecord } from './outcome.ts'
import type { FileContent } from './file-state.ts'
import type { NameMatcher } from './glob.ts'
import type { ModelVersion } from './registry.ts'

/** A file of the action whose run is not selected any more. */
export type Orphan = {
  readonly runId: string
  readonly path: string
  readonly content: FileContent
}

/** What is to happen to an orphan before MLflow is asked once more. */
export type OrphanVerdict =
  | { readonly kind: 'not-ours' }
  | { readonly kind: 'keep'; readonly record: RunRecord }
  | { readonly kind: 'delete'; readonly record: RunRecord; readonly text: string }

/**
 * Decides by the file itself: only a file that says that it is this run's, of a model within
 * `models`, may be deleted. A version that is still listed without its run may have it hidden
 * (MLflow 3.17 does so for users who may not read runs).
 */
export function judgeOrphan(
  orphan: Orphan,
  reason: string,
  models: NameMatcher,
  listed: readonly ModelVersion[],
): OrphanVerdict {
  const { content, runId, path } = orphan
  if (content.kind === 'held') {
    const held = 'the file has the comment "# mlflow-sync: hold"'
    return { kind: 'keep', record: { ...blank(runId, path), outcome: 'held', reason: held } }
  }
  if (content.kind !== 'values') return { kind: 'not-ours' }
  const { owned } = content.values
  const { modelName = '', modelVersion = '' } = owned
  if (owned.runid !== runId || !models(modelName)) return { kind: 'not-ours' }
  const record: RunRecord = {
    ...blank(runId, path),
    experimentId: owned.experimentId ?? null,
    modelName,
    modelVersion,
    previousVersion: modelVersion,
  }
  const hidden = listed.some(
    (version) =>
      version.runId === '' && version.name === modelName && version.version === modelVersion,
  )
  if (hidden) {
    const why = 'kept: MLflow still lists its model version, only without naming the run'
    return { kind: 'keep', record: { ...record, outcome: 'skipped', reason: why } }
  }
  return { kind: 'delete', record: { ...record, reason }, text: content.text }
}

function blank(runId: string, path: string): RunRecord {
  return {
    path,
    outcome: 'deleted',
    runId,
    experimentId: null,
    modelName: null,
    modelVersion: null,
    previousVersion: null,
    url: null,
    reason: null,
  }
}
