import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { z } from 'zod'
import { helpLines } from '../../src/terminal/help.ts'

const text = readFileSync('action.yml', 'utf8')
const { inputs } = z
  .object({ inputs: z.record(z.string(), z.object({ description: z.string() })) })
  .parse(parse(text))

/** The lines of a flag, joined. */
function helpFor(name: string, lines: readonly string[]): string {
  const start = lines.findIndex((line) => line.split(' ')[2] === `--${name}`)
  const length = lines.slice(start + 1).findIndex((line) => !line.startsWith('      '))
  const end = length < 0 ? lines.length : start + 1 + length
  return lines
    .slice(start + 1, end)
    .map((line) => line.trim())
    .join(' ')
}

test.each(Object.keys(inputs))('describes --%s as action.yml does', (name) => {
  const lines = helpLines(text)
  expect(helpFor(name, lines)).toContain(inputs[name]?.description.trim())
})

test('names the defaults, and the variables where a workflow has an expression', () => {
  const lines = helpLines(text)
  expect(helpFor('max-deletions', lines)).toMatch(/ Default: `10`\.$/)
  expect(helpFor('repository', lines)).toMatch(/variable `GITHUB_REPOSITORY`\.$/)
  expect(lines.join('\n')).not.toContain('${{')
})

test('is readable in a terminal that does not know its width', () => {
  expect(helpLines(text, 0)).toEqual(helpLines(text, 80))
  expect(helpLines(text, 10)).toEqual(helpLines(text, 40))
})

test.each([50, 80, 100])('fits into a terminal of %i columns', (columns) => {
  // The name of a repository may be longer.
  const lines = helpLines(text, columns).filter((line) => !line.includes('github:'))
  expect(lines.filter((line) => line.length > columns || line.includes('\n'))).toEqual([])
})

test('wraps paragraphs, and tables below their second column', () => {
  const lines = helpLines(text, 50)
  expect(lines.slice(0, 2)).toEqual([
    "Syncs MLflow's Model Registry into a Git",
    'repository on GitHub: one Helm values file for',
  ])
  const start = lines.indexOf('Commands:')
  expect(lines.slice(start, start + 6)).toEqual([
    'Commands:',
    '  check   test every connection, permission and',
    '          rule, without leaving a trace',
    '  plan    show what a sync would write, with',
    '          diffs, and write nothing',
    '  sync    write it',
  ])
})

test('has the groups of the README', () => {
  const lines = helpLines(text)
  const readme = readFileSync('README.md', 'utf8')
  const groups = lines.filter((line) => /^[A-Z][a-z A-Z]+:$/.test(line)).slice(2)
  expect(groups.length).toBeGreaterThan(3)
  for (const group of groups) expect(readme).toContain(`### ${group.slice(0, -1)}\n`)
})
