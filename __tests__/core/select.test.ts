import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { createNameMatcher } from '../../src/core/glob.ts'
import type { ModelVersion } from '../../src/core/model.ts'
import { chooseVersionPerRun, selectVersions, type Selection } from '../../src/core/select.ts'
import { modelVersion } from '../fixtures/registry.ts'

const now = 10_000

const everything: Selection = {
  models: createNameMatcher(['*']),
  aliases: [],
  filter: undefined,
  runFilter: undefined,
  minimumAgeMs: 0,
}

describe('a model version is selected', () => {
  test.each<[string, Partial<ModelVersion>, Partial<Selection>]>([
    ['by default', {}, {}],
    ['if its model matches', { name: 'llm-7b' }, { models: createNameMatcher(['llm-*']) }],
    ['if it has one of the aliases', { aliases: ['a', 'b'] }, { aliases: ['b', 'c'] }],
    ['if MLflow sends no status', { status: undefined }, {}],
    ['if it has reached the minimum age', { creationTime: now - 100 }, { minimumAgeMs: 100 }],
    ["if the server's clock is ahead", { creationTime: now + 5000 }, {}],
  ])('%s', (_name, fields, selection) => {
    const version = modelVersion(fields)
    expect(selectVersions([version], { ...everything, ...selection }, now)).toEqual({
      selected: [version],
      excluded: [],
    })
  })
})

describe('a model version is silently ignored', () => {
  test.each<[string, Partial<ModelVersion>, Partial<Selection>]>([
    ['if its model does not match', { name: 'x' }, { models: createNameMatcher(['llm-*']) }],
    ['if it has none of the aliases', { aliases: ['a'] }, { aliases: ['b'] }],
    ['if it is a prompt', { tags: { 'mlflow.prompt.is_prompt': 'true' } }, {}],
  ])('%s', (_name, fields, selection) => {
    expect(selectVersions([modelVersion(fields)], { ...everything, ...selection }, now)).toEqual({
      selected: [],
      excluded: [],
    })
  })
})

describe('a model version is excluded with a reason, and its file stays', () => {
  test.each<[string, Partial<ModelVersion>, Partial<Selection>, RegExp]>([
    ['while it is not ready', { status: 'PENDING_REGISTRATION' }, {}, /PENDING_REGISTRATION/],
    ['after its registration failed', { status: 'FAILED_REGISTRATION' }, {}, /FAILED/],
    [
      'while it is too young',
      { creationTime: now - 99 },
      { minimumAgeMs: 100 },
      /younger than minimum-age/,
    ],
  ])('%s', (_name, fields, selection, reason) => {
    const { selected, excluded } = selectVersions(
      [modelVersion(fields)],
      { ...everything, ...selection },
      now,
    )
    expect(selected).toEqual([])
    expect(excluded).toMatchObject([{ outcome: 'skipped', protectsFile: true }])
    expect(excluded[0]?.reason).toMatch(reason)
  })

  test.each([
    ['without a run', '', 'skipped'],
    ['with a run id that is unsafe as a file name', '../x', 'failed'],
  ] as const)('%s', (_name, runId, outcome) => {
    const version = modelVersion({ runId })
    expect(chooseVersionPerRun([version], [version])).toMatchObject({
      runs: [],
      excluded: [{ version, outcome, protectsFile: true }],
    })
  })
})

describe('of several versions of one run', () => {
  const older = modelVersion({ name: 'b', version: '9', creationTime: 1 })

  test.each<[string, ModelVersion, ModelVersion]>([
    ['the newest wins', modelVersion({ version: '1', creationTime: 2 }), older],
    [
      'created at the same time, the higher number wins',
      modelVersion({ name: 'c', version: '10', creationTime: 1 }),
      older,
    ],
    [
      'with the same number too, the first model name wins',
      modelVersion({ name: 'a', version: '9', creationTime: 1 }),
      older,
    ],
  ])('%s', (_name, winner, loser) => {
    for (const versions of [
      [winner, loser],
      [loser, winner],
    ]) {
      expect(chooseVersionPerRun(versions, versions).runs).toMatchObject([{ version: winner }])
    }
  })

  test('the same one wins in any order of the listing', () => {
    const row = fc.record({
      name: fc.constantFrom('a', 'b', 'c'),
      version: fc.constantFrom('1', '2', '9', '10'),
      creationTime: fc.constantFrom(1, 2),
      runId: fc.constantFrom('r1', 'r2', ''),
    })
    const rows = fc.uniqueArray(row, { selector: (r) => `${r.name}/${r.version}` })
    fc.assert(
      fc.property(rows, (fields) => {
        const versions = fields.map((field) => modelVersion(field))
        const choose = (list: ModelVersion[]) =>
          chooseVersionPerRun(list, list).runs.map(({ version }) => version)
        expect(choose(versions.toReversed())).toEqual(choose(versions))
      }),
    )
  })
})

describe('the source of a copied version', () => {
  const modelId = `m-${'a'.repeat(32)}`
  const origin = modelVersion({ name: 'o', source: `models:/${modelId}`, runId: 'a1' })
  const copy = modelVersion({ name: 'c', source: 'models:/o/1', runId: 'a2' })
  const copyOfCopy = modelVersion({ name: 'cc', source: 'models:/c/1', runId: 'a3' })
  const cycle = modelVersion({ name: 'x', source: 'models:/x/1', runId: 'a4' })
  const all = [origin, copy, copyOfCopy, cycle]

  test.each([
    ['is that of its origin', copy, modelId, false],
    ['is followed through a chain of copies', copyOfCopy, modelId, false],
    ['is unresolved if the copies form a cycle', cycle, undefined, true],
  ] as const)('%s', (_name, version, id, sourceUnresolved) => {
    const { runs } = chooseVersionPerRun([version], all)
    expect(runs).toMatchObject([{ modelId: id, sourceUnresolved }])
  })

  test('is unresolved if the origin is not listed', () => {
    const { runs } = chooseVersionPerRun([copy], [copy])
    expect(runs).toMatchObject([{ modelId: undefined, sourceUnresolved: true }])
  })
})
