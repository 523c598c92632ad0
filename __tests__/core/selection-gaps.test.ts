import { describe, expect, test } from '@jest/globals'
import { createNameMatcher, positivePatterns } from '../../src/core/glob.ts'
import type { ModelVersion, ModelAliases } from '../../src/core/model.ts'
import { findSelectionGaps } from '../../src/core/selection-gaps.ts'
import {
  selectVersions,
  type ExcludedVersion,
  type Exclusion,
  type Selection,
} from '../../src/core/select.ts'
import { plain, prose } from '../../src/core/text/prose.ts'
import { modelVersion } from '../fixtures/registry.ts'
import { plainTexts } from '../fixtures/plain-texts.ts'

const listed = [
  modelVersion({ name: 'llama-7b', aliases: ['champion'] }),
  modelVersion({ name: 'llama-13b', aliases: ['challenger'] }),
  modelVersion({ name: 'mistral' }),
]

type Given = {
  readonly models?: readonly string[]
  readonly aliases?: readonly string[]
  readonly filter?: string
  readonly listed?: readonly ModelVersion[]
  readonly registeredModels?: readonly (string | ModelAliases)[]
  readonly excluded?: readonly ExcludedVersion[]
}

function gapsOf({ models = ['*'], registeredModels = [], ...given }: Given): string[] {
  const selection: Selection = {
    models: createNameMatcher(models),
    modelLines: models,
    modelPatterns: positivePatterns(models),
    aliases: given.aliases ?? [],
    filter: given.filter,
    runFilter: 'metrics.a > 1',
    minimumAgeMs: 0,
  }
  const versions = given.listed ?? listed
  const { selected } = selectVersions(versions, selection, 0)
  const runs = given.excluded === undefined ? selected : []
  return findSelectionGaps({
    selection,
    listed: versions,
    runs: runs.map((version) => ({ runId: version.runId, version })),
    excluded: given.excluded ?? [],
    registeredModels: registeredModels.map((model): ModelAliases =>
      typeof model === 'string' ? { name: model, aliases: [], problem: undefined } : model,
    ),
  }).map(({ message, advice = [] }) => `${plain(message)}. ${plain(advice)}`)
}

describe('a selection that finds everything it asks for', () => {
  test.each<[string, Given]>([
    ['everything', {}],
    ['patterns that all match', { models: ['llama-*', 'mistral', '!*-13b'] }],
    ['aliases that are all in use', { aliases: ['champion', 'challenger'] }],
  ])('has no gaps: %s', (_name, given) => {
    expect(gapsOf(given)).toEqual([])
  })
})

describe('a pattern of models that matches nothing', () => {
  test('is reported with the closest names, even if others match', () => {
    expect(plainTexts(gapsOf({ models: ['mistral', 'lama-7*'] }))).toEqual([
      '`models`: no registered model matches `lama-7*`. Did you mean `llama-7b`? The closest names are `llama-7b`, `llama-13b`, `mistral`.',
    ])
  })

  test('is reported with the only name there is', () => {
    expect(
      plainTexts(gapsOf({ models: ['mistrals'], listed: [modelVersion({ name: 'mistral' })] })),
    ).toEqual([
      '`models`: no registered model matches `mistrals`. Did you mean `mistral`? The only name is `mistral`.',
    ])
  })

  test('is the only problem if its aliases match nothing either', () => {
    expect(gapsOf({ models: ['gemma'], aliases: ['champion'] })).toHaveLength(1)
  })

  test('is explained if its models have no version', () => {
    const registeredModels = ['a1', 'a2', 'a3', 'a4', 'a5']
    expect(plainTexts(gapsOf({ models: ['a*'], registeredModels }))).toEqual([
      '`models`: no model that matches `a*` has a version. It matches `a1`, `a2`, `a3`, `a4`, `a5`.',
    ])
    expect(gapsOf({ models: ['a*'], registeredModels: [...registeredModels, 'a6'] })).toEqual([
      '`models`: no model that matches `a*` has a version. It matches `a1`, `a2`, `a3`, `a4`, `a5` and 1 more.',
    ])
  })

  test.each(['llama-7b, mistral', '{llama-7b,mistral}'])(
    'is reported with the right notation if it holds a separator: %s',
    (pattern) => {
      expect(gapsOf({ models: [pattern] }).join()).toMatch(/Write one pattern per line/)
    },
  )

  test('is explained by the filter if only that hides its models', () => {
    const given = { models: ['gemma'], filter: "tags.x = 'y'", registeredModels: ['gemma', 'x'] }
    expect(plainTexts(gapsOf(given))).toEqual([
      '`models`: no model that matches `gemma` has a version that matches `filter`. It matches `gemma`.',
    ])
  })
})

