import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { exampleFolder } from '../../testing/examples.ts'

/** The first folder in each call of `exampleFolder` in the tests, such as `reusable` of `reusable/team`. */
function testedExamples(): Set<string> {
  const tests = join(import.meta.dirname, '..')
  const files = readdirSync(tests, { recursive: true, encoding: 'utf8' })
  const sources = files
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => readFileSync(join(tests, file), 'utf8'))
  const calls = sources.flatMap((source) => [...source.matchAll(/exampleFolder\('([\w-]+)/g)])
  return new Set(calls.map(([, name = '']) => name))
}

test('every folder in examples has a test that uses it', () => {
  const examples = readdirSync(exampleFolder(''), { withFileTypes: true })
  const names = examples.filter((entry) => entry.isDirectory()).map(({ name }) => name)
  expect(names.length).toBeGreaterThan(0)
  expect(names.filter((name) => !testedExamples().has(name))).toEqual([])
})
