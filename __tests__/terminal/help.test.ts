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

test('fits into a terminal, and has the groups of the README', () => {
  const lines = helpLines(text, 80).flatMap((line) => line.split('\n'))
  expect(lines.filter((line) => line.length > 80)).toEqual([])
  const readme = readFileSync('README.md', 'utf8')
  const groups = lines.filter((line) => /^[A-Z][a-z A-Z]+:$/.test(line)).slice(2)
  expect(groups.length).toBeGreaterThan(3)
  for (const group of groups) expect(readme).toContain(`### ${group.slice(0, -1)}\n`)
})
