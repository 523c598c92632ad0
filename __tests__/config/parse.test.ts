import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { Ajv } from 'ajv'
import { configSchemaText, withKeys } from '../../script/schema.ts'
import { parseConfig } from '../../src/config/parse.ts'
import type { Target, TargetSettings } from '../../src/core/target.ts'
import { plain } from '../../src/core/text/prose.ts'
import { defaultSettings } from '../fixtures/settings.ts'

function targetsOf(text: string, inputs: Partial<TargetSettings> = {}): readonly Target[] {
  const parsed = parseConfig(text, 'config.yaml', { ...defaultSettings, ...inputs })
  if (!parsed.ok) throw new Error(parsed.mistakes.map((mistake) => plain(mistake.text)).join('\n'))
  return parsed.targets
}

function mistakesOf(text: string): string[] {
  const parsed = parseConfig(text, 'config.yaml', defaultSettings)
  return parsed.ok ? [] : parsed.mistakes.map((mistake) => plain(mistake.text))
}

describe('a target', () => {
  test('takes what it leaves out from the defaults, and then from the inputs', () => {
    const text = `version: 1
defaults:
  minimum-age: 1h
  aliases: [champion]
  prune: true
targets:
  - path: deploy/production
  - path: ./deploy/staging/
    name: staging
    aliases: |
      challenger
      candidate
    minimum-age: 0s
    prune: false
`
    const inputs = { models: ['llm-*'], maxDeletions: 3, aliases: ['x'], path: 'ignored' }
    expect(targetsOf(text, inputs)).toMatchObject([
      {
        name: 'deploy/production',
        directory: 'deploy/production',
        prune: { maxDeletions: 3 },
        selection: { modelLines: ['llm-*'], aliases: ['champion'], minimumAgeMs: 3_600_000 },
      },
      {
        name: 'staging',
        directory: 'deploy/staging',
        prune: undefined,
        selection: { aliases: ['challenger', 'candidate'], minimumAgeMs: 0 },
      },
    ])
  })

  test('undoes a default with an empty text or list', () => {
    const text = `version: 1
defaults: { template: a.yaml, filter: "name = 'x'", aliases: [a], index: README.md, values-schema: s.json }
targets:
  - { path: a, template: '', filter: '', aliases: [], index: '', values-schema: '', models: [] }
`
    expect(targetsOf(text)).toMatchObject([
      {
        template: undefined,
        index: undefined,
        valuesSchema: undefined,
        selection: { filter: undefined, aliases: [], modelLines: ['*'] },
      },
    ])
  })

  test('may share keys with others through anchors and merge keys', () => {
    const text = `version: 1
targets:
  - &base { path: a, aliases: [champion], max-deletions: 2, prune: true }
  - { <<: *base, path: b }
`
    expect(targetsOf(text)[1]).toMatchObject({ directory: 'b', prune: { maxDeletions: 2 } })
  })

  test('is the only one with the path of the inputs', () => {
    expect(targetsOf('version: 1\ntargets: [{ models: a }]\n', { path: 'deploy' })).toMatchObject([
      { name: 'deploy', directory: 'deploy' },
    ])
  })
})

test('all mistakes are reported together, in the order of the file', () => {
  const text = `version: 2
target: []
targets:
  - path: ../x
    modles: [a]
    aliases: [latest, ok]
    prune: yes
    max-deletions: -1
    minimum-age: 1 hour
    index: abc.yaml
    name: ${'x'.repeat(65)}
  - path: .github/x
    template:
    models: [1]
    filter: [a]
    run-filters: a
  - foo
  - path: a
    name: b
  - path: a/
  - path: c
    name: b
  - path: c+d
    values-schema: .git/config
`
  expect(mistakesOf(text)).toEqual([
    'line 1, column 10: `version` must be `1` (received `2`)',
    'line 2, column 1: `target` is not a key that mlflow-sync knows. These keys exist: `version`, `defaults`, `targets`',
    'line 4, column 11: `targets[0].path` must stay inside the repository, but contains `..` (received `../x`)',
    'line 5, column 5: `targets[0].modles` is not a key that mlflow-sync knows. Did you mean `models`?',
    'line 6, column 15: `targets[0].aliases` contains `latest`, which MLflow reserves',
    'line 7, column 12: `targets[0].prune` must be `true` or `false` (received `yes`)',
    'line 8, column 20: `targets[0].max-deletions` must be a whole number, 0 or more (received `-1`)',
    'line 9, column 18: `targets[0].minimum-age` must be a duration such as `30s`, `10m`, `2h` or `1d` (received `1 hour`)',
    'line 10, column 12: `targets[0].index` must not be a name that a values file could have: choose another one, such as `README.md` (received `abc.yaml`)',
    `line 11, column 11: \`targets[0].name\` must have 1 to 64 characters: letters, digits, spaces and \`._/-\` (received \`${'x'.repeat(59)}…\`)`,
    'line 12, column 11: `targets[1].path` must not be in `.github` (received `.github/x`)',
    'line 13, column 14: `targets[1].template` must be a text (received nothing)',
    'line 14, column 14: `targets[1].models[0]` must be a text (received `1`)',
    'line 15, column 13: `targets[1].filter` must be a text (received `["a"]`)',
    'line 16, column 5: `targets[1].run-filters` is not a key that mlflow-sync knows. Did you mean `run-filter`?',
    'line 17, column 5: `targets[2]` must be a map of keys (received `foo`)',
    'line 20, column 11: `targets[4].path` is `a`, as in `targets[3]`: give each target a directory of its own',
    'line 22, column 11: `targets[5].name` is `b`, as in `targets[3]`: names must be unique',
    "line 23, column 11: `targets[6].name` is missing: the path can't be the name, which must have 1 to 64 characters: letters, digits, spaces and `._/-`",
    'line 24, column 20: `targets[6].values-schema` must not be in `.git` (received `.git/config`)',
  ])
})

