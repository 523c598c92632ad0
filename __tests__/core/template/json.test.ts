import { describe, expect, test } from '@jest/globals'
import { parse, parseDocument } from 'yaml'
import { fc } from '../../../testing/fast-check.ts'
import { parseJson } from '../../../src/core/template/json.ts'
import { parseTemplate } from '../../../src/core/template/parse.ts'
import { renderTemplate, renderValuesFile } from '../../../src/core/template/render.ts'
import { plain } from '../../../src/core/text/prose.ts'
import { describeFlaw } from '../../../src/core/values-file/flaw.ts'
import { hasHelm, readAllWithHelm } from '../../../testing/helm.ts'
import { readWithPyYaml } from '../../../testing/readers/yaml.ts'
import { jsonText } from '../../fixtures/json-text.ts'
import {
  describeFlaws,
  parseValidTemplate,
  placeholderValues,
  render,
  run,
  version,
  withParams,
} from '../../fixtures/templates.ts'
import { isHeldFile } from '../../fixtures/values-files.ts'

const nested =
  '{"gpu": "a100", "limits": {"cpu": 4, "on": true}, "args": ["-x", ["y", 1e3], {}, []]}'

function problemWith(json: string): string {
  const result = renderTemplate(parseValidTemplate('b: 1\na: ${json:run.params.x}\n'), {
    ...withParams({ x: json }),
  })
  return result.ok ? '' : `${describeFlaws(result.flaws)}. ${plain(result.advice)}`
}

