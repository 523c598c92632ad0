import { describe, expect, test } from '@jest/globals'
import { onlyWhere } from '../../testing/only-where.ts'
import { plain } from '../../src/core/text/prose.ts'
import { TimeBudget } from '../../src/values-schema/time-limit.ts'
import { createValidator } from '../../src/values-schema/validator.ts'
import {
  chartFiles,
  completeChart,
  draft7,
  renderChart,
  type ChartTexts,
} from '../fixtures/charts.ts'

const schemaFile = 'values.schema.json'

function validatorOf(texts: ChartTexts, budget?: TimeBudget) {
  const place = { directory: 'chart', schema: schemaFile }
  return createValidator(chartFiles(completeChart(texts)), place, budget)
}

/** What is wrong with a file, or with the schema; empty if Helm would accept the file. */
function problemsOf(texts: ChartTexts, file: string): string[] {
  const result = validatorOf(texts)
  if (!result.ok) return result.mistakes.map(({ text }) => plain(text))
  const verdict = result.validator.check(file)
  if (verdict.kind === 'failed') return [plain(verdict.reason)]
  return verdict.kind === 'valid' ? [] : verdict.violations.map(({ text }) => plain(text))
}

function schemaOf(schema: unknown): ChartTexts {
  return { [schemaFile]: JSON.stringify(schema, null, 2) }
}

function properties(schemas: object): ChartTexts {
  return { [schemaFile]: draft7({ properties: schemas }) }
}

const draft2020 = { $schema: 'https://json-schema.org/draft/2020-12/schema' }
const draft2019 = { $schema: 'https://json-schema.org/draft/2019-09/schema' }
const draft6 = { $schema: 'http://json-schema.org/draft-06/schema#' }

