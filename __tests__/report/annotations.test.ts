import { describe, expect, test } from '@jest/globals'
import { annotate } from '../../src/report/annotations.ts'
import type { JobResult } from '../../src/report/result.ts'
import { hostileNames, runId } from '../fixtures/changes.ts'
import { record, result } from '../fixtures/results.ts'

const annotationsOf = (value: JobResult, level?: 'error' | 'warning'): [string, string][] => {
  const sent: [string, string][] = []
  annotate(
    value,
    {
      error: (message) => sent.push(['error', message]),
      warning: (message) => sent.push(['warning', message]),
    },
    level,
  )
  return sent
}

const failures = (count: number) =>
  Array.from({ length: count }, (_, index) => record('failed', { runId: runId(index) }))

describe('annotations', () => {
  test('are none when all went well', () => {
    expect(annotationsOf(result({ entries: [record('held'), record('skipped')] }))).toEqual([])
  })

  test('sum up first, then give each failure with its reason', () => {
    const entries = [...failures(1), record('unchanged')]
    expect(annotationsOf(result({ entries }))).toEqual([
      ['error', '1 of 2 runs failed.'],
      ['error', `my_model version 4 (run ${runId(0)}) failed: because of this`],
    ])
  })

  test('are at most ten, and then say where the rest is', () => {
    const sent = annotationsOf(result({ entries: failures(5000), warnings: ['w'] }))
    expect(sent).toHaveLength(10)
    expect(sent[0]).toEqual([
      'error',
      '5000 of 5000 runs failed. The job summary and the report list them all.',
    ])
  })

  test('are warnings where the step stays green', () => {
    const sent = annotationsOf(result({ entries: failures(2) }), 'warning')
    expect(sent.map(([level]) => level)).toEqual(['warning', 'warning', 'warning'])
  })

  test('give the error of the whole sync with its advice', () => {
    const error = { message: 'MLflow refused the password', advice: 'Check `mlflow-password`.' }
    expect(annotationsOf(result({ operation: 'failed', error }))).toEqual([
      ['error', 'MLflow refused the password. Check `mlflow-password`.'],
    ])
  })

  test('give a warning that is alone for itself, several with a sum', () => {
    expect(annotationsOf(result({ warnings: ['a'] }))).toEqual([['warning', 'a']])
    expect(annotationsOf(result({ warnings: ['a', 'b'] }))).toEqual([
      ['warning', 'The sync ended with 2 warnings.'],
      ['warning', 'a'],
      ['warning', 'b'],
    ])
  })

  test('give each failed check', () => {
    const connections = [
      { name: 'MLflow', status: 'ok' as const, detail: 'reads', advice: '' },
      { name: 'Contents', status: 'failed' as const, detail: 'read only', advice: 'Grant it.' },
    ]
    expect(annotationsOf(result({ operation: 'checked', mode: 'check', connections }))).toEqual([
      ['error', '1 of 2 checks failed.'],
      ['error', 'Contents: read only. Grant it.'],
    ])
  })

  test.each(hostileNames)('are one short line each, whatever MLflow says: %j', (text) => {
    const entries = [record('failed', { modelName: text, runId: text, reason: text.repeat(50) })]
    for (const [, message] of annotationsOf(
      result({ entries, error: { message: text, advice: undefined } }),
    )) {
      expect(message.length).toBeLessThanOrEqual(4096)
      expect(message).not.toMatch(/::|##\[|\p{Cc}|\p{Cf}/u)
    }
  })
})
