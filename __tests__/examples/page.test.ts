import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { exampleFolder } from '../../testing/examples.ts'

const page = readFileSync('docs/examples.md', 'utf8')
const titles = [...page.matchAll(/^### (\S+)$/gm)].map(([, title = '']) => title)

/**
 * The parts of a file that the page shows, with `# …` between them. They are `yml` and not `yaml`, which
 * stands for what can be pasted.
 */
const excerpts = [
  ...page.matchAll(/^From \[[^\]]+\]\(\.\.\/([^)]+)\):\n\n```yml\n(.*?)^```$/gms),
].map(([, file = '', text = '']) => ({ file, parts: text.split(/^ *# …\n/m) }))

describe('the page of the examples', () => {
  test('has a section for each folder', () => {
    const folders = readdirSync(exampleFolder(''), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name)
    expect(titles.toSorted()).toEqual(folders.toSorted())
    expect(excerpts.map(({ file }) => file.split('/')[1])).toEqual(titles)
    for (const title of titles) expect(page).toContain(`[${title}](#${title})`)
  })

  test.each(excerpts)('shows what $file has, in its order', ({ file, parts }) => {
    const content = readFileSync(file, 'utf8')
    let end = 0
    for (const part of parts) {
      const start = content.indexOf(`\n${part}`, end)
      expect([part, start >= 0]).toEqual([part, true])
      end = start + part.length
    }
    expect(parts.join('').split('\n').length).toBeLessThanOrEqual(14)
  })
})