const accepted: readonly (readonly [string, ChartTexts, string])[] = [
  ['1.0 is an integer', properties({ a: { type: 'integer' } }), 'a: 1.0\n'],
  ['0.07 is a multiple of 0.01', properties({ a: { multipleOf: 0.01 } }), 'a: 0.07\n'],
  [
    'a default satisfies required',
    { ...properties({}), [schemaFile]: draft7({ required: ['a'] }), 'values.yaml': 'a: 1\n' },
    'b: 1\n',
  ],
  [
    'draft-07 ignores what is beside a reference',
    {
      [schemaFile]: draft7({
        definitions: { x: {} },
        properties: {
          a: { $ref: '#/definitions/x', type: 'string' },
          b: { $ref: '#/definitions/x', type: 'string', const: 1, maximum: 0 },
        },
      }),
    },
    'a: 1\nb: 1\n',
  ],
  [
    '2019-09 only notes formats',
    schemaOf({ ...draft2019, properties: { a: { format: 'ipv4' } } }),
    'a: x\n',
  ],
  [
    'a schema without a draft only notes formats',
    schemaOf({ properties: { a: { format: 'ipv4' } } }),
    'a: x\n',
  ],
  [
    'a format that nobody knows',
    properties({ a: { format: 'int32' }, b: { format: 'byte' } }),
    'a: x\nb: "?"\n',
  ],
  ['a schema that is true', schemaOf(true), 'a: 1\n'],
  ['a schema with a byte order mark', { [schemaFile]: `\uFEFF${draft7({})}` }, 'a: 1\n'],
  [
    'a schema that refers to itself for a part',
    schemaOf({ ...draft2020, properties: { a: { $ref: '#' } } }),
    'a: {a: {a: 1}}\n',
  ],
  [
    'a schema that refers to itself by its id',
    schemaOf({
      ...draft2020,
      $id: 'https://example.com/chart',
      properties: { a: { $ref: 'chart#/$defs/x' } },
      $defs: { x: { type: 'string' } },
    }),
    'a: x\n',
  ],
  [
    'a reference to an anchor',
    schemaOf({
      ...draft2020,
      properties: { a: { $ref: '#x' } },
      $defs: { y: { $anchor: 'x', type: 'string' } },
    }),
    'a: x\n',
  ],
  [
    'a reference that is nowhere, in a definition that nobody needs',
    schemaOf({ ...draft2020, $defs: { y: { $ref: '#/nowhere' } } }),
    'a: x\n',
  ],
  [
    'a key with a slash',
    {
      [schemaFile]: draft7({
        definitions: { 'a/b c%': { type: 'string' } },
        properties: { a: { $ref: '#/definitions/a~1b%20c%25' } },
      }),
    },
    'a: x\n',
  ],
  [
    'an object among the allowed values',
    properties({ a: { enum: [{ b: 1 }, [1]] } }),
    'a: {b: 1}\n',
  ],
  [
    'a disabled subchart',
    {
      ...schemaOf(true),
      'Chart.yaml':
        'apiVersion: v2\nname: llm\nversion: 0.1.0\ndependencies: [{name: s, version: "*", condition: s.enabled}]\n',
      'charts/s/values.schema.json': draft7({ required: ['x'] }),
    },
    's: {enabled: false}\n',
  ],
  [
    'keywords that only other drafts or validators know',
    properties({
      a: { id: 'x', type: 'string' },
      b: { nullable: true },
      c: { $async: true },
      d: { enum: [{ nullable: true, $async: true }] },
    }),
    'a: x\nb: 1\nc: 1\nd: {nullable: true, $async: true}\n',
  ],
  [
    'keys that are named like keywords',
    properties({ id: { type: 'string' }, nullable: { type: 'string' }, $async: true }),
    'id: x\nnullable: x\n$async: x\n',
  ],
  [
    'everything that a YAML reader of version 1.1 may refuse and Helm does not',
    schemaOf(true),
    [
      '---',
      'a: 1',
      '---',
      'm: &m-_1 {b: 1}',
      'n: {<<: *m-_1}',
      'o: {<<: [*m-_1, {c: 1}]}',
      'p: {"<<": 5, !!str <<: 6}',
      'q: &q {b: &q 1, c: *q}',
      'r: [!!float 1, !!float 9223372036854775807, !!int "5", !!bool y, !!null , !!binary aA==]',
      's: [!!timestamp 2024-1-1, !!map [1], !!seq {b: 1}, !!omap [b: 1], !!set {b}, !foo 1, 1e400]',
      't: {.inf: 1, .nan: 1, 9223372036854775807: 1, yes: 1, 2024-01-01: 1}',
      'u: ["\\\\/", "\\x01", "\\uFFFE", "\\U0001F600", \'\\/\']',
      'v: "x\u00a0\ufeff\u{1F600}"',
      '...',
      'w: *x',
    ].join('\n'),
  ],
  [
    'directives in Chart.yaml',
    {
      ...schemaOf(true),
      'Chart.yaml': '%YAML 1.1\n--- # a\napiVersion: v2\nname: llm\nversion: 0.1.0\n',
    },
    'a: 1\n',
  ],
  ['aliases that multiply a little', schemaOf(true), unfolding(9)],
  [
    'a name that objects have is missing, and not required',
    schemaOf({ ...draft2020, properties: { constructor: { type: 'string' } } }),
    'a: 1\n',
  ],
]

