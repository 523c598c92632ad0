import { describe, expect, test } from '@jest/globals'
import { foreign, prose } from '../../src/core/text/prose.ts'
import { renderSummary } from '../../src/report/summary.ts'
import { change, extraFile, manyChanges, runId } from '../fixtures/changes.ts'
import { oneOfEach, record, result } from '../fixtures/results.ts'
import { plainTexts } from '../fixtures/plain-texts.ts'

function rowsOf(summary: string, outcome: string): string[] {
  return summary.split('\n').filter((line) => line.startsWith(`| ${outcome} |`))
}

const commit = { sha: '1234567890abcdef', url: 'https://github.test/c' }
const pullRequest = { number: 7, url: 'https://github.test/p/7' }
const main =
  '[<code>main</code>](https://github.test/acme/models/tree/main) in <code>acme/models</code>'

describe('the first sentence', () => {
  const changes = [change('created'), change('updated')]
  test.each([
    [{ operation: 'none' }, `${main} is up to date.`],
    [{ operation: 'planned', mode: 'plan' }, `Plan: ${main} is up to date.`],
    [
      { operation: 'none', entries: [record('failed')] },
      `Nothing was written to ${main}. 1 failed.`,
    ],
    [
      { operation: 'committed', entries: changes, commit },
      `Committed [<code>1234567</code>](https://github.test/c) to ${main}: 1 created, 1 updated.`,
    ],
    [
      { operation: 'pull-request-created', entries: changes, pullRequest },
      `Opened [pull request 7](https://github.test/p/7) for ${main}: 1 created, 1 updated.`,
    ],
    [
      { operation: 'pull-request-updated', entries: changes, pullRequest },
      `Updated [pull request 7](https://github.test/p/7) for ${main}: 1 created, 1 updated.`,
    ],
    [
      { operation: 'pull-request-closed', pullRequest },
      `Closed [pull request 7](https://github.test/p/7): nothing is left to propose for ${main}.`,
    ],
    [{ operation: 'failed', entries: [], commit: undefined }, 'The sync failed.'],
    [
      { operation: 'planned', mode: 'plan', entries: changes },
      `Plan: a sync would change ${main}: 1 created, 1 updated. Nothing was written.`,
    ],
    [
      { operation: 'checked', mode: 'check' },
      'Everything that was checked works. Nothing was written.',
    ],
  ] as const)('says what was done: %j', (fields, expected) => {
    const paragraph = renderSummary(result(fields)).split('\n\n')[1]
    expect(plainTexts(paragraph?.trim())).toBe(expected)
  })

  test('is followed by the error and its advice, even if something was written', () => {
    const error = { message: prose`No <b>luck</b>`, advice: prose`Try again.`, mistakes: [] }
    for (const operation of ['failed', 'committed'] as const) {
      expect(renderSummary(result({ operation, error, entries: [change('created')] }))).toContain(
        '\n\n**Error:** No &lt;b&gt;luck&lt;/b&gt;<br>Try again.\n',
      )
    }
  })
})

describe('the tables', () => {
  test('link the version and the run to MLflow and the file to the commit', () => {
    const summary = renderSummary(result({ entries: [change('updated')] }))
    expect(plainTexts(rowsOf(summary, 'updated'))).toEqual([
      `| updated | my_model | [4](https://mlflow.test/#/models/my_model/versions/3) | 3 | [<code>abc123de</code>](https://mlflow.test/#/experiments/1/runs/${runId(1)}) | [<code>models/${runId(1)}.yaml</code>](https://github.test/acme/models/blob/1234567890abcdef/models/${runId(1)}.yaml) |`,
    ])
  })

  test('do not link files that do not exist', () => {
    const summary = renderSummary(
      result({
        mode: 'plan',
        operation: 'planned',
        commit: undefined,
        entries: [change('created'), change('deleted', { runId: runId(2) })],
      }),
    )
    expect(summary).not.toContain('/blob/')
  })

  test('show failures, then changes with deletions first, and fold held and skipped runs', () => {
    const summary = renderSummary(result({ operation: 'committed', entries: oneOfEach, commit }))
    const order = ['failed', 'deleted', 'updated', 'created', 'held', 'skipped'].map((outcome) =>
      summary.indexOf(`\n| ${outcome} |`),
    )
    expect(order).toEqual(order.toSorted((a, b) => a - b))
    expect(order[0]).toBeGreaterThan(0)
    expect(summary).toContain('1 unchanged, 1 held, 1 skipped, 1 failed.')
    expect(summary.indexOf('<details>')).toBeLessThan(summary.indexOf('\n| held |'))
    expect(summary.indexOf('<details>')).toBeGreaterThan(summary.indexOf('\n| created |'))
  })

  test('show each check with its advice', () => {
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
    const summary = renderSummary(result({ operation: 'checked', mode: 'check', connections }))
    expect(summary).toContain('1 of 2 checks failed.')
    expect(summary).toContain(
      '\n| MLflow | ok | reads |  |\n| Contents | **failed** | read only | Grant it. |\n',
    )
  })

  test('show warnings', () => {
    expect(renderSummary(result({ warnings: [prose`a | b`] }))).toContain('\n| a &#124; b |\n')
  })
})

