import { mkdtemp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { operations, outcomes, type RunRecord } from '../core/result.ts'
import {
  byOutcome,
  countOutcomes,
  hasChanged,
  type JobResult,
  withoutCredentials,
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
  url: nullableText.describe("Address of the model version in MLflow's UI."),
  reason: nullableText.describe('Why it was skipped, held, failed or deleted.'),
}) satisfies z.ZodType<RunRecord>

/** The report as it is written to `report-file`; `schemaVersion` grows when a field changes or goes. */
export const reportSchema = z
  .strictObject({
    schemaVersion: z.literal(1),
    startedAt: z.iso.datetime(),
    finishedAt: z.iso.datetime(),
    mode: z.enum(['sync', 'plan', 'check']),
    operation: z.enum(operations),
    changed: z.boolean().describe('Whether files changed, or would change in a plan.'),
    server: z.strictObject({ trackingUri: text.describe('Without user and password.') }),
    repository: text.describe('Repository written to, as owner/name.'),
    branch: text,
    path: text.describe('Directory of the files.'),
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
    records: z.array(recordSchema).describe('One for each run.'),
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
      .describe('What `mode: check` tried; null in the other modes.'),
    error: z
      .strictObject({ message: text, advice: nullableText })
      .nullable()
      .describe('Why the sync as a whole failed.'),
  })
  .meta({ title: 'Report of mlflow-sync' })

export type Report = z.infer<typeof reportSchema>

export function reportOf(result: JobResult): Report {
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
    path: result.path,
    commit: result.commit ?? null,
    pullRequest: result.pullRequest ?? null,
    counts: countOutcomes(result.entries),
    records: byOutcome(result.entries).map(fieldsOf),
    requests: result.requests,
    phases: [...result.phases],
    warnings: [...result.warnings],
    connections: result.connections === undefined ? null : [...result.connections],
    error:
      result.error === undefined
        ? null
        : { message: result.error.message, advice: result.error.advice ?? null },
  }
}

/** The contract's fields in the contract's order, and none else. */
export function fieldsOf(record: RunRecord): RunRecord {
  return {
    path: record.path,
    outcome: record.outcome,
    runId: record.runId,
    experimentId: record.experimentId,
    modelName: record.modelName,
    modelVersion: record.modelVersion,
    previousVersion: record.previousVersion,
    url: record.url === null ? null : withoutCredentials(record.url),
    reason: record.reason,
  }
}

/** Half a character, which JSON may hold, makes Python and databases refuse the whole document. */
function wellFormed(_key: string, value: unknown): unknown {
  return typeof value === 'string' ? value.toWellFormed() : value
}

/** Writes the report to a new folder of its own in `directory` and returns the file's path. */
export async function writeReport(report: Report, directory: string): Promise<string> {
  const file = join(await mkdtemp(join(directory, 'mlflow-sync-')), 'report.json')
  await writeFile(file, `${JSON.stringify(report, wellFormed, 2)}\n`)
  return file
}