/** Files that are YAML by its grammar, but that Helm's reader does not resolve or turn into JSON. */
const unreadable: readonly (readonly [string, string])[] = [
  ['host: *.example.com\n', 'line 1: YAML reads `*.example.com` as an alias'],
  ['a: 1\nb: [*x]\n', 'line 2: YAML reads `*x` as an alias, but there is no anchor `&x`'],
  ['b: *x\na: &x 1\n', 'line 1: YAML reads `*x` as an alias'],
  ['*x : 1\n', 'line 1: YAML reads `*x` as an alias'],
  ['a:\n  <<: *defaults\n', 'line 2: YAML reads `*defaults` as an alias'],
  ['x: &x.y 1\na: *x.y\n', "line 1: Helm's YAML reader accepts only letters, digits, `-` and `_`"],
  ['a:\n  <<: 5\n', 'line 2: `<<` must have a map, or an alias of a map'],
  ['a:\n  <<:\n', 'line 2: `<<` must have a map'],
  ['a: {<<}\n', 'line 1: `<<` must have a map'],
  ['a:\n  !!merge "<<": 5\n', 'line 2: `<<` must have a map'],
  ['a:\n  <<: [1]\n', 'line 2: `<<` must have a map'],
  ['a:\n  <<: [[{b: 1}]]\n', 'line 2: `<<` must have a map'],
  ['l: &l [{b: 1}]\na:\n  <<: *l\n', 'line 3: `<<` has an alias of a list'],
  ['a: &x {b: *x}\n', 'line 1: the alias `*x` refers to what it is in'],
  ['a: &x [*x]\n', 'line 1: the alias `*x` refers to what it is in'],
  ['a: &x {<<: *x}\n', 'line 1: the alias `*x` refers to what it is in'],
  ['%YAML 1.2\n---\na: 1\n', 'line 1: Helm reads no directives, such as `%YAML 1.2`'],
  ['%YAML 1.1\n---\na: 1\n', 'line 1: Helm reads no directives'],
  ['# a\n\n%TAG ! x\n---\na: 1\n', 'line 3: Helm reads no directives'],
  ['%YAML 1.1\na: 1\n', 'line 1: Helm reads no directives'],
  ['a: 1\n---\n%YAML 1.1\n---\nb: 1\n', 'line 3: Helm reads no directives'],
  ['a: 1\n--- {b: 2}\n', 'line 2: Helm accepts nothing but a comment after `---`'],
  ['--- !!map\na: 1\n', 'line 1: Helm accepts nothing but a comment after `---`'],
  ['a: .inf\n', 'line 1: Helm turns values into JSON, which has no `.inf`'],
  ['a: 1\nb: [-.Inf]\n', 'line 2: Helm turns values into JSON, which has no `-.Inf`'],
  ['a: .nan\n', 'JSON, which has no `.nan`'],
  ['a: !!float .inf\n', 'JSON, which has no `.inf`'],
  ['a: !!int x\n', 'line 1: `x` is not a value of the tag `!!int`'],
  ['a: !!int 1.5\n', '`1.5` is not a value of the tag `!!int`'],
  ['a: !!int yes\n', '`yes` is not a value of the tag `!!int`'],
  ['a: !!int\n', 'line 1: nothing is not a value of the tag `!!int`'],
  ['a: !!float x\n', '`x` is not a value of the tag `!!float`'],
  ['a: !!float 18446744073709551615\n', 'is not a value of the tag `!!float`'],
  ['a: !!bool x\n', '`x` is not a value of the tag `!!bool`'],
  ['a: !!bool 1\n', '`1` is not a value of the tag `!!bool`'],
  ['a: !!null x\n', '`x` is not a value of the tag `!!null`'],
  ['a: !<tag:yaml.org,2002:int> x\n', '`x` is not a value of the tag `!!int`'],
  ['!!int x: 1\n', '`x` is not a value of the tag `!!int`'],
  ['a: !!binary "###"\n', 'line 1: the tag `!!binary` is for Base64'],
  ['a: !!binary aGVsbG8\n', 'the tag `!!binary` is for Base64'],
  ['a: !!binary "aGVs bG8="\n', 'the tag `!!binary` is for Base64'],
  ['a: 1\n? [a]\n: 1\n', 'line 2: a list is used as a key'],
  ['{a: b}: 1\n', 'line 1: a map is used as a key'],
  ['k: &k [1]\n*k : 1\n', 'line 2: a list is used as a key'],
  ['? \n: 1\n', 'line 1: null is used as a key'],
  ['null: 1\n', 'null is used as a key'],
  ['k: &k ~\n*k : 1\n', 'line 2: null is used as a key'],
  ['18446744073709551615: 1\n', 'the integer `18446744073709551615` is used as a key'],
  ['a: 1\nb: "x\u0001"\n', 'line 2: it contains the control character `U+0001`'],
  ['a: x\u007f\n', 'line 1: it contains the control character `U+007F`'],
  ['# \u0080\na: 1\n', 'control character `U+0080`'],
  ['a: x\uffff\n', 'control character `U+FFFF`'],
  ['a: "\\/"\n', "line 1: Helm's YAML reader does not know `\\/`"],
  ['a: 1\nb: "\\\\\\uD83D\\uDE00"\n', "line 2: Helm's YAML reader does not know `\\uD83D`"],
  [unfolding(30), 'its aliases unfold to too many values'],
]

