import { describe, expect, test } from '@jest/globals'
import type { ChangedEntry } from '../../../src/core/entry.ts'
import { pullRequestBody, type PullRequestContext } from '../../../src/core/message/pull-request.ts'
import type { Comparison } from '../../../src/core/result.ts'
import { prose } from '../../../src/core/text/prose.ts'
import { change, extraFile, manyChanges, runId } from '../../fixtures/changes.ts'

const context: PullRequestContext = {
  branch: 'main',
  extraFiles: [],
  comparisons: new Map(),
  uiUrl: 'https://mlflow.test',
  serverUrl: 'https://github.test',
  repository: 'acme/models',
  oldRef: 'main',
  newRef: 'mlflow-sync/main',
  workflowRunUrl: 'https://github.test/acme/models/actions/runs/7',
}

function partsOf(changes: readonly ChangedEntry[], fields: Partial<PullRequestContext> = {}) {
  return pullRequestBody(changes, { ...context, ...fields }).split('\n\n')
}

const runLink = (id: string): string =>
  `[\`abc123de…\`](https://mlflow.test/#/experiments/1/runs/${id})`

describe('the body of a pull request', () => {
  test('says what it does, and what a reviewer can do', () => {
    const [introduction, table, line, footer, run] = partsOf([change('created')])
    expect(introduction).toBe(
      "Brings `main` up to date with MLflow's Model Registry: **1 created**.",
    )
    expect(table?.split('\n')).toEqual([
      '|  | Model | Version | Run | File |',
      '| --- | --- | --: | --- | --- |',
      `| create | my_model | [3](https://mlflow.test/#/models/my_model/versions/3) | ${runLink(runId(1))} | [\`abc123de….yaml\`](https://github.test/acme/models/blob/mlflow-sync/main/models/${runId(1)}.yaml) |`,
    ])
    expect(line).toBe('---')
    expect(footer).toMatch(
      /\*\*Reject\*\*: close it\..* brings them back: .* reopen this pull request\.\n/,
    )
    expect(footer).not.toContain('hold')
    expect(partsOf([change('updated')]).at(-2)).toContain(
      'add the line `# mlflow-sync: hold` to that file on `main`',
    )
    expect(run).toBe(
      'Updated by [this workflow run](https://github.test/acme/models/actions/runs/7).',
    )
  })

  test('links an index page, alone or beside other changes', () => {
    const extraFiles = [extraFile()]
    const page =
      '[`models/README.md`](https://github.test/acme/models/blob/mlflow-sync/main/models/README.md)'
    expect(partsOf([], { extraFiles })[0]).toBe(`Brings the index in \`main\` up to date: ${page}.`)
    expect(partsOf([change('created')], { extraFiles })[0]).toBe(
      `Brings \`main\` up to date with MLflow's Model Registry: **1 created**. The index follows: ${page}.`,
    )
  })

  test('names no workflow run outside of GitHub Actions', () => {
    expect(partsOf([change('created')], { workflowRunUrl: undefined }).at(-1)).toContain(
      'Title, labels',
    )
  })

  test('leaves out columns of which nothing is known', () => {
    const unknown = { modelName: null, modelVersion: null, runId: null, experimentId: null }
    const [, table] = partsOf([change('created', { ...unknown, path: 'a.yaml' })])
    expect(table?.split('\n')[0]).toBe('|  | File |')
    expect(table).toContain('[`a.yaml`](')
  })

  test('has deletions in a table of their own, before the others, with their reasons', () => {
    const deletion = change('deleted', { runId: runId(3), reason: prose`its run is gone` })
    const parts = partsOf([change('created', { runId: runId(2) }), deletion])
    expect(parts[0]).toContain('**1 created, 1 deleted**')
    expect([parts[1], parts[3]]).toEqual(['### Deletions', '### Changes'])
    expect(parts[2]?.split('\n').at(-1)).toBe(
      `| my_model | [3](https://mlflow.test/#/models/my_model/versions/3) | ${runLink(runId(3))} | [\`abc123de….yaml\`](https://github.test/acme/models/blob/main/models/${runId(3)}.yaml) | its run is gone |`,
    )
  })

  test('sorts by model, then by version as a number', () => {
    const entries = [
      change('created', { runId: runId(1), modelName: 'b', modelVersion: '10' }),
      change('created', { runId: runId(2), modelName: 'b', modelVersion: '9' }),
      change('created', { runId: runId(3), modelName: 'a', modelVersion: '11' }),
      change('created', { runId: runId(4), modelName: null, modelVersion: null }),
    ]
    const rows = partsOf(entries)[1]?.split('\n').slice(2) ?? []
    expect(rows.map((row) => row.split(' | ')[1])).toEqual(['a', 'b', 'b', ''])
    expect(rows[1]).toContain('[9](')
  })

  test('names the version that each new one replaces', () => {
    const [, table] = partsOf([change('updated')])
    expect(table?.split('\n')[0]).toBe('|  | Model | Version | Previous | Run | File |')
    expect(table).toContain('| update | my_model | [4](')
    expect(table).toContain(') | 3 | [')
  })

  test('has comparisons, folded if there are more than three changes', () => {
    const previous = {
      runId: runId(99),
      experimentId: '1',
      modelVersion: '0',
      metrics: {},
      params: {},
    }
    const comparison: Comparison = {
      experimentId: '1',
      metrics: { accuracy: 1 },
      params: {},
      previous,
    }
    const changes = manyChanges(4)
    const comparisons = new Map(changes.map((entry) => [entry.path, comparison]))
    const bodyOf = (count: number) => partsOf(changes.slice(0, count), { comparisons }).join('\n\n')
    expect(bodyOf(3).match(/<details open>/g)).toHaveLength(3)
    expect(bodyOf(4).match(/<details>/g)).toHaveLength(4)
  })

  test('has fewer than 60,000 characters for 5,000 changes, with the deletion first and a count of the rest', () => {
    const comparison: Comparison = {
      experimentId: '1',
      metrics: Object.fromEntries(Array.from('abcdefgh', (name) => [name, 1])),
      params: {},
      previous: undefined,
    }
    const changes = [...manyChanges(5000), change('deleted', { runId: runId(9999) })]
    const comparisons = new Map(changes.map((entry) => [entry.path, comparison]))
    const body = pullRequestBody(changes, { ...context, comparisons })
    expect(body.length).toBeLessThan(60_000)
    expect(body.length).toBeGreaterThan(50_000)
    expect(body.indexOf('### Deletions')).toBeLessThan(body.indexOf('### Changes'))
    const rows = body.split('\n').filter((line) => line.startsWith('| create')).length
    expect(body).toContain(
      `\n\n${5000 - rows} more changes not shown; the branch of this pull request has them all.\n\n`,
    )
    const shown = body.match(/<summary>Metrics/g)?.length ?? 0
    expect(body).toContain(`${5000 - shown} more comparisons not shown; MLflow has the values.`)
    expect(body.match(/<details>/g)?.length).toBe(body.match(/<\/details>/g)?.length)
    expect(body).toContain('**Reject**')
  })
})
