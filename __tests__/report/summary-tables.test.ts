import { describe, expect, test } from '@jest/globals'
import type { Entry } from '../../src/core/entry.ts'
import type { Comparison } from '../../src/core/result.ts'
import { prose } from '../../src/core/text/prose.ts'
import type { JobResult } from '../../src/report/result.ts'
import { change, manyChanges, runId } from '../fixtures/changes.ts'
import { oneOfEach, record } from '../fixtures/results.ts'
import { sectionOf, summaryOf } from '../fixtures/summaries.ts'

const mlflow = 'https://mlflow.test/#'
const github = 'https://github.test/acme/models'
const version = (text: string): string => `[${text}](${mlflow}/models/my_model/versions/3)`
const run = (index: number): string =>
  `[\`abc123de…\`](${mlflow}/experiments/1/runs/${runId(index)})`
const fileAt = (ref: string, index: number): string =>
  `[\`abc123de….yaml\`](${github}/blob/${ref}/models/${runId(index)}.yaml)`
const sha = '1234567890abcdef'
const withheld: Entry = {
  ...record('skipped', { reason: prose`its version is gone; kept` }),
  withheld: 'too-many-deletions',
}

function rowsUnder(fields: Partial<JobResult>, title: string): string[] {
  const [table = ''] = sectionOf(summaryOf(fields), title)
  return table.split('\n').filter((line) => !line.startsWith('| ---'))
}

describe('the tables', () => {
  test('of changes link versions and runs to MLflow and files to the commit', () => {
    const entries = [change('updated', { runId: runId(2) }), change('created')]
    expect(rowsUnder({ entries }, 'Changed')).toEqual([
      '|  | Model | Version | Previous | Run | File |',
      `| created | my_model | ${version('3')} |  | ${run(1)} | ${fileAt(sha, 1)} |`,
      `| updated | my_model | ${version('4')} | 3 | ${run(2)} | ${fileAt(sha, 2)} |`,
    ])
  })

  test.each<[string, Partial<JobResult>]>([
    ['Would change', { mode: 'plan', operation: 'planned', commit: undefined }],
    ['Proposed', { operation: 'pull-request-created' }],
    ['Proposed', { operation: 'pull-request-updated' }],
    ['Proposed', { operation: 'none', pullRequest: { number: 1, url: 'https://github.test/p' } }],
    ['Changed', { operation: 'committed' }],
  ])('are called %s: %j', (title, fields) => {
    expect(rowsUnder({ ...fields, entries: [change('created')] }, title)).toHaveLength(2)
  })

  test('of a plan link only files that exist', () => {
    const plan = { mode: 'plan', operation: 'planned', commit: undefined } as const
    const entries = [change('created'), change('updated', { runId: runId(2) })]
    const rows = rowsUnder({ ...plan, entries }, 'Would change')
    expect(rows[1]).toMatch(/\| `abc123de….yaml` \|$/)
    expect(rows[2]).toContain(`${fileAt('main', 2)} |`)
  })

  test('of deletions come first, with their reasons', () => {
    const reason = prose`the run is deleted`
    const entries = [change('created'), change('deleted', { runId: runId(3), reason })]
    const rows = rowsUnder({ entries }, 'Deleted')
    expect(rows).toEqual([
      '| Model | Version | Run | File | Reason |',
      `| my_model | ${version('3')} | ${run(3)} | \`abc123de….yaml\` | the run is deleted |`,
    ])
    const plan = { mode: 'plan', operation: 'planned', commit: undefined } as const
    expect(rowsUnder({ ...plan, entries }, 'Would delete')[1]).toContain(fileAt('main', 3))
    const proposed = { entries, operation: 'pull-request-created' } as const
    expect(rowsUnder(proposed, 'Proposed deletions')[1]).toContain(fileAt('main', 3))
  })

  test('link a failed run to the line that its reason is about', () => {
    const location = { path: 'deploy/t.yaml', line: 44 }
    const [, row] = rowsUnder({ entries: [record('failed', { location })] }, 'Failed')
    expect(row).toContain(
      '[`t.yaml:44`](https://github.test/acme/models/blob/main/deploy/t.yaml#L44)',
    )
  })

  test('do not link the file of a run that is held because a person deleted it', () => {
    const [, row] = rowsUnder({ entries: [record('held')] }, 'On hold')
    expect(row).toContain('`abc123de….yaml`')
    expect(row).not.toContain('/blob/')
  })

  const heldAt = { path: `models/${runId(1)}.yaml`, line: undefined }

  test.each<[string, Partial<JobResult>, number, string]>([
    ['Failed', { entries: [record('failed')] }, 1, 'because of this'],
    ['On hold', { entries: [record('held', { location: heldAt })] }, 1, 'because of this'],
    ['Not deleted', { entries: [withheld] }, 1, 'its version is gone; kept'],
    ['Would not be deleted', { mode: 'plan', entries: [withheld] }, 1, 'its version is gone; kept'],
  ])('%s have a file, a link and a reason', (title, fields, index, reason) => {
    expect(rowsUnder(fields, title)).toEqual([
      '| Model | Version | Run | File | Reason |',
      `| my_model | ${version('4')} | ${run(index)} | ${fileAt('main', index)} | ${reason} |`,
    ])
  })

  test('come in the order of importance, and skipped versions are folded', () => {
    const comparison: Comparison = {
      experimentId: '1',
      metrics: { a: 1 },
      params: {},
      previous: undefined,
    }
    const comparisons = new Map([[`models/${runId(1)}.yaml`, comparison]])
    const entries = [...oneOfEach, withheld]
    const summary = summaryOf({ entries, comparisons, warnings: [prose`odd`] })
    expect(summary.match(/^(?:### .*|<details>.*)$/gm)).toEqual([
      '### Failed',
      '### Not deleted',
      '### Warnings',
      '### Deleted',
      '### Changed',
      '### Metrics and parameters',
      '<details><summary>Metrics and parameters of my_model 3</summary>',
      '### On hold',
      '<details><summary>1 skipped version</summary>',
    ])
  })

  test('fold all rows after the twentieth', () => {
    const summary = summaryOf({ entries: manyChanges(25) })
    const [open = '', folded = ''] = summary.split('<details><summary>5 more changes</summary>')
    expect(open.match(/^\| created/gm)).toHaveLength(20)
    expect(folded.match(/^\| created/gm)).toHaveLength(5)
  })

  test('of checks begin with those that failed', () => {
    const check = (name: string, status: 'ok' | 'failed' | 'skipped', advice = prose``) => ({
      name,
      status,
      detail: prose`reads`,
      advice,
      mistakes: [],
    })
    const connections = [
      check('GitHub', 'skipped'),
      check('MLflow', 'ok'),
      check('Contents', 'failed', prose`Grant \`contents: write\`.`),
    ]
    expect(rowsUnder({ mode: 'check', operation: 'checked', connections }, 'Checks')).toEqual([
      '| Check | Result | What to do |',
      '| ❌ Contents | reads | Grant `contents: write`. |',
      '| ✅ MLflow | reads |  |',
      '| ➖ GitHub | reads |  |',
    ])
  })
})