/** Each list has the one before it twice. */
function unfolding(levels: number): string {
  const lines = Array.from({ length: levels }, (_, index) => {
    const items = index === 0 ? '1' : `*a${index - 1}, *a${index - 1}`
    return `k${index}: &a${index} [${items}]\n`
  })
  return lines.join('')
}

const rejected: readonly (readonly [string, ChartTexts, string, string])[] = [
  ...unreadable.map(
    ([file, problem]) =>
      [JSON.stringify(file).slice(0, 60), schemaOf(true), file, problem] as const,
  ),
  ...unreadable.map(
    ([file, problem]) =>
      [
        `${JSON.stringify(file).slice(0, 60)} among the defaults`,
        { ...schemaOf(true), 'values.yaml': file },
        'z: 1\n',
        problem,
      ] as const,
  ),
  [
    'an alias of nothing in Chart.yaml',
    { ...schemaOf(true), 'Chart.yaml': 'apiVersion: v2\nversion: 0.1.0\nname: *x\n' },
    'a: 1\n',
    '`chart/Chart.yaml`: line 3: YAML reads `*x` as an alias',
  ],
  [
    'a wrong type',
    properties({ a: { type: 'integer' } }),
    'a: "1"\n',
    '`/a` must be an integer, but is `"1"` (`type` in `chart/values.schema.json`)',
  ],
  [
    'several types',
    properties({ a: { type: ['string', 'null'] } }),
    'a: 1\n',
    '`/a` must be a string or null, but is `1`',
  ],
  [
    'a missing key',
    { [schemaFile]: draft7({ required: ['b'] }) },
    'a: 1\n',
    "`/b` is required, and neither the file nor the chart's defaults have it",
  ],
  [
    'a key that objects have',
    { [schemaFile]: draft7({ required: ['constructor'] }) },
    'a: 1\n',
    '`/constructor` is required',
  ],
  [
    'an unknown key',
    { [schemaFile]: draft7({ additionalProperties: false, properties: { replicas: {} } }) },
    'replcas: 1\n',
    '`/replcas` is not a key that the schema knows (`additionalProperties` in `chart/values.schema.json`): did you mean `replicas`?',
  ],
  [
    'an unknown key behind a reference',
    {
      [schemaFile]: draft7({
        definitions: { 'a/b c': { additionalProperties: false, properties: { replicas: {} } } },
        properties: { 'x/y~': { $ref: '#/definitions/a~1b%20c' } },
      }),
    },
    'x/y~: {replcas: 1}\n',
    '`/x~1y~0/replcas` is not a key that the schema knows (`additionalProperties` in `chart/values.schema.json`): did you mean `replicas`?',
  ],
  [
    'an unevaluated key',
    schemaOf({ ...draft2020, unevaluatedProperties: false, properties: { replicas: {} } }),
    'replcas: 1\n',
    '`/replcas` is not a key that the schema knows',
  ],
  [
    'another value',
    properties({ a: { enum: ['x', 'y1'] } }),
    'a: z\n',
    '`/a` must be one of `["x","y1"]`, but is `"z"`',
  ],
  ['another constant', properties({ a: { const: 1 } }), 'a: 2\n', '`/a` must be `1`, but is `2`'],
  ['too small', properties({ a: { minimum: 1 } }), 'a: 0\n', '`/a` must be at least 1, but is `0`'],
  ['too large', properties({ a: { maximum: 1 } }), 'a: 2\n', '`/a` must be at most 1, but is `2`'],
  [
    'not above',
    schemaOf({ ...draft6, properties: { a: { exclusiveMinimum: 1 } } }),
    'a: 1\n',
    '`/a` must be greater than 1, but is `1`',
  ],
  [
    'not below',
    properties({ a: { exclusiveMaximum: 1 } }),
    'a: 1\n',
    '`/a` must be less than 1, but is `1`',
  ],
  [
    'not a multiple',
    properties({ a: { multipleOf: 2 } }),
    'a: 3\n',
    '`/a` must be a multiple of 2, but is `3`',
  ],
  [
    'another pattern',
    properties({ a: { pattern: '^x' } }),
    'a: z\n',
    '`/a` must match the pattern `"^x"`, but is `"z"`',
  ],
  [
    'a schema that wants to be asynchronous',
    { [schemaFile]: draft7({ $async: true, properties: { a: { type: 'integer' } } }) },
    'a: x\n',
    '`/a` must be an integer',
  ],
  [
    'a null among items that only another validator allows',
    properties({ a: { items: { type: 'string', nullable: true } } }),
    'a: [null]\n',
    '`/a/0` must be a string, but is `null`',
  ],
  [
    'a key that is named like a keyword',
    properties({ $async: { type: 'string' }, nullable: { type: 'string' } }),
    '$async: 1\n',
    '`/$async` must be a string',
  ],
  [
    'a date and a time with a blank between them',
    properties({ a: { format: 'date-time' } }),
    'a: "2024-01-01 00:00:00Z"\n',
    '`/a` must be in the format `"date-time"`',
  ],
  [
    'another format in draft-07',
    properties({ a: { format: 'ipv4' } }),
    'a: x\n',
    '`/a` must be in the format `"ipv4"`, but is `"x"`',
  ],
  [
    'too short',
    properties({ a: { minLength: 2 } }),
    'a: x\n',
    '`/a` must have at least 2 characters, but is `"x"`',
  ],
  [
    'too long',
    properties({ a: { maxLength: 1 } }),
    'a: xx\n',
    '`/a` must have at most 1 characters',
  ],
  [
    'too few items',
    properties({ a: { minItems: 1 } }),
    'a: []\n',
    '`/a` must have at least 1 items, but is `[]`',
  ],
  [
    'too many items',
    properties({ a: { maxItems: 1 } }),
    'a: [1, 2]\n',
    '`/a` must have at most 1 items',
  ],
  [
    'too many items to be shown',
    properties({ a: { maxItems: 3 } }),
    `a: ${JSON.stringify(Array(100).fill(1))}\n`,
    `\`/a\` must have at most 3 items, but is \`[${'1,'.repeat(39)}1…\``,
  ],
  [
    'too many keys to be shown',
    properties({ a: { maxProperties: 3 } }),
    `a: ${JSON.stringify(Object.fromEntries(Array.from({ length: 100 }, (_, key) => [`k${key}`, 1])))}\n`,
    '`/a` must have at most 3 keys, but is `{"k0":1,"k1":1,',
  ],
  [
    'a value that is not among many',
    properties({ a: { enum: Array.from({ length: 100 }, (_, item) => item) } }),
    'a: x\n',
    '`/a` must be one of `[0,1,2,3,',
  ],
  [
    'too many items for a tuple',
    schemaOf({ ...draft2020, properties: { a: { prefixItems: [{}], items: false } } }),
    'a: [1, 2]\n',
    '`/a` must have at most 1 items',
  ],
  [
    'too few keys',
    properties({ a: { minProperties: 1 } }),
    'a: {}\n',
    '`/a` must have at least 1 keys',
  ],
  [
    'too many keys',
    properties({ a: { maxProperties: 0 } }),
    'a: {b: 1}\n',
    '`/a` must have at most 0 keys',
  ],
  [
    'equal items',
    properties({ a: { uniqueItems: true } }),
    'a: [1, 2, 1]\n',
    '`/a` has equal items (0 and 2, counted from 0)',
  ],
  [
    'an item',
    properties({ a: { items: { type: 'string' } } }),
    'a: [x, 1]\n',
    '`/a/1` must be a string, but is `1`',
  ],
  [
    'none of the items',
    properties({ a: { contains: { const: 1 } } }),
    'a: [2]\n',
    'has too few or too many of the items that `contains` asks for',
  ],
  [
    'a name of a key',
    properties({ a: { propertyNames: { pattern: '^b' } } }),
    'a: {c: 1}\n',
    '`/a` has the key `"c"`, whose name is not allowed',
  ],
  [
    'a key that another one needs',
    schemaOf({ ...draft2019, properties: { a: { dependentRequired: { b: ['c'] } } } }),
    'a: {b: 1}\n',
    '`/a/c` is required, because `"b"` is there',
  ],
  [
    'no alternative',
    properties({ a: { anyOf: [{ type: 'string' }, { type: 'boolean' }] } }),
    'a: 1\n',
    '`/a` matches none of the alternatives under `anyOf`',
  ],
  [
    'more than one alternative',
    properties({ a: { oneOf: [{ type: 'number' }, { type: 'integer' }] } }),
    'a: 1\n',
    '`/a` matches more than one of the alternatives under `oneOf`',
  ],
  [
    'an excluded value',
    properties({ a: { not: { type: 'number' } } }),
    'a: 1\n',
    '`/a` matches what `not` excludes',
  ],
  ...[draft6, { $schema: 'http://json-schema.org/draft-07/schema#' }].map(
    (draft) =>
      [
        `another constant beside a reference in ${draft.$schema}`,
        schemaOf({
          ...draft,
          definitions: { x: {} },
          properties: { a: { $ref: '#/definitions/x', const: 1, enum: [5] } },
        }),
        'a: 2\n',
        '`/a` must be `1`, but is `2`',
      ] as const,
  ),
  [
    'what a reference leads to, beside a constant',
    {
      [schemaFile]: draft7({
        definitions: { x: { type: 'string' } },
        properties: { a: { $ref: '#/definitions/x', const: 1 } },
      }),
    },
    'a: 1\n',
    '`/a` must be a string',
  ],
  [
    'a key that must not be there',
    properties({ a: false }),
    'a: 1\n',
    '`/a` is not allowed, but is `1`',
  ],
  [
    'a condition',
    properties({ a: { if: { type: 'number' }, then: { minimum: 2 } } }),
    'a: 1\n',
    '`/a` must be at least 2, but is `1`',
  ],
  [
    'a wrong default',
    { ...properties({ a: { type: 'integer' } }), 'values.yaml': 'a: x\n' },
    'b: 1\n',
    '`/a` must be an integer, but is `"x"`',
  ],
  [
    'a null that removes a default',
    { [schemaFile]: draft7({ required: ['a'] }), 'values.yaml': 'a: 1\n' },
    'a: null\n',
    '`/a` is required',
  ],
  [
    'a schema that is false',
    schemaOf(false),
    'a: 1\n',
    'the file is not allowed, but is `{"a":1}`',
  ],
  [
    'a value of a subchart',
    {
      ...schemaOf(true),
      'charts/s/values.schema.json': draft7({ properties: { x: { type: 'string' } } }),
    },
    's: {x: 1}\n',
    '`/s/x` must be a string, but is `1` (`type` in `chart/charts/s/values.schema.json`)',
  ],
  [
    'a value of a nested subchart',
    { ...schemaOf(true), 'charts/s/charts/t/values.schema.json': draft7({ required: ['x'] }) },
    'a: 1\n',
    '`/s/t/x` is required',
  ],
  [
    'a subchart that is not a map',
    { ...schemaOf(true), 'charts/s/values.yaml': 'a: 1\n' },
    's: 5\n',
    '`/s` must be a map, because it is for the subchart `s`, but is `5`',
  ],
  [
    'a value that the parent requires of a subchart',
    {
      [schemaFile]: draft7({ properties: { s: { required: ['x'] } } }),
      'charts/s/values.yaml': 'a: 1\n',
    },
    's: {}\n',
    '`/s/x` is required',
  ],
]

