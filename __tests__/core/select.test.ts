import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { chooseVersionPerRun, selectVersions } from '../../src/core/select.ts'
import { createNameMatcher } from '../../src/core/glob.ts'
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
  models: createNameMatcher(['*']),
  aliases: [],
  filter: undefined,
  runFilter: undefined,
  minimumAgeMs: 0,
}

describe('selecting versions', () => {
  test('accepts versions from the future if there is no minimum age', () => {
    const future = version({ creationTime: 5000 })
    expect(selectVersions([future], everything, 1000).selected).toEqual([future])
  })

  test('measures the minimum age from the creation time', () => {
    const selection = { ...everything, minimumAgeMs: 100 }
    expect(selectVersions([version()], selection, 1099).selected).toEqual([])
    expect(selectVersions([version()], selection, 1100).selected).toHaveLength(1)
  })

  test('treats a missing status as ready', () => {
    expect(selectVersions([version({ status: undefined })], everything, 0).selected).toHaveLength(1)
  })
})

describe('choosing one version per run', () => {
  const versionFields = fc.record({
    name: fc.constantFrom('a', 'b', 'c'),
    version: fc.constantFrom('1', '2', '9', '10'),
    creationTime: fc.constantFrom(1, 2),
    runId: fc.constantFrom('r1', 'r2', ''),
  })

  test('does not depend on the order of the listing', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(versionFields, { selector: (fields) => `${fields.name}/${fields.version}` }),
        (list) => {
          const versions = list.map((fields) => version(fields))
          const choose = (listed: ModelVersion[]) =>
            chooseVersionPerRun(listed, listed).runs.map(({ runId, version: chosen }) => [
              runId,
              chosen.name,
              chosen.version,
            ])
          expect(choose(versions.toReversed())).toEqual(choose(versions))
        },
      ),
    )
  })

  test('follows a chain of copies to its origin and stops at a cycle', () => {
    const origin = version({ name: 'o', source: `models:/m-${'a'.repeat(32)}` })
    const copy = version({ name: 'c', source: 'models:/o/1', runId: 'a2' })
    const copyOfCopy = version({ name: 'cc', source: 'models:/c/1', runId: 'a3' })
    const cycle = version({ name: 'x', source: 'models:/x/1', runId: 'a4' })
    const all = [origin, copy, copyOfCopy, cycle]
    const { runs } = chooseVersionPerRun(all, all)
    expect(runs.map(({ modelId, sourceUnresolved }) => [modelId, sourceUnresolved])).toEqual([
      [`m-${'a'.repeat(32)}`, false],
      [`m-${'a'.repeat(32)}`, false],
      [`m-${'a'.repeat(32)}`, false],
      [undefined, true],
    ])
  })
})
