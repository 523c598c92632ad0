import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { chooseByRun, selectVersions } from '../../src/core/select.ts'
import { nameMatcher } from '../../src/core/glob.ts'
import type { ModelVersion } from '../../src/core/model.ts'
import type { Selection } from '../../src/core/target.ts'

const version = (fields: Partial<ModelVersion> = {}): ModelVersion => ({
  name: 'model',
  version: '1',
  creationTime: 1000,
  status: 'READY',
  runId: 'a1',
  source: 's3://bucket/model',
  description: '',
  tags: {},
  aliases: [],
  ...fields,
})

const everything: Selection = {
  models: nameMatcher(['*']),
  aliases: [],
  filter: undefined,
  runFilter: undefined,
  minimumAgeMs: 0,
}

describe('selecting versions', () => {
  test('a server whose clock is ahead does not hide its newest versions', () => {
    const future = version({ creationTime: 5000 })
    expect(selectVersions([future], everything, 1000).selected).toEqual([future])
  })

  test('a minimum age counts from the creation', () => {
    const selection = { ...everything, minimumAgeMs: 100 }
    expect(selectVersions([version()], selection, 1099).selected).toEqual([])
    expect(selectVersions([version()], selection, 1100).selected).toHaveLength(1)
  })

  test('a status that is absent counts as ready', () => {
    expect(selectVersions([version({ status: undefined })], everything, 0).selected).toHaveLength(1)
  })
})

describe('one version for each run', () => {
  const row = fc.record({
    name: fc.constantFrom('a', 'b', 'c'),
    version: fc.constantFrom('1', '2', '9', '10'),
    creationTime: fc.constantFrom(1, 2),
    runId: fc.constantFrom('r1', 'r2', ''),
  })

  test('is the same whatever the order of the listing', () => {
    fc.assert(
      fc.property(fc.uniqueArray(row, { selector: (r) => `${r.name}/${r.version}` }), (rows) => {
        const versions = rows.map((fields) => version(fields))
        const pick = (list: ModelVersion[]) =>
          chooseByRun(list, list).runs.map(({ runId, version: { name, version: n } }) => [
            runId,
            name,
            n,
          ])
        expect(pick(versions.toReversed())).toEqual(pick(versions))
      }),
    )
  })

  test('a chain of copies leads to its origin, and a circle ends', () => {
    const origin = version({ name: 'o', source: `models:/m-${'a'.repeat(32)}` })
    const copy = version({ name: 'c', source: 'models:/o/1', runId: 'a2' })
    const copyOfCopy = version({ name: 'cc', source: 'models:/c/1', runId: 'a3' })
    const circle = version({ name: 'x', source: 'models:/x/1', runId: 'a4' })
    const all = [origin, copy, copyOfCopy, circle]
    const { runs } = chooseByRun(all, all)
    expect(runs.map(({ modelId, sourceUnresolved }) => [modelId, sourceUnresolved])).toEqual([
      [`m-${'a'.repeat(32)}`, false],
      [`m-${'a'.repeat(32)}`, false],
      [`m-${'a'.repeat(32)}`, false],
      [undefined, true],
    ])
  })
})