const broken: readonly (readonly [string, ChartTexts, string])[] = [
  [
    'no JSON',
    { [schemaFile]: '{\n  "a": 1,\n}' },
    'line 3 of `chart/values.schema.json`: not valid JSON',
  ],
  ['empty', { [schemaFile]: '' }, 'line 1 of `chart/values.schema.json`: not valid JSON'],
  ['a list', schemaOf([]), 'a schema must be a map or a boolean'],
  [
    'an invalid type',
    properties({ a: { type: 'strin' } }),
    'line 5 of `chart/values.schema.json`: `/properties/a/type` must be one of',
  ],
  [
    'a list of items without a draft',
    schemaOf({ properties: { a: { items: [{}] } } }),
    '`/properties/a/items` must be a map or a boolean',
  ],
  [
    'an unresolvable reference',
    properties({ a: { $ref: '#/definitions/x' } }),
    '`$ref` to `#/definitions/x`, which is not in the schema',
  ],
  [
    'another file',
    properties({ a: { $ref: 'other.json' } }),
    '`$ref` to `other.json`: other files and addresses are never fetched',
  ],
  ['a reference to itself', schemaOf({ $ref: '#' }), '`/$ref` leads back to `#`'],
  [
    'a circle',
    properties({ a: { allOf: [{ $ref: '#/properties/a' }] } }),
    '`/properties/a/allOf/0/$ref` leads back to `#/properties/a`',
  ],
  [
    'a circle that no default reaches',
    {
      [schemaFile]: draft7({
        definitions: {
          x: { anyOf: [{ $ref: '#/definitions/z' }] },
          z: { not: { $ref: '#/definitions/x' } },
        },
        properties: { q: { $ref: '#/definitions/x' } },
      }),
    },
    'so it never ends',
  ],
  [
    'an invalid pattern',
    properties({ a: { pattern: '(' } }),
    '`/properties/a/pattern` is not a valid pattern',
  ],
  [
    'an invalid pattern that nobody needs',
    schemaOf({ ...draft2020, $defs: { a: { pattern: '(' } } }),
    '`/$defs/a/pattern` is not a valid pattern: Invalid',
  ],
  [
    'an invalid name of keys that nobody needs',
    schemaOf({ ...draft2019, $defs: { a: { patternProperties: { '(': true } } } }),
    '`/$defs/a/patternProperties/(` is not a valid pattern: Invalid',
  ],
  ['an address that is none', schemaOf({ ...draft2020, $id: 'http://a b' }), '`/$id`'],
  [
    'a pattern with more copies than Go allows',
    properties({ a: { pattern: '^(?:[a-z]{1,63}\\.){0,20}$' } }),
    'line 5 of `chart/values.schema.json`: `/properties/a/pattern` is not a valid pattern: `{0,20}` makes more than 1,000 copies',
  ],
  [
    'a pattern that Helm does not have',
    schemaOf({ ...draft2020, patternProperties: { '^(?!x)': {} } }),
    "Helm's regular expressions have no lookahead",
  ],
]