describe('a plan', () => {
  test('has a diff of each file', () => {
    const summary = renderSummary(
      result({ mode: 'plan', operation: 'planned', entries: [change('updated')] }),
    )
    expect(summary).toContain(
      [
        '```diff',
        `--- a/models/${runId(1)}.yaml`,
        `+++ b/models/${runId(1)}.yaml`,
        '@@ -1,2 +1,2 @@',
        ' global:',
        '-  modelVersion: "3"',
        '+  modelVersion: "4"',
        '```',
      ].join('\n'),
    )
    expect(renderSummary(result({ entries: [change('updated')] }))).not.toContain('```')
  })

  test('has a diff of each extra file', () => {
    const summary = renderSummary(
      result({ mode: 'plan', operation: 'planned', extraFiles: [extraFile()] }),
    )
    expect(summary).toContain('<summary>updated <code>models/README.md</code></summary>')
    expect(summary).toContain('-# Before\n+# After\n')
  })

  test('keeps content that looks like the end of its code block inside the block', () => {
    const after = 'a: |\n  ```\n  </details>\n````\n\u202e\n'
    const summary = renderSummary(
      result({
        mode: 'plan',
        operation: 'planned',
        entries: [change('created', {}, { before: undefined, after })],
      }),
    )
    const block = /\n(`{3,})diff\n([^]*)\n\1\n/.exec(summary)
    expect(block?.[1]).toBe('`````')
    expect(block?.[2]).toContain('+  </details>')
    expect(summary).not.toContain('\u202e')
  })
})

describe('a summary of many runs', () => {
  const rows = { deleted: 1, created: 5000 }

  test.each([0, 1, 20])('shows all of %d changes', (count) => {
    const summary = renderSummary(result({ entries: manyChanges(count) }))
    expect(rowsOf(summary, 'created')).toHaveLength(count)
    expect(summary).not.toContain('not shown')
  })

  test.each(['my_model', '😀'.repeat(250)])(
    'stays under a million bytes for thousands of runs, with a count of those not shown: %#',
    (modelName) => {
      const long = 'x\n'.repeat(30_000)
      const changes = [
        ...manyChanges(rows.created).map((entry) => ({
          ...entry,
          modelName,
          edit: { ...entry.edit, after: long },
        })),
        change('deleted', { runId: runId(9999) }),
      ]
      const others = (['failed', 'held'] as const).flatMap((outcome) =>
        manyChanges(5000).map((item) =>
          record(outcome, { runId: item.runId, modelName, reason: foreign(modelName.repeat(20)) }),
        ),
      )
      const summary = renderSummary(
        result({
          mode: 'plan',
          operation: 'planned',
          entries: [...changes, ...others],
          warnings: manyChanges(5000).map(() => foreign(long)),
          error: { message: foreign(modelName.repeat(5000)), advice: prose`x`, mistakes: [] },
        }),
      )
      const bytes = Buffer.byteLength(summary)
      expect(bytes).toBeLessThan(1_000_000)
      expect(bytes).toBeGreaterThan(500_000)
      expect(rowsOf(summary, 'deleted')).toHaveLength(1)
      for (const outcome of ['created', 'failed', 'held']) {
        const omitted =
          (outcome === 'created' ? rows.created : 5000) - rowsOf(summary, outcome).length
        expect(omitted).toBeGreaterThan(0)
        expect(summary).toContain(`\n\n${omitted} more not shown`)
      }
      expect(summary).toContain(`+x\n\`\`\`\n\n`)
      expect(summary.match(/<details/g)?.length).toBe(summary.match(/<\/details>/g)?.length)
    },
  )
})
