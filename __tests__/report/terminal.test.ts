import { describe, expect, test } from '@jest/globals'
import { foreign, prose } from '../../src/core/text/prose.ts'
import { printableLine } from '../../src/report/log.ts'
import type { JobResult } from '../../src/report/result.ts'
import { terminalLines } from '../../src/report/terminal.ts'
import { change, runId } from '../fixtures/changes.ts'
import { oneOfEach, record, result } from '../fixtures/results.ts'

const clean = (line: string): string => printableLine(line)

const linesOf = (fields: Partial<JobResult>): string[] =>
  terminalLines(result(fields), { paint: (_style, text) => text, clean })

/** With marks instead of colours: `<red>failed</red>`. */
const marked = (fields: Partial<JobResult>): string =>
  terminalLines(result(fields), {
    paint: (style, text) => `<${style}>${text}</${style}>`,
    clean,
  }).join('\n')

describe('the summary for a terminal', () => {
  test('ends with what was done, below the runs and what went wrong', () => {
    const lines = linesOf({
      entries: oneOfEach,
      warnings: [prose`Something is odd`],
      error: {
        message: prose`2 problems:\n- one\n- two`,
        advice: prose`Correct both.`,
        mistakes: [],
      },
    })
    const starts = lines.filter((line) => !line.startsWith(' ')).map((line) => line.split(' ')[0])
    const outcomes = ['created', 'updated', 'deleted', 'held', 'skipped', 'failed']
    const end = ['Warning:', '', 'Error:', '', '❌']
    expect(starts).toEqual([...outcomes.flatMap((outcome) => [outcome, '']), ...end])
    const error = lines.indexOf('Error: 2 problems:')
    expect(lines.slice(error + 1, error + 4)).toEqual(['  - one', '  - two', '  Correct both.'])
    expect(lines.at(-4)).toMatch(/^❌ Committed 1234567 to main in acme\/models: .*1 run failed/)
  })

  test('says where the rest of a long list is', () => {
    const entries = Array.from({ length: 203 }, (_, index) =>
      change('created', { runId: runId(index), path: `${runId(index)}.yaml` }),
    )
    const lines = linesOf({ entries })
    expect(lines.filter((line) => line.startsWith('created'))).toHaveLength(200)
    expect(lines).toContain('… and 3 more; `--json` lists them all')
  })

  test('shows the diffs of a plan while there is room, and says how many are missing', () => {
    const text = (value: string): string => `global:\n${`  a: ${value}\n`.repeat(500)}`
    const entries = [1, 2, 3].map((number) => {
      const path = `${runId(number)}.yaml`
      const edit = { path, before: text('1'), after: text('2'), executable: false }
      return { ...change('updated', { runId: runId(number), path }), edit }
    })
    const lines = linesOf({ mode: 'plan', operation: 'planned', entries })
    expect(lines.filter((line) => line.startsWith('Update of '))).toHaveLength(1)
    expect(lines).toContain('The diffs of 2 more files are not shown: see `--json`.')
  })

  test('colours what a diff adds and removes', () => {
    const edit = { path: 'a.yaml', before: 'a: 1\n', after: 'a: 2\n', executable: false }
    const entries = [{ ...change('updated', { path: 'a.yaml' }), edit }]
    const text = marked({ mode: 'plan', operation: 'planned', entries })
    expect(text).toContain('<bold>Update of a.yaml</bold>\n<bold>  --- a/a.yaml</bold>\n')
    expect(text).toContain('\n<red>  -a: 1</red>\n<green>  +a: 2</green>\n')
    expect(text).toContain('<yellow>to update</yellow>  a.yaml')
  })

  test('gives each failed check its advice', () => {
    const check = { name: 'MLflow', detail: prose`No answer`, mistakes: [] }
    const lines = linesOf({
      mode: 'check',
      operation: 'checked',
      connections: [
        { ...check, status: 'failed', advice: prose`Start it.` },
        { ...check, status: 'ok', advice: [] },
      ],
    })
    expect(lines.slice(0, 3)).toEqual([
      'failed  MLflow  No answer',
      '    Start it.',
      'ok      MLflow  No answer',
    ])
  })

  test('has no character of foreign text that a terminal acts on', () => {
    const hostile = '\u001b[2J\u009b31m\r\n::error::x'
    const entries = [
      record('failed', { modelName: hostile, reason: prose`${hostile}` }),
      change('created', { modelName: hostile }),
    ]
    const lines = linesOf({ entries, warnings: [foreign(hostile)] })
    expect(lines.join('')).not.toMatch(/\p{Cc}/u)
  })
})