describe('a chart', () => {
  test.each(accepted)('accepts %s', (_, texts, file) => {
    expect(problemsOf(texts, file)).toEqual([])
  })

  test.each(rejected)('rejects %s', (_, texts, file, expected) => {
    expect(problemsOf(texts, file).join('\n')).toContain(expected)
  })

  test.each(broken)('cannot be used with a schema that is %s', (_, texts, expected) => {
    const result = validatorOf(texts)
    expect(result.ok).toBe(false)
    expect(problemsOf(texts, '').join('\n')).toContain(expected)
  })

  test('reports all mistakes of all of its files', () => {
    const problems = problemsOf(
      {
        ...properties({ a: { type: 'strin' }, b: { $ref: '#/x' } }),
        'values.yaml': 'a: [\n',
        'charts/s/values.schema.json': '{',
        'charts/s/values.yaml': '- 1\n',
      },
      '',
    )
    expect(problems).toHaveLength(5)
  })

  test.each([
    ['the file', {}, 's: 5\n', true],
    ["the chart's defaults", { 'values.yaml': 's: 5\n' }, 'a: 1\n', false],
  ])('knows that a value for a subchart comes from %s', (_, texts, file, isInFile) => {
    const chart = { ...schemaOf(true), ...texts, 'charts/s/values.yaml': 'a: 1\n' }
    const result = validatorOf(chart)
    const verdict = result.ok ? result.validator.check(file) : undefined
    expect(verdict).toMatchObject({ kind: 'invalid', violations: [{ path: ['s'], isInFile }] })
  })

  test('names ten violations, and says how many others there are', () => {
    const result = validatorOf(properties({ a: { items: { type: 'string' } } }))
    const items = Array.from({ length: 30 }, (_, index) => index)
    const verdict = result.ok ? result.validator.check(`a: ${JSON.stringify(items)}\n`) : undefined
    expect(verdict).toMatchObject({ kind: 'invalid', omitted: 20 })
  })
})

