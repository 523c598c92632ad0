import { describe, expect, test } from '@jest/globals'
import { onlyWhere } from '../../testing/only-where.ts'
import { stringify } from 'yaml'
import { fc } from '../../testing/fast-check.ts'
import { coalesce, SubchartMismatch } from '../../src/values-schema/coalesce.ts'
import { resolveDependencies } from '../../src/values-schema/dependencies.ts'
import { readChart } from '../../src/values-schema/read-chart.ts'
import { readYaml } from '../../src/values-schema/read-yaml.ts'
import { toPlain } from '../../src/values-schema/values.ts'
import { chartFiles, completeChart, renderChart, type ChartTexts } from '../fixtures/charts.ts'

/** The values that a chart's templates would see; undefined if Helm would reject the file. */
function coalesceTexts(texts: ChartTexts, file: string): unknown {
  const chart = readChart(chartFiles(completeChart(texts)), { directory: '' }, [])
  const read = readYaml(file)
  if (!read.ok) throw new Error('the file is not valid YAML')
  try {
    return toPlain(coalesce(resolveDependencies(chart, read.values), read.values))
  } catch (error) {
    if (error instanceof SubchartMismatch) return undefined
    throw error
  }
}

const child = 'charts/child/values.yaml'
const grandchild = 'charts/child/charts/deep/values.yaml'

function metadata(dependencies: string): string {
  return `apiVersion: v2\nname: llm\nversion: 0.1.0\ndependencies: ${dependencies}\n`
}

const cases: readonly (readonly [string, ChartTexts, string, unknown])[] = [
  [
    'an empty file gets all defaults',
    { 'values.yaml': 'a: 1\nb: {c: 2}\n' },
    '',
    { a: 1, b: { c: 2 } },
  ],
  [
    'maps merge',
    { 'values.yaml': 'a: {x: 1, m: {z: 1}}\n' },
    'a: {w: 2, m: {v: 3}}\n',
    { a: { x: 1, w: 2, m: { z: 1, v: 3 } } },
  ],
  ['lists replace', { 'values.yaml': 'a: [1, 2]\n' }, 'a: [3]\n', { a: [3] }],
  ['a single value replaces a map', { 'values.yaml': 'a: {x: 1}\n' }, 'a: 5\n', { a: 5 }],
  ['a map replaces a single value', { 'values.yaml': 'a: 5\n' }, 'a: {x: 1}\n', { a: { x: 1 } }],
  [
    'a null removes a default',
    { 'values.yaml': 'a: 1\nb: {x: 1, z: 2}\n' },
    'a: null\nb: {x: null}\n',
    { b: { z: 2 } },
  ],
  ['a null removes a map', { 'values.yaml': 'a: {x: {z: 1}}\n' }, 'a: {x: ~}\n', { a: {} }],
  [
    'a null without a default stays',
    { 'values.yaml': 'b: {}\n' },
    'a: null\nb: {x: null}\n',
    { a: null, b: { x: null } },
  ],
  [
    'a default that is null stays',
    { 'values.yaml': 'a: null\nb: {x: null}\n' },
    '',
    { a: null, b: { x: null } },
  ],
  ['subcharts get their defaults', { [child]: 'a: 1\n' }, '', { child: { a: 1, global: {} } }],
  [
    'the parent overrides a subchart',
    { 'values.yaml': 'child: {a: 2}\n', [child]: 'a: 1\nb: 1\n' },
    '',
    { child: { a: 2, b: 1, global: {} } },
  ],
  [
    'a null of the parent removes a default of the subchart',
    { 'values.yaml': 'child: {a: null}\n', [child]: 'a: 1\n' },
    '',
    { child: { global: {} } },
  ],
  [
    'a null in the file removes a default of the subchart',
    { [child]: 'a: {b: 1, c: 2}\n' },
    'child: {a: {b: null}}\n',
    { child: { a: { c: 2 }, global: {} } },
  ],
  [
    'the file overrides a null of the parent',
    { 'values.yaml': 'child: {a: null}\n', [child]: 'a: 1\n' },
    'child: {a: 3}\n',
    { child: { a: 3, global: {} } },
  ],
  [
    'globals go down to nested subcharts',
    {
      'values.yaml': 'global: {a: 1}\n',
      [child]: 'x: 1\n',
      [grandchild]: 'global: {b: 2, a: 3}\n',
    },
    'global: {c: 4}\n',
    {
      global: { a: 1, c: 4 },
      child: { x: 1, global: { a: 1, c: 4 }, deep: { global: { a: 1, b: 2, c: 4 } } },
    },
  ],
  ['a subchart that is not a map is rejected', { [child]: 'a: 1\n' }, 'child: 5\n', undefined],
  ['a subchart that is null is rejected', { [child]: 'a: 1\n' }, 'child: null\n', undefined],
  [
    'a condition disables a subchart',
    {
      'Chart.yaml': metadata('[{name: child, version: "*", condition: child.enabled}]'),
      [child]: 'a: 1\n',
    },
    'child: {enabled: false}\n',
    { child: { enabled: false } },
  ],
  [
    'the first boolean of several conditions counts',
    {
      'Chart.yaml': metadata('[{name: child, version: "*", condition: "x.z,child.active"}]'),
      [child]: 'a: 1\nactive: false\n',
    },
    '',
    {},
  ],
  [
    'a tag disables a subchart',
    { 'Chart.yaml': metadata('[{name: child, version: "*", tags: [gpu]}]'), [child]: 'a: 1\n' },
    'tags: {gpu: false}\n',
    { tags: { gpu: false } },
  ],
  [
    'a subchart is known by its alias',
    { 'Chart.yaml': metadata('[{name: child, version: "*", alias: worker}]'), [child]: 'a: 1\n' },
    'worker: {b: 2}\n',
    { worker: { a: 1, b: 2, global: {} } },
  ],
  [
    'values are imported from a subchart',
    {
      'Chart.yaml': metadata(
        '[{name: child, version: "*", import-values: [{child: a, parent: b}]}]',
      ),
      [child]: 'a: {x: 1}\n',
    },
    'b: {z: 2}\n',
    { b: { x: 1, z: 2 }, child: { a: { x: 1 }, global: {} } },
  ],
  [
    'a subchart is named by its Chart.yaml',
    {
      'charts/folder/Chart.yaml': 'apiVersion: v2\nname: child\nversion: 0.1.0\n',
      'charts/folder/values.yaml': 'a: 1\n',
    },
    '',
    { child: { a: 1, global: {} } },
  ],
  [
    'a key that objects have is a key',
    { 'values.yaml': 'constructor: {a: 1}\n' },
    '__proto__: {b: 1}\nconstructor: {b: 1}\n',
    JSON.parse('{"constructor": {"a": 1, "b": 1}, "__proto__": {"b": 1}}'),
  ],
]

