import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { schemaText } from '../../script/schema.ts'
import { operations } from '../../src/core/result.ts'
import { reportOf, reportSchema, writeReport } from '../../src/report/report.ts'
import { change, hostileNames, runId } from '../fixtures/changes.ts'
import { oneOfEach, record, result } from '../fixtures/results.ts'

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
  warnings: ['one'],
  connections: [{ name: 'MLflow', status: 'ok', detail: 'reads', advice: '' }],
  error: { message: 'broken', advice: undefined },
})

describe('the report', () => {
  test.each(operations)('follows its schema, whatever the operation: %s', (operation) => {
    const report = reportOf({ ...full, operation })
    expect(reportSchema.parse(JSON.parse(JSON.stringify(report)))).toEqual(report)
    const bare = reportOf(result({ operation }))
    expect(reportSchema.parse(JSON.parse(JSON.stringify(bare)))).toEqual(bare)
  })

  test('says when, where and what', () => {
    expect(reportOf(full)).toMatchObject({
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

  test('has a record for every run, unchanged ones last', () => {
    expect(reportOf(full).records.map(({ outcome }) => outcome)).toEqual([
      'created',
      'updated',
      'deleted',
      'failed',
      'held',
      'skipped',
      'unchanged',
    ])
  })

  test('refuses what its schema does not know', () => {
    expect(reportSchema.safeParse({ ...reportOf(full), extra: 1 }).success).toBe(false)
  })
})

test('the schema in the repository is that of the code', () => {
  const file = new URL('../../schema/report.schema.json', import.meta.url)
  expect(readFileSync(file, 'utf8')).toBe(schemaText())
})

test('two reports of one job are two files', async () => {
  const files = [
    await writeReport(reportOf(full), directory),
    await writeReport(reportOf(result()), directory),
  ]
  expect(files[0]).not.toBe(files[1])
  expect(files.map((file) => existsSync(file))).toEqual([true, true])
  expect(JSON.parse(readFileSync(files[0] ?? '', 'utf8'))).toEqual(reportOf(full))
})

describe('the documented lines', () => {
  const page = readFileSync(new URL('../../docs/report.md', import.meta.url), 'utf8')
  const lineThat = (pattern: RegExp): string =>
    page.split('\n').find((line) => pattern.test(line)) ?? 'exit 1'
  const shell = (line: string, input: { readonly report: string }): string =>
    execFileSync('bash', ['-euo', 'pipefail', '-c', line], {
      cwd: directory,
      encoding: 'utf8',
      env: { ...process.env, REPORT: input.report },
    })
  const hostile = hostileNames.map((modelName, index) =>
    record('failed', { modelName, runId: runId(index), reason: "'); DROP TABLE records; --" }),
  )

  test('load the report into SQLite, one row a record, again and again', async () => {
    const line = lineThat(/^python3 .*sqlite3/)
    const report = await writeReport(
      reportOf(result({ entries: [...hostile, change('created')] })),
      directory,
    )
    shell(line, { report })
    shell(line, { report: await writeReport(reportOf(result()), directory) })
    shell(line, { report })
    writeFileSync(
      join(directory, 'query.py'),
      'import json, sqlite3\n' +
        'd = sqlite3.connect("mlflow-sync.db")\n' +
        'print(json.dumps(d.execute("SELECT startedAt, repository, path, modelName FROM records").fetchall()))',
    )
    const rows = JSON.parse(shell('python3 query.py', { report })) as string[][]
    expect(rows).toHaveLength(2 * (hostile.length + 1))
    expect(rows.slice(1, hostile.length + 1).map((row) => row[3])).toEqual(
      hostileNames.map((name) => name.toWellFormed()),
    )
    expect(rows[0]).toEqual([
      '2026-01-02T03:04:05.678Z',
      'acme/models',
      `models/${runId(1)}.yaml`,
      'my_model',
    ])
  })

  test('make one document a record for MongoDB', async () => {
    const line = lineThat(/\| mongoimport/).replace(/ \| mongoimport.*$/, '')
    const report = await writeReport(reportOf(full), directory)
    const documents = shell(line, { report }).trim().split('\n')
    expect(documents).toHaveLength(oneOfEach.length)
    expect(JSON.parse(documents[0] ?? '')).toEqual({
      startedAt: { $date: '2026-01-02T03:04:05.678Z' },
      repository: 'acme/models',
      branch: 'main',
      ...reportOf(full).records[0],
    })
  })

  test('print the failures, one a line', async () => {
    const line = lineThat(/run: jq/).replace(/^ *run: /, '')
    const report = await writeReport(reportOf(full), directory)
    expect(shell(line, { report })).toBe('my_model 4: because of this\n')
  })
})