describe('an alias that no selected model has', () => {
  test('is reported with the aliases in use, the closest first', () => {
    expect(plainTexts(gapsOf({ aliases: ['champion', 'chalenger'] }))).toEqual([
      '`aliases`: no selected version has the alias `chalenger`. Did you mean `challenger`? Aliases in use: `challenger`, `champion`.',
    ])
  })

  test('is reported if only a model outside models has it', () => {
    expect(plainTexts(gapsOf({ models: ['mistral'], aliases: ['champion'] }))).toEqual([
      '`aliases`: no selected version has the alias `champion`. None of these models has an alias at all.',
    ])
  })
})

describe('an alias of a registered model', () => {
  const aliases = [{ alias: 'live', version: '9' }]

  test.each([
    ["tags.x = 'y'", /`filter` excludes every version that has it/],
    [undefined, /is not listed any more/],
  ])('whose version is not listed with the filter %s is explained', (filter, advice) => {
    const registeredModels = [{ name: 'mistral', aliases, problem: undefined }]
    const given = { aliases: ['live'], registeredModels, ...(filter && { filter }) }
    expect(gapsOf(given)).toEqual([expect.stringMatching(advice)])
  })

  test.each<[string, string, readonly string[], RegExp]>([
    ['with another alias', 'mistral', ['old'], /Aliases in use: /],
    ['outside of models', 'gemma', ['live'], /Aliases in use: /],
    ['with several aliases', 'mistral', ['old', 'live'], /is not listed any more/],
  ])('of a model %s', (_name, name, names, advice) => {
    const model = {
      name,
      aliases: names.map((alias) => ({ alias, version: '9' })),
      problem: undefined,
    }
    const given = { models: ['llama*', 'mistral'], aliases: ['live'], registeredModels: [model] }
    expect(gapsOf(given)).toEqual([expect.stringMatching(advice)])
  })

  test('that MLflow sent in another form is reported', () => {
    const registeredModels = [{ name: 'mistral', aliases: [], problem: prose`aliases: odd` }]
    expect(gapsOf({ aliases: ['champion'], registeredModels })).toEqual([
      expect.stringMatching(/registered model `mistral` can't be used \(aliases: odd\)/),
    ])
    expect(gapsOf({ registeredModels })).toEqual([])
    expect(gapsOf({ models: ['llama*'], aliases: ['champion'], registeredModels })).toEqual([])
  })
})

describe('selecting nothing is reported', () => {
  const prompt = modelVersion({ tags: { 'mlflow.prompt.is_prompt': 'true' } })

  test.each([
    ['nothing', [], /^Nothing is selected: MLflow lists no model version at all/],
    ['only prompts', [prompt], /^Nothing is selected: MLflow lists nothing but prompts/],
  ])('if MLflow lists %s', (_name, versions, message) => {
    expect(gapsOf({ listed: versions })).toEqual([expect.stringMatching(message)])
  })

  test.each<[string, Given]>([
    ['there is no filter', { registeredModels: ['a'] }],
    ['the filter hides nothing', { filter: "name = 'x'" }],
  ])('with the settings to check, if MLflow lists nothing and %s', (_name, given) => {
    expect(gapsOf({ ...given, listed: [] })).toEqual([
      'Nothing is selected: MLflow lists no model version at all. Check the server (`mlflow-tracking-uri`), the workspace (`mlflow-workspace`) and the permissions of the user.',
    ])
  })

  test('if nothing matches the filter', () => {
    const given = { listed: [], filter: "name = 'x'", registeredModels: ['a', 'b'] }
    expect(gapsOf(given)).toEqual([
      "Nothing is selected: no model version matches `filter` (`name = 'x'`). MLflow has 2 registered models: `a`, `b`.",
    ])
  })

  test('if models excludes everything', () => {
    const unreadable = modelVersion({ name: '', problem: prose`no name` })
    const versions = [unreadable, ...listed]
    expect(gapsOf({ models: ['llama-*', '!llama-*'], listed: versions, excluded: [] })).toEqual([
      'Nothing is selected: `models` excludes every registered model. MLflow has `llama-13b`, `llama-7b`, `mistral`.',
    ])
  })

  test.each<[Exclusion, RegExp]>([
    [
      'run-filter',
      /no run matches `run-filter` \(`metrics\.a > 1`\)\. It rejects 1 run: `mistral`/,
    ],
    ['too-young', /1 version is younger than `minimum-age`\. Waiting: `mistral` version 1/],
    ['not-ready', /can be deployed\. For example `mistral` version 1: because/],
  ])('if every version is excluded: %s', (exclusion, message) => {
    const version = modelVersion({ name: 'mistral' })
    const excluded = [{ version, exclusion, outcome: 'skipped', reason: prose`because` }] as const
    expect(gapsOf({ excluded })).toEqual([expect.stringMatching(message)])
  })
})
