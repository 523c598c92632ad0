import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { fc } from '../../../testing/fast-check.ts'
import { parseTemplate, type Template } from '../../../src/core/template/parse.ts'
import {
  renderTemplate,
  renderValuesFile,
  type PlaceholderValues,
} from '../../../src/core/template/render.ts'
import type { OwnedValues } from '../../../src/core/values-file/owned.ts'
import { updateParsedText } from '../../../src/core/values-file/update.ts'
import { hasHelm, readAllWithHelm } from '../../../testing/helm.ts'
import { readWithPyYaml } from '../../../testing/readers/yaml.ts'
import { jsonText } from '../../fixtures/json-text.ts'
import { anyText, nastyTexts } from '../../fixtures/nasty-text.ts'
import { parseValidTemplate, run, version, withParams } from '../../fixtures/templates.ts'
import { document } from '../../fixtures/values-files.ts'

const builtIn = readFileSync(join(import.meta.dirname, '../../../templates/vllm.yaml'), 'utf8')

const owned: OwnedValues = {
  experimentId: run.experimentId,
  runid: run.id,
  modelid: 'm-0123456789abcdef',
  timestamp: 20240101,
  modelName: version.name,
  modelVersion: version.version,
}

/** What parsing, editing and comparing the rendered file yields; undefined if it is rejected. */
function renderCarefully(
  template: Template,
  values: PlaceholderValues,
  wanted: OwnedValues,
): string | undefined {
  const rendered = renderTemplate(template, values)
  if (!rendered.ok) return undefined
  const update = updateParsedText(rendered.text, wanted)
  if (update.kind === 'rejected') return undefined
  return update.kind === 'updated' ? update.text : rendered.text
}

function renderFile(
  template: Template,
  values: PlaceholderValues,
  wanted: OwnedValues,
): string | undefined {
  const rendered = renderValuesFile(template, values, wanted)
  return rendered.ok ? rendered.text : undefined
}

const bodies = [
  'z: ${run.params.x} # c\n',
  'z: v${run.params.x}\n',
  "z: '${run.params.x}' # c\n",
  'z: "<${run.params.x}>"\n',
  'z: &z "${run.params.x}"\ny: *z\n',
  'z: &z ${run.params.x}\n*z : 1\n',
  'z: |+\n  ${run.params.x}\n # c\n',
  'z: "\\ud800${run.params.x}"\n',
  'z: !!str ${run.params.x}\n',
  'z: ["${run.params.x}", {b: \'${run.params.x}\'}]\n',
  'y: 1\nz: "one\n  ${run.params.x}"\n',
  'z:\n- ${run.params.x}\n- b: ${run.params.x}\n  c: 1\n',
  'z: |\n  ${run.params.x}\n  end\n',
  'z: |-\n    a ${run.params.x} b\n\n\n',
  'z: |2+ # c\n   - ${run.params.x}\n\n',
  'z: >\n  b ${run.params.x}\n  end ${run.params.x}\n',
  'z: >\n  ${run.params.none:-p\n  q} ${run.params.x}\n',
  'z: |\n  {{ a }} $${ ${run.params.x:-e}\n',
  'z: ${run.params.none:-${run.tags.none:-${run.params.x}}} # c\n',
  'z: "${run.params.none:-<${run.params.x:-e}>}"\n',
  'z: >\n  ${run.params.none:-p ${run.params.x}} q\n',
  'z: ${json:run.params.json}\n',
  'z: ${json:run.params.json} # c\n',
  'z:\n  # c\n  - ${json:run.params.json}\n  - - ${json:run.params.json}\n    - a: ${json:run.params.json}\n      b: 1\n',
  'z: &z ${json:run.params.json}\ny: *z\n',
  'z:\n  ${json:run.params.json}\n',
  'z: ${json:run.params.none:-${run.params.json:-1}}\n# c\n',
  '"z z" : ${json:run.params.json:-[]} \n\n\n',
  '${run.params.x}: 1\n',
  '? [a, "${run.params.x}"]\n: 1\n',
]

