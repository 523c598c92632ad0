import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { outcomes, type RunRecord } from '../core/entry.ts'
import { operations, type Connection } from '../core/result.ts'
import { plain } from '../core/text/prose.ts'
import { allDiffs } from './diffs.ts'
import {
  byOutcome,
  countOutcomes,
  hasChanged,
  withoutCredentials,
  type JobResult,
} from './result.ts'

const count = z.int().min(0)
const text = z.string()
const nullableText = text.nullable()

const recordSchema = z.strictObject({
  path: nullableText.describe('Path of the file in the repository.'),
  outcome: z.enum(outcomes),
  runId: nullableText,
  experimentId: nullableText,
  modelName: nullableText,
  modelVersion: nullableText,
  previousVersion: nullableText.describe('Version that the file named before.'),
  url: nullableText.describe("URL of the model version in MLflow's UI."),
  reason: nullableText.describe('Why the run was skipped, held or failed, or its file deleted.'),
  target: text.describe('Name of the target; without a configuration file, its path.'),
})

/**
 * Schema of the report; `schemaVersion` increases when a field is removed or its meaning changes.
 */
export const reportSchema = z
  .strictObject({
    schemaVersion: z.literal(1),
    startedAt: z.iso.datetime(),
    finishedAt: z.iso.datetime(),
    mode: z.enum(['sync', 'plan', 'check']),
    operation: z.enum(operations),
    changed: z.boolean().describe('Whether files changed, or would change in a plan.'),
    server: z.strictObject({ trackingUri: text.describe('Without username and password.') }),
    repository: text.describe('Repository written to, as owner/name.'),
    branch: text,
    path: nullableText.describe(
      'Directory of the values files; null if there are several targets, or none is known.',
    ),
    targets: z
      .array(z.strictObject({ name: text, path: text, failed: z.boolean() }))
      .describe(
        'The targets, each a directory of values files; `failed` if nothing could be done for one.',
      ),
    commit: z.strictObject({ sha: text, url: text }).nullable(),
    pullRequest: z.strictObject({ number: count, url: text }).nullable(),
    counts: z.strictObject({
      created: count,
      updated: count,
      deleted: count,
      unchanged: count,
      held: count,
      skipped: count,
      failed: count,
    }),
    records: z.array(recordSchema).describe('One per run.'),
    diffs: z
      .array(z.strictObject({ path: text, diff: text.describe('Unified diff, for `git apply`.') }))
      .nullable()
      .describe('In `mode: plan`, one per file that a sync would change; null in the other modes.'),
    requests: z.strictObject({ mlflow: count, github: count }),
    phases: z.array(z.strictObject({ name: text, milliseconds: z.number().min(0) })),
    warnings: z.array(text),
    connections: z
      .array(
        z.strictObject({
          name: text,
          status: z.enum(['ok', 'failed', 'skipped']),
          detail: text,
          advice: text,
        }),
      )
      .nullable()
      .describe('What `mode: check` tested; null in the other modes.'),
    error: z
      .strictObject({ message: text, advice: nullableText })
      .nullable()
      .describe('Why the sync as a whole failed.'),
  })
  .meta({ title: 'Report of mlflow-sync' })

export type Report = z.infer<typeof reportSchema>

export function createReport(result: JobResult): Report {
  return {
    schemaVersion: 1,
    startedAt: result.startedAt.toISOString(),
    finishedAt: result.finishedAt.toISOString(),
    mode: result.mode,
    operation: result.operation,
    changed: hasChanged(result),
    server: { trackingUri: withoutCredentials(result.trackingUri) },
    repository: result.repository,
    branch: result.branch ?? '',
    path: onlyDirectory(result),
    targets: result.targets.map(({ name, directory }) => ({
      name,
      path: directory,
      failed: result.failedTargets.includes(name),
    })),
    commit: result.commit ?? null,
    pullRequest: result.pullRequest ?? null,
    counts: countOutcomes(result.entries),
    records: byOutcome(result.entries).map(recordFields),
    diffs: result.mode === 'plan' ? allDiffs(result) : null,
    requests: result.requests,
    phases: [...result.phases],
    warnings: result.warnings.map(plain),
    connections: result.connections === undefined ? null : result.connections.map(connectionFields),
    error:
      result.error === undefined
        ? null
        : {
            message: plain(result.error.message),
            advice: result.error.advice === undefined ? null : plain(result.error.advice),
          },
  }
}

function onlyDirectory({ targets }: JobResult): string | null {
  const [target, another] = targets
  return target === undefined || another !== undefined ? null : target.directory
}

export function connectionFields({ name, status, detail, advice }: Connection) {
  return { name, status, detail: plain(detail), advice: plain(advice) }
}

/** Exactly the documented fields of a record, in the documented order. */
export function recordFields(record: RunRecord): z.infer<typeof recordSchema> {
  return {
    path: record.path,
    outcome: record.outcome,
    runId: record.runId,
    experimentId: record.experimentId,
    modelName: record.modelName,
    modelVersion: record.modelVersion,
    previousVersion: record.previousVersion,
    url: record.url === null ? null : withoutCredentials(record.url),
    reason: record.reason && plain(record.reason),
    target: record.target,
  }
}

/** JSON can contain lone surrogates, but Python and databases then reject the entire document. */
export function toJson(value: unknown, indent?: number): string {
  const wellFormed = (_key: string, part: unknown): unknown =>
    typeof part === 'string' ? part.toWellFormed() : part
  return JSON.stringify(value, wellFormed, indent)
}

/**
 * Writes the report to a new folder in `directory`. The file gets its name once it is complete.
 *
 * @returns the path of the file.
 */
export async function writeReport(report: Report, directory: string): Promise<string> {
  const folder = await mkdtemp(join(directory, 'mlflow-sync-'))
  const file = join(folder, 'report.json')
  try {
    await writeFile(`${file}.tmp`, `${toJson(report, 2)}\n`)
    await rename(`${file}.tmp`, file)
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw error
  }
  return file
}