describe('coalescing', () => {
  test.each(cases)('%s', (_, texts, file, expected) => {
    expect(coalesceTexts(texts, file)).toEqual(expected)
  })
})

const { describe: withHelm } = onlyWhere('Helm')

withHelm('Helm', () => {
  test.each(cases)('agrees that %s', (_, texts, file, expected) => {
    expect(renderChart(texts, file).values).toEqual(expected)
  })

  const leaf = fc.oneof(fc.constantFrom(null, 1, 'x', true), fc.constant([1]))
  const name = fc.constantFrom('a', 'b', 'enabled')
  const flat = fc.dictionary(name, leaf, { maxKeys: 3 })
  const tree = fc.dictionary(name, fc.oneof(leaf, flat), { maxKeys: 3 })
  const deep = fc.record({ a: leaf, b: tree, enabled: fc.boolean() }, { requiredKeys: [] })
  const ofChild = fc.record({ a: tree, b: leaf, enabled: fc.boolean(), deep }, { requiredKeys: [] })
  const values = fc.record(
    { a: leaf, b: tree, global: flat, tags: fc.record({ a: fc.boolean() }), child: ofChild },
    { requiredKeys: [] },
  )
  const dependencies = fc.constantFrom(
    '[]',
    '[{name: child, version: "*", condition: "child.enabled"}]',
    '[{name: child, version: "*", tags: [a]}]',
    '[{name: child, version: "*", alias: b}]',
    '[{name: child, version: "*"}, {name: child, version: "*", alias: other}]',
  )

  test('coalesces generated charts in the same way', () => {
    fc.assert(
      fc.property(values, ofChild, deep, values, dependencies, (own, below, last, file, rows) => {
        const texts = {
          'Chart.yaml': metadata(rows),
          'values.yaml': stringify(own),
          [child]: stringify(below),
          [grandchild]: stringify(last),
        }
        const text = stringify(file)
        expect(coalesceTexts(texts, text)).toEqual(renderChart(texts, text).values)
      }),
      { numRuns: 40 },
    )
  }, 120_000)
})
