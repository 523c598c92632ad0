import { describe, expect, test } from '@jest/globals'
import type { Entry } from '../../src/core/entry.ts'
import type { Comparison } from '../../src/core/result.ts'
import { foreign, listProse, prose } from '../../src/core/text/prose.ts'
import type { JobResult } from '../../src/report/result.ts'
import { change, manyChanges, runId } from '../fixtures/changes.ts'
import { oneOfEach, record } from '../fixtures/results.ts'
import { sectionOf, summaryOf } from '../fixtures/summaries.ts'

const github = 'https://github.test/acme/models'
const withheld: Entry = {
  ...record('skipped', { reason: prose`its version is gone; kept` }),
  withheld: 'too-many-deletions',
}

describe('the top of the summary', () => {
  test('is a heading, the error with its advice, and the other outcomes', () => {
    const message = listProse(prose`2 mistakes in <b>:`, [prose`\`a: b\``, prose`${'c <d>'}`])
    const error = { message, advice: prose`Grant \`pull-requests: write\`.`, mistakes: [] }
    const summary = summaryOf({ operation: 'failed', error, entries: oneOfEach.slice(0, 4) })
    expect(summary.split('\n').slice(0, 10)).toEqual([
      '## ❌ The sync failed; nothing was written to [`main`](https://github.test/acme/models/tree/main); 1 run failed',
      '',
      '> [!CAUTION]',
      '> 2 mistakes in &lt;b&gt;:',
      '> - `a: b`',
      '> - c &lt;d&gt;',
      '>',
      '> Grant `pull-requests: write`.',
      '',
      '1 on hold, 1 skipped, 1 unchanged.',
    ])
  })

  test('has no empty advice, and the error even if something was written', () => {
    const error = { message: prose`broken`, advice: undefined, mistakes: [] }
    const summary = summaryOf({ entries: [change('created')], error })
    expect(summary.split('\n\n').slice(1, 3)).toEqual(['> [!CAUTION]\n> broken', '### Changed'])
  })

  test.each<[string, Partial<JobResult>, string]>([
    [
      'a plan',
      { mode: 'plan', operation: 'planned', entries: oneOfEach },
      'Nothing was written. 1 on hold, 1 skipped, 1 unchanged.',
    ],
    ['a check', { mode: 'check', operation: 'checked' }, 'Nothing was written.'],
    ['withheld deletions', { entries: [withheld, record('skipped')] }, '1 skipped.'],
  ])('says what else is true of %s', (_name, fields, text) => {
    expect(summaryOf(fields).split('\n\n')[1]).toBe(text)
  })
})

describe('the footer', () => {
  test('links the repository, the directory, MLflow and the workflow run', () => {
    expect(summaryOf({}).trimEnd().split('\n').at(-1)).toBe(
      `<sub>[\`acme/models\`](${github}/tree/main), directory [\`models\`](${github}/tree/main/models) · [MLflow](https://mlflow.test/) · [workflow run](${github}/actions/runs/1) · 2 requests to MLflow, 3 to GitHub</sub>`,
    )
  })

  test('leaves out what is not known', () => {
    const unknown = { targets: [], branch: undefined, uiUrl: '', workflowRunUrl: undefined }
    const requests = { mlflow: 1, github: 0 }
    const footer = summaryOf({ ...unknown, requests })
      .trimEnd()
      .split('\n')
      .at(-1)
    expect(footer).toBe('<sub>`acme/models` · 1 request to MLflow, 0 to GitHub</sub>')
  })

  test('names the root of the repository', () => {
    expect(summaryOf({ targets: [{ name: '.', directory: '' }] })).toContain('), root directory ·')
  })
})