test.each(['a//b', 'a/./b', 'a/../b'])('a name is too much like another one: %s', (name) => {
  const text = `version: 1\ntargets:\n  - { path: x, name: a/b }\n  - { path: y, name: ${name} }\n`
  expect(mistakesOf(text)).toEqual([
    `line 4, column 22: \`targets[1].name\` is \`${name}\`, and \`targets[0].name\` is \`a/b\`: MLflow takes them for the same in the names of tags`,
  ])
})

test.each([
  ['', ['it is empty: it needs the keys `version` and `targets`']],
  ['# nothing\n', ['it is empty: it needs the keys `version` and `targets`']],
  [
    '- a\n',
    [
      'line 1, column 1: the file must be a map with the keys `version` and `targets` (received `["a"]`)',
    ],
  ],
  [
    'version: 1\n',
    [
      'line 1, column 1: `targets` is missing: it must be a list of targets, each starting with `-`',
    ],
  ],
  ['targets: [{ path: a }]\n', ['line 1, column 1: `version` is missing: it must be `1`']],
  [
    'version: 1\ntargets: {}\n',
    [
      'line 2, column 10: `targets` must be a list of targets, each starting with `-` (received `{}`)',
    ],
  ],
  [
    'version: 1\ntargets: []\n',
    ['line 2, column 10: `targets` must have at least one target (received `[]`)'],
  ],
  [
    'version: 1\ntargets: [{ path: a }]\nversion: 1\n',
    ['line 3, column 1: duplicate key `version`: line 1 has it, too'],
  ],
  [
    'version: 1\n---\nversion: 1\n',
    ['line 2, column 1: a second document starts here: the file must have only one'],
  ],
  [
    'version: 1\ntarget: [{ path: a }]\n',
    [
      'line 1, column 1: `targets` is missing: it must be a list of targets, each starting with `-`',
      'line 2, column 1: `target` is not a key that mlflow-sync knows. Did you mean `targets`?',
    ],
  ],
  [
    'version: 1\ntargets: [{ models: ["a\\nb"] }]\n',
    ['line 2, column 22: `targets[0].models` has an entry with a line break: `a\nb`'],
  ],
])("%j can't be used", (text, mistakes) => {
  expect(mistakesOf(text)).toEqual(mistakes)
})

const target = 'version: 1\ntargets:\n  - path: a\n'

