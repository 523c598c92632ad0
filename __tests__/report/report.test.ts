import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { reportSchemaText } from '../../script/schema.ts'
import { operations } from '../../src/core/result.ts'
import { prose } from '../../src/core/text/prose.ts'
import { createReport, reportSchema, writeReport } from '../../src/report/report.ts'
import { onlyWhere } from '../../testing/only-where.ts'
import { change, extraFile, runId } from '../fixtures/changes.ts'
import { hostileTexts } from '../fixtures/hostile-texts.ts'
import { oneOfEach, record, result } from '../fixtures/results.ts'
import { plainTexts } from '../fixtures/plain-texts.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'report-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

const full = result({
  operation: 'committed',
  entries: oneOfEach,
  commit: { sha: 'c0ffee', url: 'https://github.test/c' },
  pullRequest: { number: 12, url: 'https://github.test/p' },
  trackingUri: 'https://bob:hunter2@mlflow.test/prefix',
  warnings: [prose`one`],
  connections: [
    { name: 'MLflow', status: 'ok', detail: prose`reads`, advice: prose``, mistakes: [] },
  ],
  error: { message: prose`broken`, advice: undefined, mistakes: [] },
})

describe('the report', () => {
  test.each(operations)('matches its schema for the operation %s', (operation) => {
    const report = createReport({ ...full, operation })
    expect(reportSchema.parse(JSON.parse(JSON.stringify(report)))).toEqual(report)
    const minimal = createReport(result({ operation }))
    expect(reportSchema.parse(JSON.parse(JSON.stringify(minimal)))).toEqual(minimal)
  })

  test('contains when and where the sync ran and what it did', () => {
    expect(plainTexts(createReport(full))).toMatchObject({
      schemaVersion: 1,
      startedAt: '2026-01-02T03:04:05.678Z',
      finishedAt: '2026-01-02T03:04:06.000Z',
      operation: 'committed',
      changed: true,
      server: { trackingUri: 'https://mlflow.test/prefix' },
      repository: 'acme/models',
      branch: 'main',
      path: 'models',
      commit: { sha: 'c0ffee' },
      pullRequest: { number: 12 },
      counts: { created: 1, updated: 1, deleted: 1, failed: 1, held: 1, skipped: 1, unchanged: 1 },
      requests: { mlflow: 2, github: 3 },
      phases: [{ name: 'plan', milliseconds: 12 }],
      warnings: ['one'],
      error: { message: 'broken', advice: null },
    })
  })

  test('has a record for each run, unchanged ones last', () => {
    expect(createReport(full).records.map(({ outcome }) => outcome)).toEqual([
      'created',
      'updated',
      'deleted',
      'failed',
      'held',
      'skipped',
      'unchanged',
    ])
  })

  test('has the diff of each file in a plan, and only there', () => {
    const fields = { entries: oneOfEach, extraFiles: [extraFile()] }
    const { diffs } = createReport(result({ ...fields, mode: 'plan', operation: 'planned' }))
    expect(diffs?.map(({ path }) => path)).toEqual([
      `models/${runId(3)}.yaml`,
      `models/${runId(2)}.yaml`,
      `models/${runId(1)}.yaml`,
      'models/README.md',
    ])
    expect(diffs?.at(-1)?.diff).toBe(
      '--- a/models/README.md\n+++ b/models/README.md\n@@ -1,1 +1,1 @@\n-# Before\n+# After\n',
    )
    expect(createReport(result(fields)).diffs).toBeNull()
  })

  test('does not match its schema with an additional field', () => {
    expect(reportSchema.safeParse({ ...createReport(full), extra: 1 }).success).toBe(false)
  })
})

test('the schema in the repository is up to date', () => {
  const file = new URL('../../schema/report.schema.json', import.meta.url)
  expect(readFileSync(file, 'utf8')).toBe(reportSchemaText())
})

test('each report of a job gets its own file', async () => {
  const files = [
    await writeReport(createReport(full), directory),
    await writeReport(createReport(result()), directory),
  ]
  expect(files[0]).not.toBe(files[1])
  expect(files.map((file) => existsSync(file))).toEqual([true, true])
  expect(JSON.parse(readFileSync(files[0] ?? '', 'utf8'))).toEqual(createReport(full))
})

test('the documentation names every field', () => {
  const page = readFileSync(new URL('../../docs/report.md', import.meta.url), 'utf8')
  for (const field of Object.keys(reportSchema.shape)) expect(page).toContain(`\`${field}`)
})

onlyWhere('shell scripts').describe('the documented commands', () => {
  const page = readFileSync(new URL('../../docs/report.md', import.meta.url), 'utf8')
  const lineMatching = (pattern: RegExp): string =>
    page.split('\n').find((line) => pattern.test(line)) ?? 'exit 1'
  const runInShell = (command: string, input: { readonly report: string }): string =>
    execFileSync('bash', ['-euo', 'pipefail', '-c', command], {
      cwd: directory,
      encoding: 'utf8',
      env: { ...process.env, REPORT: input.report },
    })
  const hostileRecords = hostileTexts.map((modelName, index) =>
    record('failed', { modelName, runId: runId(index), reason: prose`'); DROP TABLE records; --` }),
  )

  test('load reports into SQLite, one row per record, repeatedly', async () => {
    const command = lineMatching(/^python3 .*sqlite3/)
    const report = await writeReport(
      createReport(result({ entries: [...hostileRecords, change('created')] })),
      directory,
    )
    runInShell(command, { report })
    runInShell(command, { report: await writeReport(createReport(result()), directory) })
    runInShell(command, { report })
    writeFileSync(
      join(directory, 'query.py'),
      'import json, sqlite3\n' +
        'd = sqlite3.connect("mlflow-sync.db")\n' +
        'print(json.dumps(d.execute("SELECT startedAt, repository, path, modelName FROM records").fetchall()))',
    )
    const rows = JSON.parse(runInShell('python3 query.py', { report })) as string[][]
    expect(rows).toHaveLength(2 * (hostileRecords.length + 1))
    expect(rows.slice(1, hostileRecords.length + 1).map((row) => row[3])).toEqual(
      hostileTexts.map((name) => name.toWellFormed()),
    )
    expect(rows[0]).toEqual([
      '2026-01-02T03:04:05.678Z',
      'acme/models',
      `models/${runId(1)}.yaml`,
      'my_model',
    ])
  })

  test('write one document per record for MongoDB', async () => {
    const command = lineMatching(/\| mongoimport/).replace(/ \| mongoimport.*$/, '')
    const report = await writeReport(createReport(full), directory)
    const documents = runInShell(command, { report }).trim().split('\n')
    expect(documents).toHaveLength(oneOfEach.length)
    expect(JSON.parse(documents[0] ?? '')).toEqual({
      startedAt: { $date: '2026-01-02T03:04:05.678Z' },
      repository: 'acme/models',
      branch: 'main',
      ...createReport(full).records[0],
    })
  })

  test('print the failures, one per line', async () => {
    const command = lineMatching(/run: jq/).replace(/^ *run: /, '')
    const report = await writeReport(createReport(full), directory)
    expect(runInShell(command, { report })).toBe('my_model 4: because of this\n')
  })
})