test.each([
  [20, []],
  [22, ['2 more warnings']],
])('of %i warnings, a list shows 20', (count, more) => {
  const warnings = Array.from({ length: count }, (_, index) => prose`\`a: b\` | ${`${index}`}`)
  const parts = sectionOf(summaryOf({ warnings }), 'Warnings')
  expect(parts[0]?.split('\n')).toHaveLength(20)
  expect(parts[0]).toMatch(/^- `a: b` &#124; 0\n/)
  const titles = parts.flatMap((part) => /<summary>(.*)<\/summary>/.exec(part)?.[1] ?? [])
  expect(titles).toEqual(more)
})

function comparisonWith(
  metrics: Record<string, number>,
  before?: Record<string, number>,
): Comparison {
  const ids = { runId: runId(9), experimentId: '1', modelVersion: '2' }
  const previous = before && { ...ids, metrics: before, params: {} }
  return { experimentId: '1', metrics, params: {}, previous }
}

test.each([
  [3, '<details open><summary>my_model 1 compared with version 2</summary>'],
  [4, '<details><summary>Of 4 runs</summary>'],
])('%i comparisons begin with %s', (count, beginning) => {
  const entries = manyChanges(count)
  const comparison = comparisonWith({ loss: 1 }, { loss: 2 })
  const comparisons = new Map(entries.map((entry) => [entry.path, comparison]))
  const [first, ...rest] = sectionOf(summaryOf({ entries, comparisons }), 'Metrics and parameters')
  expect(first).toBe(beginning)
  expect(rest.join('\n')).toContain('| loss | 2 | 1 | ▼ -1 better |')
})

test.each(['my_model', '😀'.repeat(250)])(
  'a summary of thousands of runs has fewer than 1,000,000 bytes and counts what is left out: %#',
  (modelName) => {
    const long = 'x\n'.repeat(30_000)
    const others = (['failed', 'held', 'skipped'] as const).flatMap((outcome) =>
      manyChanges(5000).map((item) =>
        record(outcome, { runId: item.runId, modelName, reason: foreign(modelName.repeat(20)) }),
      ),
    )
    const created = manyChanges(5000).map((entry) => ({
      ...entry,
      modelName,
      edit: { ...entry.edit, after: long },
    }))
    const summary = summaryOf({
      mode: 'plan',
      operation: 'planned',
      entries: [...created, change('deleted', { runId: runId(9999) }), ...others],
      warnings: manyChanges(5000).map(() => foreign(long)),
      error: { message: foreign(modelName.repeat(5000)), advice: prose`x`, mistakes: [] },
    })
    const bytes = Buffer.byteLength(summary)
    expect(bytes).toBeLessThan(1_000_000)
    expect(bytes).toBeGreaterThan(400_000)
    expect(sectionOf(summary, 'Would delete')).toHaveLength(1)
    for (const title of ['Failed', 'Warnings', 'Would change', 'On hold']) {
      const text = sectionOf(summary, title).join('\n')
      const note = /(\d+) more not shown here/.exec(text)
      const rows = text.slice(0, note?.index).match(/^(?:- |\| (?!---|\S* ?\| Model|Model ))/gm)
      expect([title, note?.[1]]).toEqual([title, String(5000 - (rows?.length ?? 0))])
    }
    expect(summary).toMatch(/more not shown here; all of them are in the report \(.*\)\.\n\n<sub>/)
    expect(summary.match(/<details/g)?.length).toBe(summary.match(/<\/details>/g)?.length)
  },
)

describe('with several targets, the summary', () => {
  const targets = [
    { name: 'production', directory: 'deploy/production' },
    { name: 'staging | test', directory: '' },
    { name: 'empty', directory: 'deploy/empty' },
  ]
  const entries = [
    change('created', { target: 'production', path: `deploy/production/${runId(1)}.yaml` }),
    record('unchanged', { target: 'production' }),
    record('failed', { target: 'staging | test', reason: prose`no artifacts` }),
  ]

  test('has a section for each, with its directory, its counts and its tables', () => {
    const summary = summaryOf({ targets, entries, warnings: [prose`look`] })
    const headings = summary.split('\n').filter((line) => line.startsWith('#'))
    expect(headings.slice(1)).toEqual([
      '### Warnings',
      '### production · [`deploy/production`](https://github.test/acme/models/tree/main/deploy/production)',
      '#### Changed',
      '### staging &#124; test · [`.`](https://github.test/acme/models/tree/main)',
      '#### Failed',
      '### empty · [`deploy/empty`](https://github.test/acme/models/tree/main/deploy/empty)',
    ])
    expect(summary).toContain('1 created, 1 unchanged.')
    expect(summary).toContain('Nothing to report.')
  })

  test('says in a plan what a sync would do', () => {
    const summary = summaryOf({ targets, entries, mode: 'plan', operation: 'planned' })
    expect(summary).toContain('1 to create, 1 unchanged.')
    expect(summary).toContain('#### Files')
  })

  test('has fewer than 1,000,000 bytes however many there are', () => {
    const many = Array.from({ length: 100 }, (_, index) => ({
      name: `target ${index}`,
      directory: `deploy/${index}`,
    }))
    const all = many.flatMap(({ name }) =>
      manyChanges(300).map((entry) => ({ ...entry, target: name })),
    )
    const summary = summaryOf({ targets: many, entries: all })
    expect(Buffer.byteLength(summary)).toBeLessThan(1_000_000)
    expect(summary.match(/^### target/gm)).toHaveLength(100)
  })
})