describe('what YAML would drop or follow without an end is a mistake with its line', () => {
  test.each([
    [
      'models:\n      - llm-*\n      - !llm-draft-*',
      "line 6, column 9: YAML reads `!llm-draft-*` as a tag, not as a text: quote it: `'!llm-draft-*'`",
    ],
    [
      'models: !llm-*',
      "line 4, column 13: YAML reads `!llm-*` as a tag, not as a text: quote it: `'!llm-*'`",
    ],
    [
      'models: [! llm-draft]',
      'line 4, column 16: YAML reads `!` as a tag, not as a text: quote the text',
    ],
    ['filter: !x', "line 4, column 13: YAML reads `!x` as a tag, not as a text: quote it: `'!x'`"],
    [
      'filter: !custom a',
      "line 4, column 13: YAML reads `!custom` as a tag, not as a text: quote it: `'!custom'`",
    ],
    [
      'filter: !!binary aGk=',
      'line 4, column 13: the tag `!!binary` is not supported: remove it, or quote the text',
    ],
    [
      'models: [*-trt]',
      "line 4, column 14: YAML reads `*-trt` as an alias, but there is no anchor `&-trt` before it: quote a text: `'*-trt'`",
    ],
    ['<<: x', 'line 4, column 9: `<<` must have a map, or an alias of a map'],
    ['aliases: &t [*t]', 'line 4, column 18: the alias `*t` refers to what it is in: remove it'],
  ])('%j', (keys, mistake) => {
    expect(mistakesOf(`${target}    ${keys}\n`)).toEqual([mistake])
  })

  test.each([
    [
      'targets: &t\n  - *t\n',
      'line 3, column 5: the alias `*t` refers to what it is in: remove it',
    ],
    [
      'targets:\n  - &t { path: a, aliases: [*t] }\n',
      'line 3, column 29: the alias `*t` refers to what it is in: remove it',
    ],
    [
      'targets: &t [*t',
      'line 2, column 16: it is not valid YAML: Flow sequence in block collection must be sufficiently indented and end with a ]',
    ],
  ])('%j', (text, mistake) => {
    expect(mistakesOf(`version: 1\n${text}`)[0]).toBe(mistake)
  })
})

describe('a key that does not exist', () => {
  test.each([
    ['branch', 'It is an input of the action and applies to all targets: set it there'],
    ['pull-request', 'It is an input of the action and applies to all targets: set it there'],
    ['recreate', 'It is an input of the action and applies to all targets: set it there'],
    ['minAge', 'Did you mean `minimum-age`?'],
    ['min_age', 'Did you mean `minimum-age`?'],
    ['maxDeletions', 'Did you mean `max-deletions`?'],
    ['runfilter', 'Did you mean `run-filter`?'],
    ['chart', 'These keys exist: `name`, `path`'],
  ])('has a hint: %s', (key, hint) => {
    const text = `version: 1\ntargets:\n  - path: a\n    ${key}: x\n`
    expect(mistakesOf(text)).toEqual([
      expect.stringContaining(`\`targets[0].${key}\` is not a key that mlflow-sync knows. ${hint}`),
    ])
  })

  test('may be one of a target or an input, at the top', () => {
    expect(mistakesOf('version: 1\naliases: [a]\nmode: plan\ntargets: [{ path: a }]\n')).toEqual([
      'line 2, column 1: `aliases` is not a key that mlflow-sync knows. It is a key of targets: write it in one of them, or in `defaults`',
      'line 3, column 1: `mode` is not a key that mlflow-sync knows. It is an input of the action and applies to all targets: set it there',
    ])
  })
})

test('an index must not replace another file that the action needs', () => {
  const text = `version: 1
defaults: { template: deploy/a/TEMPLATE.yml }
targets:
  - { path: '', index: '', name: root }
  - { path: deploy/a, index: TEMPLATE.yml }
  - { path: deploy/b, index: c, values-schema: deploy/b/schema.json }
  - { path: deploy/b/c/d, index: ok.md, template: '' }
  - { path: ./deploy/, index: b }
  - { path: charts, index: x.json, values-schema: charts/x.json }
`
  const parsed = parseConfig(text, 'config.yaml', { ...defaultSettings, index: 'deploy' })
  expect(parsed.ok ? [] : parsed.mistakes.map((mistake) => plain(mistake.text))).toEqual([
    'line 5, column 30: `targets[1].index` is the template of `targets[0]`: choose another name, such as `README.md`',
    'line 6, column 30: `targets[2].index` is a directory that has the directory of `targets[3]`: choose another name, such as `README.md`',
    'line 8, column 31: `targets[4].index` is a directory that has the values schema of `targets[2]`: choose another name, such as `README.md`',
    'line 9, column 28: `targets[5].index` is the values schema of `targets[5]`: choose another name, such as `README.md`',
  ])
})

test.each([
  ['README.md', '', 'INDEX.md'],
  ['Readme.md', '', 'INDEX.md'],
  ['README.md', ', values-schema: a/INDEX.md', 'MODELS.md'],
])('the name suggested for an index is free: %s%s', (index, more, name) => {
  const text = `version: 1\ntargets: [{ path: a, index: ${index}, template: a/${index}${more} }]\n`
  expect(mistakesOf(text)).toEqual([
    `line 2, column 29: \`targets[0].index\` is the template of \`targets[0]\`: choose another name, such as \`${name}\``,
  ])
})

