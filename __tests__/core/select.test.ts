import { describe, expect, test } from '@jest/globals'
import { fc } from '../../testing/fast-check.ts'
import { createNameMatcher } from '../../src/core/glob.ts'
import type { ModelVersion } from '../../src/core/model.ts'
import {
  addAliases,
  chooseVersionPerRun,
  selectVersions,
  type Exclusion,
  type Selection,
} from '../../src/core/select.ts'
import { prose } from '../../src/core/text/prose.ts'
import { everything, modelVersion } from '../fixtures/registry.ts'
import { plainTexts } from '../fixtures/plain-texts.ts'

const now = 10_000

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

describe('a model version is excluded with a reason', () => {
  test.each<[string, Partial<ModelVersion>, Partial<Selection>, Exclusion, RegExp]>([
    ['while it is not ready', { status: 'PENDING_REGISTRATION' }, {}, 'not-ready', /PENDING/],
    ['after its registration failed', { status: 'FAILED_REGISTRATION' }, {}, 'unusable', /FAILED/],
    [
      'while it is too young',
      { creationTime: now - 99 },
      { minimumAgeMs: 100 },
      'too-young',
      /younger than `minimum-age`/,
    ],
    ['if MLflow sent invalid fields', { problem: prose`no time` }, {}, 'unusable', /no time/],
    [
      'if not even its name can be read',
      { name: '', problem: prose`no name` },
      { models: createNameMatcher(['llm-*']) },
      'unusable',
      /no name/,
    ],
  ])('%s', (_name, fields, selection, exclusion, reason) => {
    const { selected, excluded } = selectVersions(
      [modelVersion(fields)],
      { ...everything, ...selection },
      now,
    )
    expect(selected).toEqual([])
    const outcome = fields.problem === undefined ? 'skipped' : 'failed'
    expect(excluded).toMatchObject([{ outcome, exclusion }])
    expect(plainTexts(excluded[0]?.reason)).toMatch(reason)
  })

  test.each([
    ['without a run', '', 'skipped', 'MLflow names no run for this version'],
    [
      'with a run id that is unsafe as a file name',
      '../x',
      'failed',
      'its `run_id` is not a valid MLflow run id and would be an unsafe file name. Register the model again from a run of MLflow.',
    ],
  ] as const)('%s', (_name, runId, outcome, reason) => {
    const version = modelVersion({ runId })
    expect(plainTexts(chooseVersionPerRun([version]))).toMatchObject({
      runs: [],
      excluded: [{ version, outcome, exclusion: 'unusable', reason }],
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
      expect(chooseVersionPerRun(versions).runs).toMatchObject([{ version: winner }])
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
          chooseVersionPerRun(list).runs.map(({ version }) => version)
        expect(choose(versions.toReversed())).toEqual(choose(versions))
      }),
    )
  })
})

test('each run gets its version, in the order of the run ids', () => {
  const versions = ['b', 'c', 'a'].map((runId) => modelVersion({ runId, name: `model-${runId}` }))
  expect(chooseVersionPerRun(versions).runs).toEqual([
    { runId: 'a', version: versions[2] },
    { runId: 'b', version: versions[0] },
    { runId: 'c', version: versions[1] },
  ])
})

describe('a version that loses', () => {
  const winner = modelVersion({ name: 'prod', version: '7', creationTime: 2 })

  test('to another model is skipped and names the winner', () => {
    const loser = modelVersion({ name: 'staging', version: '3', creationTime: 1 })
    expect(plainTexts(chooseVersionPerRun([winner, loser]).excluded)).toEqual([
      {
        version: loser,
        exclusion: 'superseded',
        outcome: 'skipped',
        reason: '`prod` version 7 registers the same run and takes precedence',
      },
    ])
  })

  test('to a newer version of its own model is not mentioned', () => {
    const older = modelVersion({ name: 'prod', version: '6', creationTime: 1 })
    expect(chooseVersionPerRun([winner, older]).excluded).toEqual([])
  })
})

test('aliases of registered models are added to those that came with a version', () => {
  const version = modelVersion({ name: 'a', version: '2', aliases: ['x', 'champion'] })
  const models = [
    {
      name: 'a',
      aliases: [
        { alias: 'champion', version: '2' },
        { alias: 'b', version: '2' },
        { alias: 'other', version: '1' },
      ],
      problem: undefined,
    },
  ]
  const other = modelVersion({ name: 'a', version: '3' })
  expect(addAliases([version, other], models)).toEqual([
    { ...version, aliases: ['b', 'champion', 'x'] },
    other,
  ])
})
