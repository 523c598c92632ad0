import { describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { parseTemplate } from '../../../src/core/template/parse.ts'
import { renderTemplate } from '../../../src/core/template/render.ts'
import { prose } from '../../../src/core/text/prose.ts'
import { runId } from '../../fixtures/registry.ts'
import {
  describeFlaws,
  modelId,
  parseValidTemplate,
  placeholderValues,
  render,
  run,
  version,
  withParams,
} from '../../fixtures/templates.ts'
import { plainTexts } from '../../fixtures/plain-texts.ts'

function withX(value: string) {
  return withParams({ x: value })
}

describe('placeholders', () => {
  const values = {
    ...placeholderValues,
    run: {
      ...run,
      params: { 'a/b.c-d e': 'p' },
      metrics: { acc: 0.91, steps: 3, nan: NaN, inf: -Infinity, tiny: 1e-7, big: 1e300 },
      tags: { t: 'tag' },
    },
    version: { ...version, description: 'Good one', tags: { tier: 'gold' }, aliases: ['a', 'b'] },
  }
  test.each([
    ['run.id', runId],
    ['run.name', 'brave-fox-7'],
    ['run.slug', 'abc123de'],
    ['run.params.a/b.c-d e', 'p'],
    ['run.metrics.acc', '0.91'],
    ['run.metrics.steps', '3'],
    ['run.metrics.nan', 'NaN'],
    ['run.metrics.inf', '-Infinity'],
    ['run.tags.t', 'tag'],
    ['experiment.id', '1'],
    ['experiment.name', 'llm-tuning'],
    ['model.name', 'my_model'],
    ['model.slug', 'my-model'],
    ['model.version', '3'],
    ['model.id', modelId],
    ['model.source', version.source],
    [
      'model.artifacts',
      '/mlflow/{{ .Values.global.experimentId }}/{{ .Values.global.runid }}/artifacts/model',
    ],
    ['model.description', 'Good one'],
    ['model.tags.tier', 'gold'],
    ['model.aliases', 'a,b'],
  ])('${%s} is %s', (name, text) => {
    expect(render(`a: "\${${name}}"`, values)).toBe(`a: "${text}"`)
  })

  test.each([
    ['steps', '3'],
    ['acc', '0.91'],
    ['tiny', '1.0e-7'],
    ['big', '1.0e+300'],
    ['nan', '"NaN"'],
    ['inf', '"-Infinity"'],
  ])('write the metric %s as %s in a plain scalar', (name, text) => {
    expect(render(`a: \${run.metrics.${name}}`, values)).toBe(`a: ${text}`)
  })

  test.each([
    ['${run.params.none:-4096}', '4096'],
    ['${run.params.x:-4096}', '4096'],
    ['${run.params.none:-}', 'null'],
    ['"${run.params.none:-}"', '""'],
    ['${run.params.none:- a b }', '" a b "'],
    ['${run.params.toString:-x}', 'x'],
    ['${model.description}', 'null'],
    ['"${model.description}"', '""'],
    ['x${model.aliases:-y}', 'xy'],
    ['$${run.id}', '"${run.id}"'],
    ['$$${run.id}', '"$${run.id}"'],
    ['"$${{ a }}"', '"${{ a }}"'],
    [
      `'{{ x "\${run.id}" }} \${{ f("\${run.id}") }}\${model.version}'`,
      `'{{ x "\${run.id}" }} \${{ f("\${run.id}") }}3'`,
    ],
  ])('in %s yield %s', (source, text) => {
    expect(render(`a: ${source}`, withX(''))).toBe(`a: ${text}`)
  })

  test('without a value or a fallback are all reported with their lines', () => {
    const template = parseValidTemplate(
      'a: ${run.params.x}\n# c\nb: "${run.params.y:-1} ${run.tags.z}"\n',
    )
    expect(plainTexts(renderTemplate(template, placeholderValues))).toEqual({
      ok: false,
      flaws: [
        {
          line: 1,
          problem: '`${run.params.x}` has no value and no fallback: this run has no parameters',
        },
        { line: 3, problem: '`${run.tags.z}` has no value and no fallback: this run has no tags' },
      ],
      advice:
        'Correct the name, log the value with MLflow, or write a fallback in the template, as in `${run.params.x:-fallback}`.',
    })
  })

  test('without a value are reported with the names that the run has, the closest first', () => {
    const names = ['epochs', 'max_len', 'lora_r', 'seed', 'lr', 'batch_size', 'mlflow.user']
    const values = withParams(Object.fromEntries(names.map((name) => [name, '1'])))
    const template = parseValidTemplate('a: ${run.params.max_length}\n')
    expect(plainTexts(renderTemplate(template, values))).toMatchObject({
      flaws: [
        {
          problem: expect.stringMatching(
            /no fallback: this run has the parameters `max_len`, .* and 1 more$/,
          ) as unknown,
        },
      ],
    })
  })

  test('for a missing logged model or experiment name are reported as missing', () => {
    const template = parseValidTemplate('a: ${model.id}\nb: ${experiment.name}\n')
    const values = { ...placeholderValues, modelId: undefined, experimentName: undefined }
    expect(plainTexts(renderTemplate(template, values))).toMatchObject({
      ok: false,
      flaws: [
        { line: 1, problem: '`${model.id}` has no value and no fallback' },
        { line: 2, problem: '`${experiment.name}` has no value and no fallback' },
      ],
      advice:
        'Write a fallback in the template, as in `${model.id:-fallback}`, or do without this placeholder.',
    })
  })

  test('for a rejected path are reported only if the template uses it', () => {
    const artifacts = { ok: false, problem: prose`it holds ..` } as const
    const values = { ...placeholderValues, artifacts }
    expect(
      plainTexts(renderTemplate(parseValidTemplate('a: "${model.artifacts:-/x}"'), values)),
    ).toMatchObject({
      ok: false,
      flaws: [{ line: 1, problem: '`${model.artifacts}`: it holds ..' }],
    })
    expect(render('a: ${run.slug}', values)).toBe('a: abc123de')
  })
})

describe('a plain scalar that is one placeholder', () => {
  test.each([
    ['4096', '4096'],
    ['+1', '1'],
    ['-0', '0'],
    ['-2.50', '-2.5'],
    ['.5', '0.5'],
    ['.25', '0.25'],
    ['1.', '1'],
    ['017', '17'],
    ['0x1F', '31'],
    ['0o17', '15'],
    ['0x1Fz', '"0x1Fz"'],
    ['10x1F', '"10x1F"'],
    ['1e3', '1000'],
    ['1E-7', '1.0e-7'],
    ['1.5e300', '1.5e+300'],
    ['100000000000000000000', '100000000000000000000'],
    ['true', 'true'],
    ['FALSE', 'false'],
    ['~', 'null'],
    ['Null', 'null'],
    ['1e400', '"1e400"'],
    ['9007199254740993', '"9007199254740993"'],
    ['12345678901234567890123456789012', '"12345678901234567890123456789012"'],
    ['.inf', '".inf"'],
    ['-.Inf', '"-.Inf"'],
    ['.nan', '".nan"'],
    ['1_000', '"1_000"'],
    ['0b11', '"0b11"'],
    ['on', '"on"'],
    ['true-ish', 'true-ish'],
    ['-0x1F', '"-0x1F"'],
    ['y', '"y"'],
    ['1:30', '"1:30"'],
    ['2024-01-01', '"2024-01-01"'],
    [' 1', '" 1"'],
    ['llama', 'llama'],
    ['x: 1\n  injected: true', '"x: 1\\n  injected: true"'],
    ['\ud800', '"\ufffd"'],
  ])('with the value %j is written as %s', (value, text) => {
    expect(render('a: ${run.params.x} # c', withX(value))).toBe(`a: ${text} # c`)
  })

  test('is a string if the template tags it as one', () => {
    expect(render('a: !!str ${run.params.x}', withX('1'))).toBe('a: !!str "1"')
    expect(render('a: !!str ${run.params.x}', withX('a'))).toBe('a: !!str a')
  })
})

describe('other scalars', () => {
  test.each([
    ['a: v${run.params.x}', '1', 'a: v1'],
    ['a: ${run.params.x}${run.params.x}', '1', 'a: "11"'],
    ['a: 1${run.params.x}', 'e3', 'a: "1e3"'],
    ["a: '${run.params.x}'", "it's", "a: 'it''s'"],
    ["a: '${run.params.x}'", '1', "a: '1'"],
    ["a: '${run.params.x}'", 'a\nb', 'a: "a\\nb"'],
    ['a: "${run.params.x}"', '"\\', 'a: "\\"\\\\"'],
    ['a: "\\t${run.params.x}\\\n  y"', 'z', 'a: "\\tzy"'],
    ['${run.params.x}: 1', '8', '"8": 1'],
    ['${run.params.x}: 1', '<<', '"<<": 1'],
    ['"${run.params.x}": 1', 'k', '"k": 1'],
    ['? ${run.params.x}\n: 1', 'a: b', '? "a: b"\n: 1'],
    ['a: ["${run.params.x}", {b: \'${run.params.x}\'}]', '], c', 'a: ["], c", {b: \'], c\'}]'],
    ['a: &n ${run.params.x}\nb: *n', 'v', 'a: &n v\nb: *n'],
  ])('%j with %j becomes %j', (template, value, text) => {
    expect(render(template, withX(value))).toBe(text)
  })
})

describe('block scalars', () => {
  test.each([
    ['a: |\n  run ${run.params.x}\n  end\nb: 1\n', 'v', 'a: |\n  run v\n  end\nb: 1\n'],
    ['a: |\n  ${run.params.x}\n', 'p\n\nq', 'a: |\n  p\n\n  q\n'],
    ['a: |-\r\n  ${run.params.x}\r\n', 'p\nq', 'a: |-\r\n  p\r\n  q\r\n'],
    ['a: >-\n  one ${run.params.x}\n  two\n\nb: 1', 'v', 'a: >-\n  one v\n  two\n\nb: 1'],
    ['a: |2 # c\n   ${run.params.x}\n', ' p\nq', 'a: |2 # c\n    p\n  q\n'],
    ['a:\n  - |+\n    ${run.params.x}\n\n', 'p', 'a:\n  - |+\n    p\n\n'],
    ['a: |\n  $${x} {{ y }} ${run.params.x}\n', 'v', 'a: |\n  ${x} {{ y }} v\n'],
    ['a: |-\n  ${run.params.x}', 'v', 'a: |-\n  v'],
    ['a: |2-\n  ${run.params.x}', 'v', 'a: |2-\n  v'],
    ['a: |\n \n\n  ${run.params.x}\n', 'p\nq', 'a: |\n \n\n  p\n  q\n'],
    ['a: | # >5\n  ${run.params.x}\n', 'p\nq', 'a: | # >5\n  p\n  q\n'],
    ['a: |-2\n   ${run.params.x}\n', 'p\nq', 'a: |-2\n   p\n  q\n'],
    ['a:\n  b: |1\n   ${run.params.x}\n', ' p', 'a:\n  b: |1\n    p\n'],
    ['a: |\n  ${run.params.x}\n', 'p\tq', 'a: |\n  p\tq\n'],
  ])('%j with %j stays a block scalar', (template, value, text) => {
    expect(render(template, withX(value))).toBe(text)
  })

  test.each([
    ['a: | # c\n  ${run.params.x}\n\nb: 1\n', ' v', 'a: " v\\n" # c\n\nb: 1\n'],
    ['a: |\n  ${run.params.x}  \nb: 1', ' v', 'a: " v  \\n"\nb: 1'],
    ['a: |\n  ${run.params.x}  ', ' v', 'a: " v  \\n"'],
    ['a: |\n  ${run.params.x}\n', 'v\n', 'a: "v\\n\\n"\n'],
    ['a: >\n  ${run.params.x}\n', 'p\nq', 'a: "p\\nq\\n"\n'],
    ['a: |\r\n  ${run.params.x}\r\nb: 1', 'a\r', 'a: "a\\r\\n"\r\nb: 1'],
    // Readers disagree on the last line break of these two.
    ['a: |\n  ${run.params.x}', 'v', 'a: "v\\n"'],
    ['a: |+\n  ${run.params.x}', 'v', 'a: "v\\n"'],
    ['a: |-\n  ${run.params.x}', 'a\u0085b', 'a: "a\\x85b"'],
    ['a: |\n  ${run.params.x}\n', '\tv', 'a: "\\tv\\n"\n'],
    ['a: |\n  ${run.params.x}\n', '', 'a: "\\n"\n'],
    ['a: >\n  ${run.params.none:-p\n  q}\n', 'v', 'a: "p q\\n"\n'],
    ['a: | #\ta\u2028b\n  ${run.params.x}\n', ' v', 'a: " v\\n" #\ta\u2028b\n'],
    ['a: |\n  # ${run.params.x}\n', 'mlflow-sync: hold', 'a: "# mlflow-sync: hold\\n"\n'],
    ['a: |\n  ${run.params.x}\n', '#MLflow-sync :hold', 'a: "#MLflow-sync :hold\\n"\n'],
    [
      'a: |\n  ${run.params.x}\n',
      'v\n\t# mlflow-sync: hold (x)',
      'a: "v\\n\\t# mlflow-sync: hold (x)\\n"\n',
    ],
  ])('%j with %j becomes a quoted string', (template, value, text) => {
    expect(render(template, withX(value))).toBe(text)
  })
})

// If any of these took quadratic time, the tests would time out.
describe('a large template is rendered in linear time', () => {
  const blank = '\n'.repeat(50_000)

  test.each([
    [`a: |\n  \${run.params.x}\n${blank}  y\n`, `a: " v\\n${'\\n'.repeat(50_000)}y\\n"\n`],
    [`a: |\n  \${run.params.x}\n${blank}b: 1\n`, `a: " v\\n"\n${blank}b: 1\n`],
    [`a: '${'{{ '.repeat(200_000)}\${run.params.x}'\n`, `a: '${'{{ '.repeat(200_000)} v'\n`],
  ])('case %#', (template, text) => {
    // Compared as booleans, because a difference of this size takes minutes to print.
    expect(render(template, withX(' v')) === text).toBe(true)
  })

  test('its errors too', () => {
    const result = parseTemplate('a: "b" ]\n'.repeat(20_000))
    expect(result.ok ? 0 : result.flaws.length).toBe(20_000)
  })
})

describe('the rest of a template', () => {
  test('reaches the file byte for byte', () => {
    const text = [
      '\ufeff# ${run.id} $${ {{ x }}\r\n',
      '---   # start\r\n',
      "b:   'x'   # ${run.id}\r\n",
      '\r\n',
      'a: &anchor {k: [1,  2 ,3]}\r\n',
      'c: *anchor\r\n',
      'd: >2\r\n    folded\r\n\r\n  text\r\n',
      'e: ${{ github.sha }}\r\n',
      'f: "{{ .Values.x }}"   \r\n',
      'g: 0x1F',
    ].join('')
    expect(render(text)).toBe(text)
    expect(render(`${text}\r\nh: \${run.id}`)).toBe(`${text}\r\nh: ${runId}`)
  })

  test('is protected against a key that becomes a duplicate', () => {
    const template = parseValidTemplate('a: 1\n${run.params.x}: 2\n')
    expect(plainTexts(renderTemplate(template, withX('a')))).toMatchObject({
      ok: false,
      flaws: [{ problem: expect.stringContaining('Map keys must be unique') as unknown }],
    })
    expect(parse(render('a: 1\n${run.params.x}: 2\n', withX('b')))).toEqual({ a: 1, b: 2 })
  })

  test('is protected against a key that is too long for YAML', () => {
    const template = parseValidTemplate('${run.params.x}: 2\n')
    expect(renderTemplate(template, withX('k'.repeat(2000)))).toMatchObject({ ok: false })
  })
})

describe('a placeholder as a fallback', () => {
  const template =
    'a: ${run.params.n:-${model.tags.n:-4096}}\nb: "${run.params.n:-${model.tags.n:-x}}"\n'

  test.each([
    [{ n: '1' }, { n: '2' }, 'a: 1\nb: "1"\n'],
    [{ n: '' }, { n: 'on' }, 'a: "on"\nb: "on"\n'],
    [{}, { n: '2' }, 'a: 2\nb: "2"\n'],
    [{}, { n: '' }, 'a: 4096\nb: "x"\n'],
    [{}, {}, 'a: 4096\nb: "x"\n'],
  ])('is used in turn, and its value decides the type: %j, %j', (params, tags, expected) => {
    const values = { ...withParams(params), version: { ...version, tags } }
    expect(render(template, values)).toBe(expected)
  })

  test('without a value is named together with the first one', () => {
    const rendered = renderTemplate(
      parseValidTemplate('a: 1\nb: ${run.params.n:-${model.tags.n}}\n'),
      { ...withParams({}), version: { ...version, tags: { m: '1' } } },
    )
    expect(plainTexts(rendered)).toEqual({
      ok: false,
      flaws: [
        {
          line: 2,
          problem:
            '`${run.params.n}` has no value, and neither has its fallback `${model.tags.n}`: this model version has the tags `m`',
        },
      ],
      advice: expect.stringContaining('as in `${model.tags.n:-fallback}`') as unknown,
    })
  })
})

describe('a fact that MLflow does not always know', () => {
  test.each([
    [
      '${model.path}',
      { path: { ok: false, problem: prose`no path` } },
      /`\$\{model\.path\}`: no path/,
    ],
    ['${model.uri}', { uri: { ok: false, problem: prose`no URI` } }, /`\$\{model\.uri\}`: no URI/],
    [
      '${registered_model.tags.x:-1}',
      { registeredModel: { description: '', tags: {}, problem: prose`hidden` } },
      /hidden/,
    ],
    ['${run.user}', { run: { ...run, user: '' } }, /`\$\{run\.user\}` has no value/],
    ['${run.status}', { run: { ...run, status: '' } }, /`\$\{run\.status\}` has no value/],
    ['${registered_model.tags.owner}', {}, /this registered model has the tags `team`/],
  ] as const)('fails the run if the template uses it: %s', (source, given, problem) => {
    const values = { ...placeholderValues, ...given }
    const rendered = renderTemplate(parseValidTemplate(`a: ${source}\n`), values)
    expect(rendered.ok ? '' : describeFlaws(rendered.flaws)).toMatch(problem)
    expect(render('a: 1\n', values)).toBe('a: 1\n')
  })
})