describe('a JSON value', () => {
  test('becomes a block below its key, with the indentation of the template', () => {
    const template = 'a:\n    b: ${json:run.params.x}\n    c: 1 # d\n'
    expect(render(template, withParams({ x: nested }))).toBe(
      [
        'a:',
        '    b:',
        '      gpu: a100',
        '      limits:',
        '        cpu: 4',
        '        "on": true',
        '      args:',
        '        - "-x"',
        '        - - "y"',
        '          - 1.0e+3',
        '        - {}',
        '        - []',
        '    c: 1 # d',
        '',
      ].join('\n'),
    )
  })

  test('becomes a block behind the dash of a list, with the line breaks of the template', () => {
    expect(
      render('a:\r\n- ${json:run.params.x}\r\n- b\r\n', withParams({ x: '{"c":[1],"d":2}' })),
    ).toBe('a:\r\n- c:\r\n    - 1\r\n  d: 2\r\n- b\r\n')
  })

  test.each([
    ['a: ${json:run.params.x} # c\n', 'a: {b: [1, 2], "1": null} # c\n'],
    ['a: &x ${json:run.params.x}\n', 'a: &x {b: [1, 2], "1": null}\n'],
    ['a:\n  ${json:run.params.x}\n', 'a:\n  {b: [1, 2], "1": null}\n'],
    ['? a\n: ${json:run.params.x}\n', '? a\n: {b: [1, 2], "1": null}\n'],
  ])('stays on its line where a block would move something: %j', (template, expected) => {
    expect(render(template, withParams({ x: '{"b":[1,2],"1":null}' }))).toBe(expected)
  })

  test.each([
    ['4096', '4096'],
    [' "a" ', 'a'],
    ['"4096"', '"4096"'],
    ['null', 'null'],
    ['false', 'false'],
    ['[]', '[]'],
    ['-0', '0'],
    ['-0.0', '0.0'],
    ['1E5', '1.0e+5'],
    ['1.50e-7', '1.50e-7'],
    ['0.12345678901234567890', '0.12345678901234567890'],
    ['12345678901234567890.0', '12345678901234567890.0'],
  ])('%s is written as %s', (json, expected) => {
    expect(render('a: ${json:run.params.x}\n', withParams({ x: json }))).toBe(`a: ${expected}\n`)
  })

  test('can come from any placeholder, or from a fallback', () => {
    const template = [
      'a: ${json:model.tags.args}',
      'b: ${json:run.params.none:-["x", 1]}',
      'c: ${json:run.params.none:-${model.tags.args}}',
      'd: ${json:run.params.none:-}',
      'e: ${json:run.params.none:-${run.tags.none:-}}',
      '',
    ].join('\n')
    const values = { ...placeholderValues, version: { ...version, tags: { args: '[true]' } } }
    expect(parse(render(template, values))).toEqual({
      a: [true],
      b: ['x', 1],
      c: [true],
      d: null,
      e: null,
    })
  })

  test.each([
    ['{', /^line 2: `\$\{json:run\.params\.x\}`: its value is not JSON: .*\. Correct the value in/],
    ['', /not JSON/],
    ['{"a": 1, "a": 2}', /has the key `a` twice/],
    ['{"\\u0061": 1, "a": 2}', /has the key `a` twice/],
    ['[9007199254740993]', /has the number `9007199254740993`, which readers .* would round/],
    ['1e400', /has the number `1e400`, which is outside the range of a double/],
    ['-1e-400', /outside the range/],
    [`1${'0'.repeat(400)}`, /would round/],
    ['NaN', /not JSON/],
    ["{'a': 1}", /not JSON/],
    [`${'['.repeat(51)}${']'.repeat(51)}`, /nested more than 50 levels deep/],
    [`${'['.repeat(100_000)}${']'.repeat(100_000)}`, /nested more than 50 levels deep/],
    [`{"${'k'.repeat(1001)}": 1}`, /a key of more than 1,000 characters/],
  ])('such as %.40s fails, and names the placeholder and its line', (json, problem) => {
    expect(problemWith(json)).toMatch(problem)
  })

  test('may be nested 50 levels deep', () => {
    expect(problemWith(`${'['.repeat(50)}${']'.repeat(50)}`)).toBe('')
    expect(problemWith(`${'{"a":'.repeat(50)}1${'}'.repeat(50)}`)).toBe('')
  })

  test.each([
    'a: "${json:run.params.x}"',
    "a: '${json:run.params.x}'",
    'a: v${json:run.params.x}',
    'a: ${json:run.params.x} ${run.id}',
    'a: |\n  ${json:run.params.x}',
    '${json:run.params.x}: 1',
    '? [a, b: "${json:run.params.x}"]\n: 1',
    'a: !!str ${json:run.params.x}',
    'a: ["${json:run.params.x}"]',
  ])('in %j is a mistake of the template', (text) => {
    const parsed = parseTemplate(`b: 1\n${text}\n`)
    expect(parsed.ok ? [] : parsed.flaws.map((flaw) => plain(describeFlaw(flaw)))).toEqual([
      expect.stringMatching(/^line [23]: `\$\{json:run\.params\.x\}` must be a complete value/),
    ])
  })

  test('reads back identically in npm yaml 1.2 and 1.1, PyYAML and Helm, and changes nothing else', () => {
    const template = parseValidTemplate(
      [
        'global:\n  keep: ${json:run.params.x}\n',
        'a: ${json:run.params.x}\n',
        'b: ${json:run.params.x} # c\n',
        'c:\n- ${json:run.params.x}\n- - - ${json:run.params.x}\n',
        '  - k: ${json:run.params.x}\n    l: 1\n',
      ].join(''),
    )
    const owned = {
      experimentId: '1',
      runid: run.id,
      modelid: undefined,
      timestamp: 20240101,
      modelName: 'm',
      modelVersion: '1',
    }
    const texts = fc.sample(jsonText, { numRuns: Number(process.env.JSON_ROUNDS ?? 400), seed: 5 })
    const files = texts.map((x) => {
      const rendered = renderValuesFile(template, withParams({ x }), owned)
      if (!rendered.ok) throw new Error(`${x}: ${describeFlaws(rendered.flaws)}`)
      expect(isHeldFile(rendered.text)).toBe(false)
      return rendered.text
    })
    const expected = texts.map((x) => {
      const value: unknown = JSON.parse(wellFormed(x))
      return {
        a: value,
        b: value,
        c: [value, [[value], { k: value, l: 1 }]],
        global: { ...withoutPrototype(owned), keep: value },
      }
    })
    const comparable = (value: unknown): unknown => JSON.parse(JSON.stringify(value))
    for (const [index, file] of files.entries()) {
      const wanted = JSON.stringify(sorted(expected[index]))
      expect(JSON.stringify(sorted(parse(file)))).toBe(wanted)
      expect(JSON.stringify(sorted(parseDocument(file, { version: '1.1' }).toJS()))).toBe(wanted)
    }
    const wanted = expected.map((value) => JSON.stringify(sorted(comparable(value))))
    const same = (found: { value?: unknown }[]): string[] =>
      found.map(({ value }) => JSON.stringify(sorted(value)))
    expect(same(readWithPyYaml(files))).toEqual(wanted)
    if (hasHelm) expect(same(readAllWithHelm(files))).toEqual(wanted)
  })
})

/** The owned values that are written for a new file. */
function withoutPrototype(owned: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(owned).filter(([, value]) => value !== undefined))
}

/** Lone surrogates in JSON are written as the replacement character. */
function wellFormed(json: string): string {
  return json.replace(/\\u[dD][89a-fA-F][0-9a-fA-F]{2}/g, '\uFFFD').toWellFormed()
}

/** The same value with entries in the order of their keys, negative zero as zero. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value === 0 ? 0 : value
  return Object.entries(value)
    .map(([key, item]): [string, unknown] => [key, sorted(item)])
    .sort(([a], [b]) => (a < b ? -1 : 1))
}

test('JSON is parsed in linear time', () => {
  const items = `[${'{"a":"\\\\"},'.repeat(100_000)}1]`
  const parsed = parseJson(items)
  expect(parsed.ok && parsed.value.kind === 'list' && parsed.value.items.length).toBe(100_001)
})