const globals = [
  '',
  'global: {}\n',
  'global: {keep: "${run.params.x}"}\n',
  'global:\n',
  'global: ~\n',
  'global:\n    keep: ${run.params.x}\n        # deeper\n    # same\n# margin\n',
  'global:\n  keep: |\n    ${run.params.x}\n',
  'global:\n  a: &a ${run.id}\n  runid: *a\n',
  'global:\n  runid: &r ${run.id}\n  b: *r\n',
  'global:\n  runid:\n  modelVersion: ${model.version}\n',
  'global:\n  modelVersion: ${model.version} # n\n  experimentId: ${experiment.id}\n',
  'global:\n  runid: \'${run.id}\'\n  modelid: ${model.id:-}\n  modelName: "${model.name}"\n',
  'global:\n  runid: |\n    ${run.id}\n  timestamp: 20240101\n',
  'global:\n  runid: ${run.params.x}\n  modelName: \'${run.params.x}\'\n  modelid: "${run.params.x}"\n',
  'global:\n  runid: "${run.slug}"\n  modelVersion: "9"\n  timestamp: "20240101"\n',
  'global:\n  keep: ${json:run.params.json}\n',
  'global:\n  keep: ${json:run.params.json}\n      # deeper\n  # same\n# margin\n',
  'global:\n  runid: ${json:run.params.json}\n  modelVersion: ${json:model.version}\n',
  'base: &base\n  runid: x\nglobal:\n  <<: *base\n  keep: 1\n',
]

const templateText = fc
  .record({
    header: fc.constantFrom('', '# h\n\n', '---\n', '\uFEFF# b\n', '# h\n# of the first key\n'),
    global: fc.oneof(
      fc.constantFrom(...globals),
      document.map(({ text }) => `${text.replaceAll('\r', '')}\n`),
    ),
    before: fc.constantFrom('', 'a: 1\n', 'a:\n    b: ${run.slug}\n'),
    after: fc.subarray(bodies, { maxLength: 2 }),
    lineBreak: fc.constantFrom('\n', '\r\n'),
    isTrimmed: fc.boolean(),
  })
  .map(({ header, global, before, after, lineBreak, isTrimmed }) => {
    const parts = after.map((body, index) => (index === 0 ? body : body.replaceAll('z', 'x2')))
    const text = [header, before, global, ...parts].join('')
    return (isTrimmed ? text.replace(/\n$/, '') : text).replaceAll('\n', lineBreak)
  })

const modelId = fc.constantFrom(undefined, owned.modelid)

