import { describe, expect, test } from '@jest/globals'
import { changeRow } from '../../../src/core/message/change-table.ts'
import { pullRequestBody, type PullRequestContext } from '../../../src/core/message/pull-request.ts'
import type { RunRecord } from '../../../src/core/result.ts'
import { change, manyChanges, runId } from '../../fixtures/changes.ts'
import { plainTexts } from '../../fixtures/plain-texts.ts'

const context: PullRequestContext = {
  branch: 'main',
  details: new Map(),
  uiUrl: 'https://mlflow.test',
  serverUrl: 'https://github.test',
  repository: 'acme/models',
  fileRef: 'mlflow-sync/main',
}

const details = new Map([
  [
    runId(1),
    {
      metrics: { accuracy: 0.93, loss: Number.NaN, same: 1 },
      params: { lr: '0.1', epochs: '3' },
      previous: {
        modelVersion: '3',
        metrics: { accuracy: 0.9, loss: 0.5, same: 1 },
        params: { lr: '0.01', epochs: '3', gone: 'x' },
      },
    },
  ],
])

describe('the body of a pull request', () => {
  test('is an introduction and a table', () => {
    const { uiUrl, ...places } = context
    const bases = { ...places, uiUrl, fileRef: undefined }
    const unknown = {
      modelName: null,
      modelVersion: null,
      runId: null,
      experimentId: null,
      path: 'a.yaml',
    }
    expect(plainTexts(pullRequestBody([change('created', unknown)], bases))).toBe(
      [
        "Brings <code>main</code> up to date with MLflow's Model Registry: 1 created. This pull request is kept up to date in place and closed when nothing is left to propose; a commit made on its branch by hand stops that.",
        '',
        '|  | Model | Version | Previous | Run | File |',
        '| --- | --- | --- | --- | --- | --- |',
        '| created |  |  |  |  | <code>a.yaml</code> |',
      ].join('\n'),
    )
  })

  test.each<[Partial<RunRecord>, string]>([
    [{ runId: 'abcdefghij', experimentId: null }, '<code>abcdefgh</code>'],
    [{ runId: '' }, ''],
    [
      { path: null },
      `[<code>abc123de</code>](https://mlflow.test/#/experiments/1/runs/${runId(1)})`,
    ],
  ])('has cells without links or empty ones for what is not known: %j', (fields, run) => {
    const row = changeRow({ ...change('created'), ...fields }, { ...context, fileRef: undefined })
    const file = fields.path === null ? '' : `<code>models/${runId(1)}.yaml</code>`
    expect(plainTexts(row.split(' | ').slice(4).join('|'))).toBe(`${run}|${file} |`)
  })

  test('folds the comparisons of more than three changes', () => {
    const values = { metrics: { accuracy: 1 }, params: {}, previous: undefined }
    const changes = manyChanges(4)
    const all = new Map(changes.map((entry) => [entry.runId ?? '', values]))
    const bodyOf = (count: number) =>
      pullRequestBody(changes.slice(0, count), { ...context, details: all })
    expect(bodyOf(3).match(/<details open>/g)).toHaveLength(3)
    expect(bodyOf(4).match(/<details>/g)).toHaveLength(4)
    expect(bodyOf(3).split('\n\n').slice(2, 5)).toEqual([
      '<details open><summary>Metrics and parameters of my_model 1</summary>',
      '|  | Name | Version 1 |\n| --- | --- | --- |\n| metric | accuracy | 1 |',
      '</details>',
    ])
  })

  test('compares nothing for a deletion, or for a run without values', () => {
    const none = { metrics: {}, params: {}, previous: undefined }
    const bodies = [
      pullRequestBody([change('deleted')], { ...context, details }),
      pullRequestBody([change('created')], { ...context, details: new Map([[runId(1), none]]) }),
      pullRequestBody([change('created', { runId: null })], { ...context, details }),
    ]
    for (const body of bodies) {
      expect(body.split('\n\n')).toHaveLength(2)
      expect(body.endsWith('|')).toBe(true)
    }
  })

  test('has a linked row for each change, deletions first', () => {
    const body = pullRequestBody(
      [change('created', { runId: runId(2) }), change('deleted', { runId: runId(3) })],
      context,
    )
    const rows = body.split('\n').filter((line) => /^\| (?:created|deleted)/.test(line))
    expect(plainTexts(rows)).toEqual([
      `| deleted | my_model | [3](https://mlflow.test/#/models/my_model/versions/3) | 3 | [<code>abc123de</code>](https://mlflow.test/#/experiments/1/runs/${runId(3)}) | <code>models/${runId(3)}.yaml</code> |`,
      `| created | my_model | [3](https://mlflow.test/#/models/my_model/versions/3) |  | [<code>abc123de</code>](https://mlflow.test/#/experiments/1/runs/${runId(2)}) | [<code>models/${runId(2)}.yaml</code>](https://github.test/acme/models/blob/mlflow-sync/main/models/${runId(2)}.yaml) |`,
    ])
    expect(body).toContain('1 created, 1 deleted')
  })

  test("compares a run's values with those of the version it replaces, differences first", () => {
    const body = pullRequestBody([change('updated')], { ...context, details })
    const table = /\| {2}\| Name[^]*?\n\n/.exec(body)?.[0].trim().split('\n')
    expect(table).toEqual([
      '|  | Name | Version 4 | Version 3 | Change |',
      '| --- | --- | --- | --- | --- |',
      '| metric | accuracy | 0.93 | 0.9 | +0.03 |',
      '| metric | loss | NaN | 0.5 | changed |',
      '| parameter | gone |  | x | gone |',
      '| parameter | lr | 0.1 | 0.01 | changed |',
      '| metric | same | 1 | 1 |  |',
      '| parameter | epochs | 3 | 3 |  |',
    ])
    expect(body).toContain(
      '<details open><summary>Metrics and parameters of my_model 4 compared with 3',
    )
  })

  test('shows only the new values if the version replaces none', () => {
    const values = { metrics: { accuracy: 1 }, params: {}, previous: undefined }
    const body = pullRequestBody([change('created')], {
      ...context,
      details: new Map([[runId(1), values]]),
    })
    expect(body).toContain(
      '|  | Name | Version 3 |\n| --- | --- | --- |\n| metric | accuracy | 1 |',
    )
  })

  test('has fewer than 60,000 characters for 5,000 changes, with the deletion first and a count of the rest', () => {
    const values = {
      metrics: Object.fromEntries(Array.from('abcdefgh', (name) => [name, 1])),
      params: {},
      previous: undefined,
    }
    const changes = [...manyChanges(5000), change('deleted', { runId: runId(9999) })]
    const body = pullRequestBody(changes, {
      ...context,
      details: new Map(changes.map((entry) => [entry.runId ?? '', values])),
    })
    expect(body.length).toBeLessThan(60_000)
    expect(body.length).toBeGreaterThan(50_000)
    expect(body).toMatch(/\n\| --- .*\n\| deleted \| my_model/)
    const rows = body.split('\n').filter((line) => /^\| (?:created|deleted)/.test(line)).length
    expect(body).toContain(
      `\n\n${5001 - rows} more changes not shown; the files of this pull request show them all.\n\n`,
    )
    const shown = body.match(/<details>/g)?.length ?? 0
    expect(body).toContain(`${5000 - shown} more comparisons not shown; MLflow has the values.`)
    expect(body.match(/<details>/g)?.length).toBe(body.match(/<\/details>/g)?.length)
  })
})
