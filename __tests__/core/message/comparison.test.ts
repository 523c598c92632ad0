import { describe, expect, test } from '@jest/globals'
import { comparisonSections } from '../../../src/core/message/comparison.ts'
import type { RunValues } from '../../../src/core/result.ts'
import { change, runId } from '../../fixtures/changes.ts'

const none: RunValues = { metrics: {}, params: {} }

function sectionsFor(now: Partial<RunValues>, before?: Partial<RunValues>, areOpen = true) {
  const previous = before && {
    ...none,
    ...before,
    runId: runId(9),
    experimentId: '2',
    modelVersion: '2',
  }
  const comparison = { ...none, ...now, experimentId: '1', previous }
  return comparisonSections(
    [change('created')],
    new Map([[`models/${runId(1)}.yaml`, comparison]]),
    {
      uiUrl: 'https://mlflow.test',
      areOpen,
    },
  )
}

function rowsOf(now: Partial<RunValues>, before?: Partial<RunValues>): string[] {
  const lines = sectionsFor(now, before).join('\n').split('\n')
  return lines.filter((line) => line.startsWith('| ') && !/^\| {2}\||^\| ---/.test(line))
}

describe('the comparison of two versions', () => {
  test('is left out if neither has metrics or parameters', () => {
    expect(sectionsFor({})).toEqual([])
    expect(sectionsFor({}, {})).toEqual([])
  })

  test('has the old version first, and a link that compares the runs in MLflow', () => {
    const [section = ''] = sectionsFor({ metrics: { loss: 0.25 } }, { metrics: { loss: 0.5 } })
    expect(section.split('\n')).toEqual([
      '<details open><summary>my_model 3 compared with version 2</summary>',
      '',
      '|  | Version 2 | Version 3 | Change |',
      '| --- | --: | --: | --: |',
      '| loss | 0.5 | 0.25 | ▼ -0.25 better |',
      '',
      `[Compare the runs in MLflow](https://mlflow.test/#/compare-runs?runs=%5B%22${runId(9)}%22%2C%22${runId(1)}%22%5D&experiments=%5B%222%22%2C%221%22%5D)`,
      '',
      '</details>',
    ])
  })

  test('is folded if the reader has to see too many of them', () => {
    expect(sectionsFor({ metrics: { a: 1 } }, {}, false)[0]).toMatch(/^<details><summary>/)
  })

  test('is a folded table of the values if there is no previous version', () => {
    const values = { metrics: { b: 2, a: 1 }, params: { c: 'x' } }
    expect(sectionsFor(values)[0]).toMatch(
      /^<details><summary>Metrics and parameters of my_model 3</,
    )
    expect(rowsOf(values)).toEqual(['| a | 1 |', '| b | 2 |', '| c | x |'])
  })

  test('folds what is equal', () => {
    const values = { metrics: { a: 1 }, params: { c: 'x' } }
    expect(sectionsFor(values, { ...values, metrics: { a: 2 } })[0]).toContain(
      '<details><summary>1 equal</summary>\n\n|  | Version 3 |\n| --- | --: |\n| c | x |\n\n</details>',
    )
  })

  test.each<[Record<string, number>, Record<string, number>, string]>([
    [{ a: 1 }, {}, ' | 1 | new'],
    [{}, { a: 1 }, '1 |  | gone'],
    [{ a: 0.3 }, { a: 0.1 }, '0.1 | 0.3 | +0.2'],
    [{ a: 0.1 }, { a: 0.3 }, '0.3 | 0.1 | -0.2'],
    [{ a: Infinity }, { a: 1 }, '1 | Infinity | changed'],
  ])('of the metrics %j and %j', (now, before, cells) => {
    expect(rowsOf({ metrics: now }, { metrics: before })).toEqual([`| a | ${cells} |`])
  })

  test.each<[string, number, number, string]>([
    ['eval_accuracy', 0.9, 0.93, '▲ +0.03 better'],
    ['evalAccuracy', 0.93, 0.9, '▼ -0.03 worse'],
    ['val_loss', 0.5, 0.25, '▼ -0.25 better'],
    ['p95.latency_ms', 20, 30, '▲ +10 worse'],
    ['gloss', 1, 2, '+1'],
    ['accuracy_loss', 1, 2, '+1'],
    ['neg_log_loss', -0.9, -0.4, '+0.5'],
    ['tokens_per_second', 10, 12, '▲ +2 better'],
    ['n_params', 8030261248, 8030261249, '+1'],
  ])('says whether %s is better if its name tells', (name, before, now, text) => {
    const [row] = rowsOf({ metrics: { [name]: now } }, { metrics: { [name]: before } })
    expect(row?.split(' | ').at(-1)).toBe(`${text} |`)
  })

  test.each<[Record<string, string>, Record<string, string>, string]>([
    [{ a: 'x' }, {}, ' | x | new'],
    [{}, { a: 'x' }, 'x |  | gone'],
    [{ a: 'x' }, { a: 'y' }, 'y | x | changed'],
    [{ toString: 'x' }, {}, ' | x | new'],
  ])('of the parameters %j and %j', (now, before, cells) => {
    const [name] = Object.keys({ ...now, ...before })
    expect(rowsOf({ params: now }, { params: before })).toEqual([`| ${name ?? ''} | ${cells} |`])
  })

  test.each([
    [60, 0],
    [62, 1],
  ])('of %i values shows 60', (count, notes) => {
    const names = Array.from({ length: count }, (_, index) => String(1000 + index))
    const values = { metrics: Object.fromEntries(names.map((name) => [name, 1])) }
    expect(rowsOf(values).at(-1)).toBe('| 1059 | 1 |')
    expect(sectionsFor(values)[0]?.match(/^2 more not shown\.$/gm) ?? []).toHaveLength(notes)
  })

  test('of a deletion is left out', () => {
    const comparison = { ...none, metrics: { a: 1 }, experimentId: '1', previous: undefined }
    const options = { uiUrl: 'https://mlflow.test', areOpen: true }
    const comparisons = new Map([[`models/${runId(1)}.yaml`, comparison]])
    expect(comparisonSections([change('deleted')], comparisons, options)).toEqual([])
  })
})
