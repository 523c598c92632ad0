import { describe, expect, test } from '@jest/globals'
import type { RunRecord } from '../../src/core/entry.ts'
import { operations } from '../../src/core/result.ts'
import { foreign, prose } from '../../src/core/text/prose.ts'
import { createOutputs } from '../../src/report/outputs.ts'
import { recordFields } from '../../src/report/report.ts'
import { withoutSecrets } from '../../src/report/result.ts'
import { actionFile } from '../fixtures/action-file.ts'
import { change, extraFile, manyChanges, runId } from '../fixtures/changes.ts'
import { oneOfEach, record, result } from '../fixtures/results.ts'

function parseRecords(json: string | undefined): RunRecord[] {
  return JSON.parse(json ?? '') as RunRecord[]
}

describe('outputs', () => {
  test.each(operations)(
    'are those of action.yml, in the same order, for the operation %s',
    (operation) => {
      const outputs = createOutputs(
        result({ operation, error: { message: prose`x`, advice: undefined, mistakes: [] } }),
        '/r.json',
      )
      expect(Object.keys(outputs)).toEqual(Object.keys(actionFile.outputs))
      expect(outputs).toMatchObject({ operation, changes: '[]', 'report-file': '/r.json' })
    },
  )

  test('are empty if they do not apply', () => {
    expect(createOutputs(result(), '')).toMatchObject({
      operation: 'none',
      changed: 'false',
      'created-count': '0',
      'changes-truncated': 'false',
      'commit-sha': '',
      'commit-url': '',
      'pull-request-number': '',
      'pull-request-url': '',
      connections: '',
    })
  })

  test('contain the counts, the commit and the pull request', () => {
    const outputs = createOutputs(
      result({
        operation: 'pull-request-created',
        entries: [...oneOfEach, record('unchanged')],
        commit: { sha: 'c0ffee', url: 'https://github.test/c' },
        pullRequest: { number: 12, url: 'https://github.test/p' },
      }),
      '',
    )
    expect(outputs).toMatchObject({
      changed: 'true',
      'created-count': '1',
      'updated-count': '1',
      'deleted-count': '1',
      'unchanged-count': '2',
      'held-count': '1',
      'skipped-count': '1',
      'failed-count': '1',
      'commit-sha': 'c0ffee',
      'commit-url': 'https://github.test/c',
      'pull-request-number': '12',
      'pull-request-url': 'https://github.test/p',
    })
  })

  test('contain the connections in mode check', () => {
    const connections = [
      {
        name: 'MLflow',
        status: 'ok' as const,
        detail: prose`reads`,
        advice: prose``,
        mistakes: [],
      },
    ]
    const outputs = createOutputs(result({ operation: 'checked', mode: 'check', connections }), '')
    expect(JSON.parse(outputs.connections ?? '')).toEqual([
      { name: 'MLflow', status: 'ok', detail: 'reads', advice: '' },
    ])
    expect(outputs.changed).toBe('false')
  })
})

describe('changed', () => {
  test.each([
    ['committed', 'true'],
    ['planned', 'true'],
    ['pull-request-updated', 'true'],
    ['none', 'false'],
    ['failed', 'false'],
  ] as const)('for the operation %s with a changed file is %s', (operation, expected) => {
    const outputs = createOutputs(
      result({ operation, entries: [change('created')], commit: undefined }),
      '',
    )
    expect(outputs.changed).toBe(expected)
  })

  test('is true if only an extra file changed, which no count includes', () => {
    const { changed, 'updated-count': count } = createOutputs(
      result({ operation: 'committed', extraFiles: [extraFile()] }),
      '',
    )
    expect([changed, count]).toEqual(['true', '0'])
  })

  test('is true if the sync failed after its commit', () => {
    const error = { message: prose`x`, advice: undefined, mistakes: [] }
    const outputs = createOutputs(result({ error, entries: [change('created')] }), '')
    expect(outputs).toMatchObject({ operation: 'committed', changed: 'true' })
  })
})