test.each([
  ['{ index: mlflow.yml }', 'mlflow.yml', {}, /index` is this configuration/],
  ['{ name: a }', 'a/README.md', { path: 'a', index: 'README.md' }, /index` is this configuration/],
])('an index must not replace the configuration: %s', (target, path, inputs, message) => {
  const text = `version: 1\ntargets: [${target}]\n`
  const parsed = parseConfig(text, path, { ...defaultSettings, ...inputs })
  expect(parsed.ok ? [] : parsed.mistakes.map((mistake) => plain(mistake.text))).toEqual([
    expect.stringMatching(message),
  ])
})

test('texts are trimmed, as inputs are', () => {
  const text = `version: 1
targets:
  - path: ' a '
    name: ' b '
    filter: >
      tags.x = 'y'
    minimum-age: ' 1h '
    index: ' README.md '
`
  expect(targetsOf(text)).toMatchObject([
    {
      name: 'b',
      directory: 'a',
      index: 'README.md',
      selection: { filter: "tags.x = 'y'", minimumAgeMs: 3_600_000 },
    },
  ])
  expect(
    mistakesOf("version: 1\ntargets: [{ path: a, name: x }, { path: ' a ', name: y }]\n"),
  ).toEqual([expect.stringContaining('`targets[1].path` is `a`')])
})

test('a mistake in a list has the line of its entry', () => {
  const lists = 'aliases:\n    - ok\n    - v1\n    models:\n    - a\n    - "!"\n    - 3\n'
  expect(mistakesOf(`${target}    ${lists}`)).toEqual([
    'line 6, column 7: `targets[0].aliases` contains `v1`, which MLflow reserves',
    'line 9, column 7: `targets[0].models` has a line with only `!`: write the models to exclude after it',
    'line 10, column 7: `targets[0].models[2]` must be a text (received `3`)',
  ])
})

test('mistakes on one line are in the order of the line', () => {
  const keys = "prun: 1, path: ../x, models: [5, '!', !x], filter: a"
  expect(mistakesOf(`version: 1\ntargets: [{ ${keys}, filter: b }]\n`)).toEqual([
    expect.stringContaining('line 2, column 13: `targets[0].prun` is not a key'),
    expect.stringContaining('line 2, column 28: `targets[0].path` must stay inside'),
    expect.stringContaining('line 2, column 43: `targets[0].models[0]` must be a text'),
    expect.stringContaining('line 2, column 46: `targets[0].models` has a line with only `!`'),
    expect.stringContaining('line 2, column 51: YAML reads `!x` as a tag'),
    'line 2, column 67: duplicate key `filter`: line 2 has it, too',
  ])
})

test('a text that looks like another type is shown with its quotes', () => {
  const text = 'version: "1"\ntargets: [{ path: a, prune: "true", max-deletions: "5" }]\n'
  expect(mistakesOf(text)).toEqual([
    'line 1, column 10: `version` must be `1` (received `"1"`). Write it without quotes',
    'line 2, column 29: `targets[0].prune` must be `true` or `false` (received `"true"`). Write it without quotes',
    'line 2, column 52: `targets[0].max-deletions` must be a whole number, 0 or more (received `"5"`). Write it without quotes',
  ])
})

test('an error of YAML that repeats at the same place is listed once', () => {
  expect(mistakesOf(`version: 1\ntargets: ${'['.repeat(500)}\n`).length).toBeLessThan(5)
})

test('a file whose aliases unfold to millions of values is rejected', () => {
  const levels = Array.from({ length: 9 }, (_, level) => {
    const value =
      level === 0
        ? '[x, x, x, x, x, x, x, x, x]'
        : `[${`*a${level - 1}, `.repeat(8)}*a${level - 1}]`
    return `a${level}: &a${level} ${value}`
  })
  expect(mistakesOf(`${levels.join('\n')}\n`)).toEqual([
    "it can't be read: Excessive alias count indicates a resource exhaustion attack",
  ])
})

test('more than 100 targets are rejected', () => {
  const targets = Array.from({ length: 101 }, (_, index) => `  - path: a${index}`)
  expect(mistakesOf(`version: 1\ntargets:\n${targets.join('\n')}\n`)).toEqual([
    'line 3, column 3: `targets` has more than 100 targets: move some of them to another configuration and job',
  ])
  expect(mistakesOf(`version: 1\ntargets:\n${targets.join('\n')}\n    pth: b\n`)).toHaveLength(2)
})

