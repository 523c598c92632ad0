import { describe, expect, test } from '@jest/globals'
import type { ChangedEntry } from '../../src/core/entry.ts'
import type { JobResult } from '../../src/report/result.ts'
import { renderSummary } from '../../src/report/summary.ts'
import { change, extraFile, manyChanges, runId } from '../fixtures/changes.ts'
import { result } from '../fixtures/results.ts'

function filesIn(fields: Partial<JobResult>): string {
  const summary = renderSummary(result({ mode: 'plan', operation: 'planned', ...fields }))
  return summary.split('\n### Files\n')[1] ?? ''
}

/** The titles of all folded files, with a mark for those that are open. */
function titlesIn(markdown: string): string[] {
  const folds = markdown.matchAll(/<details( open)?><summary>(.*?)<\/summary>/g)
  return [...folds].map(([, open, title = '']) => (open === undefined ? '' : '* ') + title)
}

function update(index: number): ChangedEntry {
  return change('updated', { runId: runId(index), modelVersion: String(index) })
}

function creation(index: number, after: string): ChangedEntry {
  return change('created', { runId: runId(index), modelVersion: String(index) }, { after })
}

const file = (index: number): string => `<code>models/${runId(index)}.yaml</code>`

describe('the files of a plan', () => {
  test('are shown as an open diff if they are updated', () => {
    expect(
      filesIn({ entries: [update(1)] })
        .split('\n\n')
        .slice(0, 2),
    ).toEqual([
      `\n<details open><summary>Update of ${file(1)}</summary>`,
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
    ])
  })

  test.each([
    [3, '* '],
    [4, ''],
  ])('are open up to three updates, not %i', (count, mark) => {
    const entries = Array.from({ length: count }, (_, index) => update(index + 1))
    expect(titlesIn(filesIn({ entries }))).toEqual(
      entries.map((_, index) => `${mark}Update of ${file(index + 1)}`),
    )
  })

  test('come in this order: updates, new files, deletions, and only updates are open', () => {
    const entries = [
      change('deleted', { runId: runId(1), modelVersion: '1' }),
      creation(2, 'a: 1\n'),
      creation(3, 'a: 2\n'),
      update(4),
    ]
    expect(titlesIn(filesIn({ entries, extraFiles: [extraFile()] }))).toEqual([
      `* Update of ${file(4)}`,
      '* Update of <code>models/README.md</code>',
      `New file ${file(2)} (complete; the others only where they differ from it)`,
      `New file ${file(3)}`,
      `Deletion of ${file(1)}`,
    ])
  })

  test('show a new index page completely, as Markdown', () => {
    const after = '# Models\n\n| a |\n'
    const page = extraFile({ before: undefined, after })
    const markdown = filesIn({ entries: [creation(1, 'a: 1\n')], extraFiles: [page] })
    expect(markdown).toContain(`\`\`\`markdown\n${after}\`\`\``)
    expect(titlesIn(markdown)).toEqual([
      `New file ${file(1)}`,
      'New file <code>models/README.md</code>',
    ])
  })

  test('show one new file completely, and the others only where they differ', () => {
    const textOf = (index: number): string => `same: true\nversion: ${index}\nalso: same\n`
    const markdown = filesIn({ entries: [1, 2, 3].map((index) => creation(index, textOf(index))) })
    const blocks = [...markdown.matchAll(/```yaml\n([^]*?)```/g)].map(([, text]) => text)
    expect(blocks).toEqual([textOf(1), 'version: 2\n', 'version: 3\n'])
  })

  test('say nothing about others if there is one new file', () => {
    expect(titlesIn(filesIn({ entries: [creation(1, 'a: 1\n')] }))).toEqual([`New file ${file(1)}`])
  })

  test.each([
    [10, 10, []],
    [12, 10, ['2 more files']],
  ])('of %i are folded together after %i', (count, shown, more) => {
    const titles = titlesIn(filesIn({ entries: manyChanges(count) }))
    expect(titles.slice(shown, shown + 1)).toEqual(more)
    expect(titles.filter((title) => title.startsWith('New file'))).toHaveLength(count)
  })

  test('are in no other summary', () => {
    expect(renderSummary(result({ entries: [update(1)] }))).not.toMatch(/```|### Files/)
    expect(filesIn({ entries: [] })).toBe('')
  })

  test('cannot end their block, whatever they contain', () => {
    const after = 'a: |\n  ```\n  </details>\n````\n\u202e\n'
    const markdown = filesIn({ entries: [creation(1, after)] })
    const block = /\n(`{3,})yaml\n([^]*)\n\1\n/.exec(markdown)
    expect(block?.[1]).toBe('`````')
    expect(block?.[2]).toBe(after.trimEnd().replace('\u202e', '�'))
  })

  test('that are long are cut at whole lines, with the number of the others', () => {
    const markdown = filesIn({ entries: [creation(1, 'x: 1\n'.repeat(30_000))] })
    const shown = markdown.match(/^x: 1$/gm)?.length ?? 0
    expect(shown).toBe(20_000)
    expect(markdown).toContain('```\n\n10000 more lines not shown.')
  })

  test('with completely different long texts are compared in reasonable time', () => {
    const text = (word: string): string =>
      Array.from({ length: 20_000 }, (_, index) => `${word}${index}: 1\n`).join('')
    const started = Date.now()
    filesIn({ entries: [creation(1, text('a')), creation(2, text('b'))] })
    expect(Date.now() - started).toBeLessThan(10_000)
  })
})