const { describe: withHelm } = onlyWhere('Helm')

withHelm('Helm', () => {
  test.each(accepted)('accepts %s, too', (_, texts, file) => {
    expect(renderChart(texts, file)).toMatchObject({ status: 0 })
  })

  test.each(rejected)('rejects %s, too', (_, texts, file) => {
    const { status, output } = renderChart(texts, file)
    expect(status).not.toBe(0)
    expect(output).toMatch(
      /don't meet the specifications of the schema|type mismatch|(unmarshal|reading) yaml|YAML to JSON/,
    )
  })

  // Helm only notices a circle when it validates a value there.
  test.each(broken.filter(([name]) => !name.includes('circle that no default')))(
    'rejects every file if the schema is %s',
    (_, texts) => {
      expect(renderChart(texts, 'a: 1\n').status).not.toBe(0)
    },
  )
})

describe('a hostile schema ends in an error:', () => {
  const multiplied = (keyword: string): ChartTexts => {
    const definitions = Object.fromEntries(
      Array.from({ length: 40 }, (_, index) => {
        const next = { $ref: `#/definitions/d${index + 1}` }
        return [`d${index}`, index === 39 ? { type: 'string' } : { [keyword]: [next, next] }]
      }),
    )
    return {
      [schemaFile]: draft7({ definitions, properties: { a: { $ref: '#/definitions/d0' } } }),
    }
  }
  const nested = (depth: number, text: string): string =>
    '{"a":'.repeat(depth) + text + '}'.repeat(depth)

  test.each<[string, ChartTexts, string]>([
    [
      'a pattern that backtracks',
      properties({ a: { pattern: '^(a+)+$' } }),
      `a: ${'a'.repeat(60)}!\n`,
    ],
    ['references that multiply', multiplied('allOf'), 'a: 1\n'],
    ['alternatives that multiply', multiplied('anyOf'), 'a: 1\n'],
    [
      'deep values',
      schemaOf({ ...draft2020, properties: { a: { $ref: '#' } } }),
      `${nested(20_000, '1')}\n`,
    ],
    [
      'a deep schema',
      { [schemaFile]: '{"not":'.repeat(20_000) + 'true' + '}'.repeat(20_000) },
      'a: 1\n',
    ],
  ])(
    '%s',
    (_, texts, file) => {
      expect(problemsOf(texts, file).join()).toMatch(/takes too long|nested too deeply/)
    },
    30_000,
  )

  test('files that nearly take too long do not make validation endless', () => {
    let time = 0
    const budget = new TimeBudget(1000, () => (time += 150))
    const result = validatorOf(properties({}), budget)
    if (!result.ok) throw new Error('the schema is valid')
    const verdicts = Array.from({ length: 12 }, () => result.validator.check('a: 1\n').kind)
    // Of the 150 ms that each takes, 50 are free.
    expect(verdicts.filter((kind) => kind === 'valid')).toHaveLength(10)
    expect(verdicts.slice(10)).toEqual(['failed', 'failed'])
    const later = validatorOf(properties({}), budget)
    expect(later.ok ? [] : later.mistakes.map(({ text }) => plain(text))).toEqual([
      '`chart/values.schema.json` was not compiled, because schemas and files before it took too long: simplify those',
    ])
  })

  test('schemas that nearly take too long to be compiled count, too', () => {
    let time = 0
    const budget = new TimeBudget(5000, () => (time += 3000))
    const compiled = [1, 2, 3].map(() => validatorOf(properties({}), budget).ok)
    expect(compiled).toEqual([true, true, false])
  })

  test('a file that takes too long affects no other one, until too much time is lost', () => {
    const budget = new TimeBudget(1500)
    const [first, second] = [1, 2].map(() =>
      validatorOf(properties({ a: { pattern: '^(a+)+$' } }), budget),
    )
    if (first?.ok !== true || second?.ok !== true) throw new Error('the schema is valid')
    const endless = `a: ${'a'.repeat(60)}!\n`
    expect(first.validator.check(endless).kind).toBe('failed')
    expect(first.validator.check('a: aaa\n').kind).toBe('valid')
    expect(second.validator.check(endless).kind).toBe('failed')
    expect(first.validator.check('a: aaa\n')).toMatchObject({ kind: 'failed' })
    expect(second.validator.check('a: aaa\n')).toMatchObject({ kind: 'failed' })
  })
})