test('what a stray separator cuts off is not missing', () => {
  expect(mistakesOf('version: 2\n---\ntargets: []\n')).toEqual([
    'line 1, column 10: `version` must be `1` (received `2`)',
    'line 2, column 1: a second document starts here: the file must have only one',
  ])
})

test('a mistake has its place', () => {
  const parsed = parseConfig('version: 1\ntargets:\n  - pat: a\n', 'a/b.yaml', defaultSettings)
  expect(parsed).toMatchObject({
    ok: false,
    mistakes: [{ location: { path: 'a/b.yaml', line: 3, column: 5 } }],
  })
})

test('the schema in the repository is up to date, and accepts what the parser accepts', () => {
  const text = readFileSync('schema/config.schema.json', 'utf8')
  expect(text).toBe(configSchemaText())
  const validate = new Ajv({ strict: false }).compile(JSON.parse(text) as object)
  const [good, bad] = [
    { version: 1, defaults: { 'minimum-age': '1h' }, targets: [{ path: 'a', models: 'x' }] },
    { version: 1, targets: [{ path: 'a', 'minimum-age': '1 hour' }] },
  ]
  expect([validate(good), validate(bad)]).toEqual([true, false])
})

test.each([
  [
    'path',
    ['a', '', '.', './a/', 'a..b/c', '.gitx', 'a b'],
    ['/a', '../a', 'a/..', '.git', 'a/.Git/b', '.github/x', 'C:/a', 'a\\b'],
  ],
  [
    'template',
    ['a.yaml', '', ' ', './a', 'a/.', '.a', '.github/a.yaml'],
    ['/a', '../a', 'a/../b', '.git/a', '.', './', ' .//./ '],
  ],
  ['values-schema', ['a.json', '', '.github/a.json'], ['/a', '../a', '.GIT/a', '.', './']],
  [
    'index',
    ['README.md', '', ' ', 'a.yml', '.index.md'],
    ['a/b.md', 'abc.yaml', '..', '.git', '.github', '.', './', ' . '],
  ],
  [
    'aliases',
    [['champion'], [], [''], ['a_-1', 'é'], ['latest2', 'v1a']],
    [['latest'], ['Latest'], ['v1'], ['V12'], ['a b'], ['a', 'a.b']],
  ],
  ['models', [['a*', '!b'], [''], ['a b']], [['!'], [' ! '], [1]]],
])('the schema and the parser agree on %s', (key, accepted, rejected) => {
  const validate = new Ajv({ strict: false }).compile(JSON.parse(configSchemaText()) as object)
  const verdicts = (values: readonly unknown[]) =>
    values.map((value) => {
      const config = { version: 1, targets: [{ path: 'a', [key]: value }] }
      return [value, validate(config), mistakesOf(JSON.stringify(config)).length === 0]
    })
  expect(verdicts(accepted)).toEqual(accepted.map((value) => [value, true, true]))
  expect(verdicts(rejected)).toEqual(rejected.map((value) => [value, false, false]))
})

test('the schema describes every key for an editor', () => {
  const described = JSON.parse(configSchemaText()) as SchemaNode
  const isLeaf = (node: SchemaNode) => node.properties === undefined && node.items === undefined
  const withoutDescription = (node: SchemaNode, path: string): string[] => [
    ...(path !== '' && node.description === undefined ? [path] : []),
    ...(isLeaf(node) && node.const === undefined && node.examples === undefined
      ? [`${path}: no examples`]
      : []),
    ...(isLeaf(node) && node.const === undefined && !node.description?.includes('Default')
      ? [`${path}: no default`]
      : []),
    ...Object.entries(node.properties ?? {}).flatMap(([key, child]) =>
      withoutDescription(child, `${path}.${key}`),
    ),
    ...(node.items === undefined ? [] : withoutDescription(node.items, `${path}[]`)),
  ]
  expect(withoutDescription(described, '')).toEqual([])
})

test('no pattern of the schema is shown to the user of an editor', () => {
  const count = (key: string) => configSchemaText().split(`"${key}":`).length - 1
  expect(count('pattern')).toBeGreaterThan(10)
  expect(count('patternErrorMessage')).toBe(count('pattern'))
})

type SchemaNode = {
  readonly const?: unknown
  readonly examples?: readonly unknown[]
  readonly description?: string
  readonly properties?: Readonly<Record<string, SchemaNode>>
  readonly items?: SchemaNode
}

test('the table in the documentation is up to date', () => {
  const page = readFileSync('docs/targets.md', 'utf8')
  expect(withKeys(page)).toBe(page)
})
