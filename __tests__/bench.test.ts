import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { competitors, directory } from '../bench/competitors.ts'
import { lineThrough } from '../bench/extrapolate.ts'
import { median } from '../bench/median.ts'
import { readResults, withResults } from '../bench/page.ts'
import type { Project } from '../testing/project.ts'
import { useWorld } from '../testing/use-world.ts'

const world = await useWorld({ version: 3 })

/** What each file says under `global`. */
function ownedValues({ repository }: Project): unknown[] {
  return repository
    .paths('main', directory)
    .map((path) => (parse(repository.read(path)) as { global: unknown }).global)
}

test('docs/performance.md has the figures of bench/results.json', () => {
  const page = readFileSync('docs/performance.md', 'utf8')
  expect(withResults(page, readResults())).toBe(page)
})

test.each(['floor', 'per file'] as const)(
  'the competitor "%s" writes the same owned values as the action',
  async (name) => {
    const project = world.createProject()
    const other = world.createProject()
    const run = () =>
      competitors[name]({
        urls: { mlflow: world.mlflow.url, github: world.github.apiUrl, git: '' },
        token: world.github.token,
        repository: other.repository.fullName,
        models: project.model(''),
        prefix: [],
        python: '',
      })
    const first = await project.register('first')
    await project.register('second')
    await project.sync({ path: directory })
    await run()
    expect(ownedValues(other)).toHaveLength(2)
    expect(ownedValues(other)).toEqual(ownedValues(project))

    const head = other.repository.head()
    await run()
    expect(other.repository.head()).toBe(head)

    await world.api.createVersion(first)
    await project.sync({ path: directory })
    await run()
    expect(ownedValues(other)).toContainEqual(
      expect.objectContaining({ runid: first.runId, modelVersion: '2' }),
    )
    expect(ownedValues(other)).toEqual(ownedValues(project))
  },
)

test.each([
  [[3], 3],
  [[4, 1], 2.5],
  [[9, 1, 2], 2],
  [[1, 2, 3, 100], 2.5],
])('the median of %j is %d', (numbers, expected) => {
  expect(median(numbers)).toBe(expected)
})

test.each([
  [
    [
      [1, 2],
      [10, 4],
      [100, 22],
    ],
    1_000,
    202,
  ],
] as const)('extrapolates from %j to %d', (points, x, y) => {
  expect(lineThrough(points)(x)).toBeCloseTo(y)
})