describe('the output changes', () => {
  test('lists changed, failed, held and skipped runs in this order, but not unchanged ones', () => {
    const changes = parseRecords(createOutputs(result({ entries: oneOfEach }), '').changes)
    expect(changes.map(({ outcome }) => outcome)).toEqual([
      'created',
      'updated',
      'deleted',
      'failed',
      'held',
      'skipped',
    ])
    expect(Object.keys(changes[0] ?? {})).toEqual([
      'path',
      'outcome',
      'runId',
      'experimentId',
      'modelName',
      'modelVersion',
      'previousVersion',
      'url',
      'reason',
      'target',
    ])
  })

  test.each(['my_model', '模型'.repeat(100), '😀'.repeat(100)])(
    'is truncated at 512 KiB in UTF-16 and UTF-8, and changes-truncated says so: %#',
    (modelName) => {
      const records = manyChanges(5000).map((entry) => ({ ...entry, modelName }))
      const outputs = createOutputs(result({ entries: records }), '')
      const json = outputs.changes ?? ''
      const taken = parseRecords(json).length
      expect(2 * json.length).toBeLessThanOrEqual(512 * 1024)
      expect(Buffer.byteLength(json)).toBeLessThanOrEqual(512 * 1024)
      expect(parseRecords(json)).toEqual(records.slice(0, taken).map(recordFields))
      const firstRecord = JSON.stringify(recordFields(records[0] ?? change('created')))
      const room = Math.min(512 * 1024 - 2 * json.length, 512 * 1024 - Buffer.byteLength(json))
      expect(room).toBeLessThan(2 * Buffer.byteLength(firstRecord))
      expect(outputs['changes-truncated']).toBe('true')
      expect(outputs['created-count']).toBe('5000')
    },
  )

  test('leaves out a record that is too large, but not those after it', () => {
    const records = [
      record('failed', { reason: foreign('x'.repeat(600_000)) }),
      record('held', { reason: prose`kept` }),
    ]
    const outputs = createOutputs(result({ entries: records }), '')
    expect(parseRecords(outputs.changes).map(({ reason }) => reason)).toEqual(['kept'])
    expect(outputs['changes-truncated']).toBe('true')
  })
})

describe('secrets', () => {
  const leakyText = prose`at https://bob:hunter2@mlflow.test/x with tok-en and tok-en-long`
  const clean = withoutSecrets(
    result({
      entries: [
        record('failed', { reason: leakyText, url: 'https://bob:hunter2@mlflow.test/x' }),
        change('created', { runId: runId(2), reason: leakyText }),
      ],
      warnings: [leakyText],
      error: { message: leakyText, advice: leakyText, mistakes: [] },
      connections: [
        { name: 'MLflow', status: 'failed', detail: leakyText, advice: leakyText, mistakes: [] },
      ],
      trackingUri: 'https://bob:hunter2@mlflow.test',
      uiUrl: 'https://bob:hunter2@mlflow.test',
    }),
    ['tok-en', 'tok-en-long', ''],
  )

  test('are removed from all texts and URLs', () => {
    expect(JSON.stringify(clean)).not.toMatch(/hunter2|bob|tok-en|-long/)
    expect(clean.error).toEqual({
      message: prose`at https://mlflow.test/x with *** and ***`,
      advice: prose`at https://mlflow.test/x with *** and ***`,
      mistakes: [],
    })
  })

  test('are removed from the contents that a plan shows', () => {
    const entries = [change('updated', {}, { before: 'a: tok-en\n', after: 'a: b\n' })]
    const plan = withoutSecrets(result({ mode: 'plan', operation: 'planned', entries }), ['tok-en'])
    expect(plan.entries[0]?.edit).toMatchObject({ before: 'a: ***\n', after: 'a: b\n' })
  })

  test('in a URL are always removed from the outputs', () => {
    const records = [record('failed', { url: 'https://bob:hunter2@mlflow.test/x' })]
    expect(createOutputs(result({ entries: records }), '').changes).not.toMatch(/hunter2/)
  })

  test('are not mistaken for an at sign in the path of a URL', () => {
    const url = 'https://mlflow.test/#/models/a@b?c=@d'
    const unchanged = withoutSecrets(result({ entries: [record('failed', { url })] }), [])
    expect(unchanged.entries[0]?.url).toBe(url)
  })
})
