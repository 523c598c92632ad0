import { describe, expect, test } from '@jest/globals'
import { prose } from '../../src/core/text/prose.ts'
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
})
