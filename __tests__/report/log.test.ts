import { describe, expect, test } from '@jest/globals'
import { fc } from '../../testing/fast-check.ts'
import { foreign, prose } from '../../src/core/text/prose.ts'
import { logBlocks, safeLine } from '../../src/report/log.ts'
import { logRound } from '../../src/report/job-log.ts'
import type { JobResult } from '../../src/report/result.ts'
import { change, runId } from '../fixtures/changes.ts'
import { oneOfEach, record, result } from '../fixtures/results.ts'

/** The log of a result, with folded lists as the runner's commands. */
function logOf(job: JobResult): string[] {
  return logBlocks(job, '/tmp/report.json').flatMap(({ title, lines }) =>
    title === undefined ? lines : [`::group::${title}`, ...lines, '::endgroup::'],
  )
}

/** The line that says what was done. */
function sentenceOf(fields: Partial<JobResult>): string | undefined {
  const log = logOf(result(fields))
  return log[log.findIndex((line) => line.startsWith('  ')) - 1]
}

const pullRequest = { number: 1, url: 'https://github.test/acme/models/pull/1' }
const created = [change('created')]

describe('a log line', () => {
  test('contains no command or line break, whatever the text', () => {
    const fragment = fc.constantFrom(
      ':',
      '#',
      '[',
      '\n',
      '\u0085',
      '\u2028',
      '\u001b',
      ' ',
      'a',
      '%0A',
    )
    fc.assert(
      fc.property(fc.array(fragment), (fragments) => {
        expect(safeLine(fragments.join(''))).not.toMatch(/::|##|\p{Cc}|\p{Zl}/u)
      }),
    )
  })

  test.each([
    'Run a1: my_model, version 3 [ok] #1 @x https://y.z',
    '  commit  https://y.z   aligned',
  ])('leaves ordinary text and columns unchanged', (line) => {
    expect(safeLine(line)).toBe(line)
  })

  test('is harmless in linear time', () => {
    expect(safeLine(' \n'.repeat(1_000_000), 100).length).toBeLessThanOrEqual(100)
    expect(safeLine(`${' '.repeat(1_000_000)}x`)).toBe('')
  })
})

describe('the end of the log', () => {
  test('lists the runs that are not unchanged in columns, failures last, then says where everything is', () => {
    const entries = [
      record('failed', {
        modelName: 'a\n b',
        modelVersion: '1',
        reason: foreign('no\tpath'),
        runId: runId(4),
      }),
      ...oneOfEach.filter(({ outcome }) => ['unchanged', 'held', 'created'].includes(outcome)),
      change('updated', {
        path: 'models/long-name.yaml',
        previousVersion: '2',
        modelVersion: '10',
      }),
    ]
    const log = logOf(
      result({ entries, startedAt: new Date(0), finishedAt: new Date(12_345), pullRequest }),
    )
    const [first, updated, held, failed] = log
    expect(first).toMatch(/^created {2}\S+\.yaml {2}\S+ version \S+$/)
    expect(updated).toMatch(/^updated {2}models\/long-name\.yaml {2}\S+ version 10 \(was 2\)$/)
    expect(held).toMatch(/^held {2}\S+\.yaml {2}.*because of this$/)
    expect(failed).toMatch(/^failed {2}\S+\.yaml {2}a b version 1 {2}no path$/)
    expect(log.slice(4)).toEqual([
      'Committed 1234567 to main in acme/models: 1 created, 1 updated; 1 run failed',
      '  runs          1 created, 1 updated, 1 failed, 1 held, 1 unchanged',
      '  commit        https://github.test/acme/models/commit/1234567890abcdef',
      '  pull request  https://github.test/acme/models/pull/1',
      '  report        /tmp/report.json',
      '  time          in 12.3 s, with 2 requests to MLflow and 3 requests to GitHub',
    ])
  })

  test('pads the columns of a list, whatever foreign text is in them', () => {
    const entries = ['a', 'a   ::error::x', 'much longer'].map((modelName, index) =>
      record('skipped', { path: 'x', modelName, modelVersion: String(index), reason: prose`why` }),
    )
    const lines = logOf(result({ entries })).slice(0, 3)
    expect(new Set(lines.map((line) => line.indexOf('why'))).size).toBe(1)
    expect(lines[1]).toContain('a ::error::x version 1')
    expect(safeLine(lines[1] ?? '')).not.toContain('::')
  })

  test('counts single requests and minutes', () => {
    const log = logOf(
      result({
        requests: { mlflow: 1, github: 1200 },
        startedAt: new Date(0),
        finishedAt: new Date(140_400),
      }),
    )
    expect(log.at(-1)).toBe(
      '  time    in 2 min 20 s, with 1 request to MLflow and 1,200 requests to GitHub',
    )
  })

  test('folds a list of more than 20 runs, and leaves out more than 200', () => {
    const many = (count: number) =>
      Array.from({ length: count }, (_, index) =>
        change('created', { modelName: 'm', modelVersion: String(index + 1) }),
      )
    expect(logOf(result({ entries: many(20) })).join('\n')).not.toContain('::group::')
    const log = logOf(result({ entries: [...many(1230), record('failed')] }))
    expect(log[0]).toBe('::group::created: 1,230 runs')
    expect(log[10]).toMatch(/ m version 10$/)
    expect(log.slice(200, 204)).toEqual([
      expect.stringMatching(/ m version 200$/),
      '… and 1,030 more; the report lists them all',
      '::endgroup::',
      expect.stringMatching(/^failed /),
    ])
  })

  test('lists the checks in columns', () => {
    const connections = [
      { name: 'MLflow: runs', status: 'ok', detail: prose`good`, advice: [], mistakes: [] },
      { name: 'Template', status: 'failed', detail: prose`bad`, advice: [], mistakes: [] },
      { name: 'GitHub', status: 'skipped', detail: prose`why`, advice: [], mistakes: [] },
    ] as const
    expect(logOf(result({ operation: 'checked', mode: 'check', connections })).slice(0, 4)).toEqual(
      [
        'ok       MLflow: runs  good',
        'failed   Template      bad',
        'skipped  GitHub        why',
        '1 of 3 checks failed for main in acme/models',
      ],
    )
  })

  const place = 'main in acme/models'
  test.each<[string, Partial<JobResult>]>([
    [`${place} is up to date`, { entries: [record('unchanged')] }],
    [`${place} is up to date, apart from 1 file on hold`, { entries: [record('held')] }],
    [`Nothing was written to ${place}; 1 run failed`, { entries: [record('failed')] }],
    [
      `Pull request #1 already proposes 1 change for ${place}`,
      { operation: 'none', pullRequest, entries: created },
    ],
    [
      `Nothing was written to ${place}: pull request #1 with these changes was closed without merging`,
      { operation: 'none', pullRequest, entries: [record('skipped', { withheld: 'rejected' })] },
    ],
    [
      `Committed 1234567 to ${place}: 1 created, 1 updated, 2 deleted`,
      { entries: [...created, change('updated'), change('deleted'), change('deleted')] },
    ],
    [
      `Opened pull request #1 for ${place}: 1 created`,
      { operation: 'pull-request-created', pullRequest, entries: created },
    ],
    [
      `Updated pull request #1 for ${place}: 1 created`,
      { operation: 'pull-request-updated', pullRequest, entries: created },
    ],
    [
      `Closed pull request #1: nothing is left to propose for ${place}`,
      { operation: 'pull-request-closed', pullRequest },
    ],
    [
      `Plan: a sync would create 1 file in ${place}`,
      { operation: 'planned', mode: 'plan', entries: created },
    ],
    [
      `Everything that was checked works for ${place}`,
      {
        operation: 'checked',
        connections: [{ name: 'a', status: 'ok', detail: [], advice: [], mistakes: [] }],
      },
    ],
    [`The sync failed; nothing was written to ${place}`, { operation: 'failed' }],
  ])('says what is true: %s', (sentence, fields) => {
    expect(sentenceOf(fields)).toBe(sentence)
  })

  test.each(['planned', 'none', 'pull-request-created'] as const)(
    'does not claim changes that the branch does not have: %s',
    (operation) => {
      const log = logOf(result({ operation, pullRequest, entries: created })).join('\n')
      expect(log).toMatch(/^to create /m)
      expect(log).toContain('1 to create')
      expect(log).not.toMatch(/^created/m)
    },
  )
})

test('a round of a polling job says how it ended, with the address of what it wrote', () => {
  const lines: string[] = []
  const add = (line: string) => lines.push(line)
  const log = { debug: add, info: add, warn: add }
  logRound(log, result({ entries: [...created, record('unchanged')] }), 1)
  logRound(
    log,
    result({ error: { message: prose`No luck.`, advice: prose`Try again.`, mistakes: [] } }),
    2,
  )
  expect(lines).toEqual([
    'Round 1: Committed 1234567 to main in acme/models: 1 created (1 unchanged): https://github.test/acme/models/commit/1234567890abcdef',
    'Round 2 failed: No luck. Try again.',
  ])
})
