import { describe, expect, test } from '@jest/globals'
import { prose } from '../../src/core/text/prose.ts'
import { listMistakes } from '../../src/core/problem.ts'
import { annotate } from '../../src/report/annotations.ts'
import type { JobResult } from '../../src/report/result.ts'
import { runId } from '../fixtures/changes.ts'
import { record, result } from '../fixtures/results.ts'

function annotationsFor(
  jobResult: JobResult,
  level: 'error' | 'warning' = 'error',
): [string, string][] {
  const sent: [string, string][] = []
  annotate(
    jobResult,
    {
      error: (message) => sent.push(['error', message]),
      warning: (message) => sent.push(['warning', message]),
    },
    { level, repository: 'acme/models' },
  )
  return sent
}

function failures(count: number) {
  return Array.from({ length: count }, (_, index) => record('failed', { runId: runId(index) }))
}

describe('annotations', () => {
  test('are not written if nothing failed', () => {
    expect(annotationsFor(result({ entries: [record('held'), record('skipped')] }))).toEqual([])
  })

  test('begin with an overview, then give each failure with its reason', () => {
    const entries = [...failures(1), record('unchanged')]
    expect(annotationsFor(result({ entries }))).toEqual([
      ['error', '1 of 2 runs failed.'],
      ['error', `my_model version 4 (run ${runId(0)}) failed: because of this`],
    ])
  })

  test('are at most ten, and the first one says where to find the others', () => {
    const sent = annotationsFor(result({ entries: failures(5000), warnings: [prose`w`] }))
    expect(sent).toHaveLength(10)
    expect(sent[0]).toEqual([
      'error',
      '5000 of 5000 runs failed. The job summary and the report list them all.',
    ])
  })

  test('are warnings if failures do not fail the step', () => {
    const sent = annotationsFor(result({ entries: failures(2) }), 'warning')
    expect(sent.map(([level]) => level)).toEqual(['warning', 'warning', 'warning'])
  })

  test('give the error of the sync with its advice', () => {
    const error = {
      message: prose`MLflow rejected the password`,
      advice: prose`Check \`mlflow-password\`.`,
      mistakes: [],
    }
    expect(annotationsFor(result({ operation: 'failed', error }))).toEqual([
      ['error', 'MLflow rejected the password. Check `mlflow-password`.'],
    ])
  })

  test('have an overview for several warnings, but not for a single one', () => {
    expect(annotationsFor(result({ warnings: [prose`a`] }))).toEqual([['warning', 'a']])
    expect(annotationsFor(result({ warnings: [prose`a`, prose`b`] }))).toEqual([
      ['warning', 'The sync ended with 2 warnings.'],
      ['warning', 'a'],
      ['warning', 'b'],
    ])
  })

  test('give each failed check', () => {
    const connections = [
      {
        name: 'MLflow',
        status: 'ok' as const,
        detail: prose`reads`,
        advice: prose``,
        mistakes: [],
      },
      {
        name: 'Contents',
        status: 'failed' as const,
        detail: prose`read only`,
        advice: prose`Grant it.`,
        mistakes: [],
      },
    ]
    expect(annotationsFor(result({ operation: 'checked', mode: 'check', connections }))).toEqual([
      ['error', '1 of 2 checks failed.'],
      ['error', 'Contents: read only. Grant it.'],
    ])
  })

  describe('at a place in a file', () => {
    const location = { path: 'deploy/template.yaml', line: 12 }

    function propertiesFor(fields: Partial<JobResult>, repository = 'Acme/Models'): unknown[] {
      const sent: unknown[] = []
      const send = (message: string, properties: object) => sent.push({ message, ...properties })
      annotate(result(fields), { error: send, warning: send }, { level: 'error', repository })
      return sent
    }

    test('name the file and the line of a failed run, whose model is in the title', () => {
      const entries = [{ ...record('failed'), location: { path: 'models/a.yaml', line: 3 } }]
      expect(propertiesFor({ entries })[1]).toEqual({
        message: `my_model version 4 (run ${runId(1)}) failed: because of this`,
        title: 'mlflow-sync: my_model version 4',
        file: 'models/a.yaml',
        startLine: 3,
      })
    })

    test('name the column if it is known', () => {
      const entries = [{ ...record('failed'), location: { ...location, column: 7 } }]
      expect(propertiesFor({ entries })[1]).toMatchObject({ startLine: 12, startColumn: 7 })
    })

    test('name the file in the text if it is in another repository than the workflow', () => {
      const entries = [{ ...record('failed'), location: { path: 'models/a.yaml', line: 3 } }]
      expect(propertiesFor({ entries }, 'acme/workflows')[1]).toEqual({
        message: `\`models/a.yaml\`: my_model version 4 (run ${runId(1)}) failed: because of this`,
        title: 'mlflow-sync: my_model version 4',
      })
    })

    test('begin with what failed and the advice, then give each of several mistakes', () => {
      const mistakes = [
        { text: prose`line 12: a`, location },
        { text: prose`line 13: b`, location: { ...location, line: 13 } },
      ]
      const message = listMistakes(prose`The template can't be used:`, mistakes)
      const error = { message, advice: prose`Correct it.`, mistakes }
      expect(propertiesFor({ operation: 'failed', error })).toEqual([
        { message: "The template can't be used. Correct it.", title: 'mlflow-sync' },
        { message: 'line 12: a', title: 'mlflow-sync', file: location.path, startLine: 12 },
        { message: 'line 13: b', title: 'mlflow-sync', file: location.path, startLine: 13 },
      ])
    })

    test('are one for a single mistake, with its place and its lines', () => {
      const mistakes = [{ text: prose`line 12: a`, location }]
      const message = listMistakes(prose`The template can't be used:`, mistakes)
      const error = { message, advice: prose`Correct it.`, mistakes }
      expect(propertiesFor({ operation: 'failed', error })).toEqual([
        {
          message: "The template can't be used:\n- line 12: a\nCorrect it.",
          title: 'mlflow-sync',
          file: location.path,
          startLine: 12,
        },
      ])
    })

    test('name only the file if the line is not known', () => {
      const entries = [{ ...record('failed'), location: { path: 'a.yaml', line: undefined } }]
      expect(propertiesFor({ entries })[1]).toMatchObject({ file: 'a.yaml' })
      expect(propertiesFor({ entries })[1]).not.toHaveProperty('startLine')
    })

    test('give the mistakes of a failed check', () => {
      const mistakes = [
        { text: prose`line 12: a`, location },
        { text: prose`line 13: b`, location },
      ]
      const detail = listMistakes(prose`It can't be used:`, mistakes)
      const connection = { name: 'Template', status: 'failed', detail, advice: [], mistakes }
      const connections = [{ ...connection, status: 'failed' as const }]
      expect(propertiesFor({ mode: 'check', operation: 'checked', connections })).toMatchObject([
        { message: '1 of 1 check failed.' },
        { message: "Template: It can't be used.", title: 'mlflow-sync: Template' },
        { message: 'line 12: a', file: location.path },
        { message: 'line 13: b', file: location.path },
      ])
    })
  })

  test('are sorted by model, then by version as a number', () => {
    const failed = (modelName: string, modelVersion: string, id: number) =>
      record('failed', { modelName, modelVersion, runId: runId(id) })
    const entries = [failed('b', '1', 1), failed('a', '10', 2), failed('a', '9', 3)]
    const sent = annotationsFor(result({ entries })).slice(1)
    expect(sent.map(([, text]) => text.split(' (')[0])).toEqual([
      'a version 9',
      'a version 10',
      'b version 1',
    ])
  })

  test('do not let foreign text begin a line', () => {
    const warnings = [prose`first\n${'a\n::error::b'}`]
    expect(annotationsFor(result({ warnings }))).toEqual([['warning', 'first\na :：error:：b']])
  })
})
