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
        properties: { a: { $ref: '#/definitions/x', type: 'string' } },
      }),
    },
    'a: 1\n',
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
    'a name that objects have is missing, and not required',
    schemaOf({ ...draft2020, properties: { constructor: { type: 'string' } } }),
    'a: 1\n',
  ],
]

const rejected: readonly (readonly [string, ChartTexts, string, string])[] = [
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
    expect(output).toMatch(/don't meet the specifications of the schema|type mismatch/)
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
