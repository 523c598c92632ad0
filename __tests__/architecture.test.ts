import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { importTable } from '../script/import-table.ts'

const page = readFileSync('ARCHITECTURE.md', 'utf8')

/** The names in backticks in a table cell. */
function namesIn(cell = ''): string[] {
  return Array.from(cell.matchAll(/`([^`]+)`/g), (m) => m[1] ?? '')
}

test('the import table of ARCHITECTURE.md is the one that the linter enforces', () => {
  const rows = page.split('\n').filter((line) => /^\| `src\/[^`]*` \|(?:[^|]*\|){3}$/.test(line))
  const documented = rows.map((row) => {
    const [, folder, , folders, packages] = row.split('|')
    return [namesIn(folder)[0], { folders: namesIn(folders), packages: namesIn(packages) }]
  })
  expect(Object.fromEntries(documented)).toEqual(importTable)
})

test.each(['ARCHITECTURE.md', 'CONTRIBUTING.md'])('%s only names files that exist', (name) => {
  const prose = readFileSync(name, 'utf8').replace(/^```[^]*?^```$/gm, '')
  const paths = namesIn(prose).filter(
    (text) => /^[\w.]+(?:\/[\w.-]+)*\/?$/.test(text) && text.includes('/'),
  )
  const exists = (path: string) =>
    ['', 'src/', '__tests__/', 'node_modules/'].some((root) => existsSync(root + path))
  expect(paths.length).toBeGreaterThan(10)
  expect(paths.filter((path) => !exists(path))).toEqual([])
})