describe('a file that is joined without being parsed', () => {
  test('is the same, byte for byte, as one that is parsed, edited and compared', () => {
    const numRuns = Number(process.env.JOIN_ROUNDS ?? 1500)
    let joined = 0
    fc.assert(
      fc.property(templateText, anyText, jsonText, modelId, (text, x, json, modelid) => {
        const parsed = parseTemplate(text)
        fc.pre(parsed.ok)
        const { template } = parsed
        if (template.layout !== undefined) joined += 1
        const values = { ...withParams({ x, json }), modelId: modelid }
        const wanted = { ...owned, modelid }
        expect(renderFile(template, values, wanted)).toBe(renderCarefully(template, values, wanted))
      }),
      { numRuns },
    )
    expect(joined).toBeGreaterThan(numRuns / 10)
  })

  test('is not written if an empty value lets a block of text swallow a comment', () => {
    const template = parseValidTemplate('a: |+\n  ${run.params.x}\n # c\nb: 1\n')
    expect(renderFile(template, withParams({ x: 'v' }), owned)).toContain('a: |+\n  v\n # c\n')
    expect(renderFile(template, withParams({ x: '' }), owned)).toBeUndefined()
  })

  test('needs a timestamp that is one', () => {
    const template = parseValidTemplate('a: ${run.id}\n')
    for (const timestamp of [-1, 1.5, NaN]) {
      const values = withParams({})
      expect(renderFile(template, values, { ...owned, timestamp })).toBeUndefined()
    }
  })

  test('reads back unchanged in npm yaml, PyYAML and Helm, whatever the values are', () => {
    const source = [
      "global:\n  runid: '${run.params.x}' # r\n  modelid: ${run.params.x}\n  keep: 1\n",
      'plain: ${run.params.x} # c\n',
      'text: v${run.params.x}\n',
      "single: '${run.params.x}'\n",
      'double: "${run.params.x}"\n',
      'list: ["${run.params.x}", b]\n',
      'block: |-\n  a ${run.params.x} b\n  end\n',
      'folded: >-\n  a ${run.params.x} b\n  end\n',
    ].join('')
    const template = parseValidTemplate(source)
    const texts = [
      ...nastyTexts,
      ...fc.sample(anyText, { numRuns: 300, seed: 11 }).map((text) => text.toWellFormed()),
    ].map((text) => text.toWellFormed())
    const files = texts.map((x) => {
      const values = withParams({ x })
      const wanted = { ...owned, modelName: x, modelid: undefined }
      return renderFile(template, { ...values, version: { ...version, name: x } }, wanted) ?? ''
    })
    const expected = texts.map((x) => ({
      global: { runid: run.id, keep: 1, modelName: x, timestamp: 20240101 },
      text: `v${x}`,
      single: x,
      double: x,
      list: [x, 'b'],
      block: `a ${x} b\nend`,
      folded: `a ${x} b end`,
    }))
    for (const [index, value] of expected.entries()) {
      expect(parse(files[index] ?? '')).toMatchObject(value)
    }
    expect(readWithPyYaml(files)).toMatchObject(expected.map((value) => ({ value })))
    if (hasHelm) {
      expect(readAllWithHelm(files)).toMatchObject(expected.map((value) => ({ value })))
    }
  })
})

describe('a template', () => {
  test.each([
    ['the built-in one', builtIn],
    ['without global', 'a: ${run.id}\n'],
    ['with owned values', 'global:\n  runid: ${run.id}\n  modelVersion: "9" # n\na: 1\n'],
    ['with blocks of text', 'global:\n  a: 1\nb: |\n  run ${run.id}\n'],
    ['with anchors elsewhere', 'a: &a 1\nb: *a\nc: ${run.id}\n'],
  ])('%s needs no parsing per file', (_, text) => {
    expect(parseValidTemplate(text).layout).toBeDefined()
  })

  test.each([
    ['a placeholder in a key', '${model.name}: 1\n'],
    ['a placeholder in a list that is a key', '? ["${model.name}"]\n: 1\n'],
    ['a placeholder that an alias makes a key', 'a: &k ${run.name}\n*k : 1\n'],
    ['global in braces', 'global: {a: 1}\n'],
    ['an empty global', 'global:\na: 1\n'],
    ['an owned value that others refer to', 'global:\n  runid: &r ${run.id}\n  b: *r\n'],
    ['a tagged owned value', 'global:\n  timestamp: !!str 5\n  b: 1\n'],
    ['an empty owned value', 'global:\n  runid:\n  b: 1\n'],
    ['an owned value over two lines', 'global:\n  runid: "a\n    b"\n  b: 1\n'],
    ['an owned value in a block without an end', 'global:\n  b: 1\n  runid: |\n    x'],
    ['an owned value of several lines', 'global:\n  runid: |\n    ${run.id}\n  b: 1\n'],
    ['a block of text at the end of global', 'global:\n  a: |\n    b\nc: 1\n'],
    ['a merge key in global', 'a: &a {runid: x}\nglobal:\n  <<: *a\n  b: 1\n'],
    ['a character on which readers disagree', 'a: "\u2028"\n'],
  ])('with %s needs it', (_, text) => {
    expect(parseValidTemplate(text).layout).toBeUndefined()
  })
})
