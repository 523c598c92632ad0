import { describe, expect, test } from '@jest/globals'
import { isMap, isScalar, isSeq, parse, parseDocument, visit } from 'yaml'
import { fc } from '../../../testing/fast-check.ts'
import { renderTemplate } from '../../../src/core/template/render.ts'
import { anyText, nastyTexts } from '../../fixtures/nasty-text.ts'
import { describeFlaws, parseValidTemplate, render, withParams } from '../../fixtures/templates.ts'
import { isHeldFile } from '../../fixtures/values-files.ts'

/** Templates with the parameter x at `a`, and the value that a reader must find there. */
const contexts: Record<string, [string, (x: string) => unknown]> = {
  'plain scalar with text around it': ['a: v${run.params.x} # c\n', (x) => `v${x}`],
  'single-quoted scalar': ["a: '${run.params.x}' # c\n", (x) => x],
  'double-quoted scalar': ['a: "<${run.params.x}>" # c\n', (x) => `<${x}>`],
  'literal block': ['a: |\n  ${run.params.x}\n  end\n', (x) => `${x}\nend\n`],
  'literal block, stripped': ['a: |-\n    ${run.params.x}\n', (x) => x],
  'literal block, kept': ['a: |2+\n   - ${run.params.x}\n\n', (x) => ` - ${x}\n\n`],
  'literal block with CRLF': ['a: |\r\n  b ${run.params.x}\r\n', (x) => `b ${x}\n`],
  'folded block': ['a: >\n  b ${run.params.x}\n  end\n', (x) => `b ${x} end\n`],
  'folded block, stripped': ['a: >-\n  ${run.params.x}\n', (x) => x],
  'flow list': ['a: ["${run.params.x}", b]\n', (x) => [x, 'b']],
  'flow map': ["a: {b: '${run.params.x}', c: 1}\n", (x) => ({ b: x, c: 1 })],
  'list of blocks': ['a:\n- |-\n ${run.params.x}\n- b\n', (x) => [x, 'b']],
  'anchored scalar': ['a: &x "${run.params.x}"\nb: *x\n', (x) => x],
}

describe.each(Object.entries(contexts))('a value in a %s', (_name, [source, expected]) => {
  const template = parseValidTemplate(`${source}last: 1\n`)

  test('reads back unchanged and changes nothing else', () => {
    fc.assert(
      fc.property(anyText, (x) => {
        const result = renderTemplate(template, withParams({ x }))
        if (!result.ok) throw new Error(describeFlaws(result.flaws))
        const found = parse(result.text) as Record<string, unknown>
        expect(found).toMatchObject({ a: expected(x.toWellFormed()), last: 1 })
        expect(Object.keys(found)).toEqual(
          source.includes('*x') ? ['a', 'b', 'last'] : ['a', 'last'],
        )
        expect(isHeldFile(result.text)).toBe(false)
      }),
      { examples: nastyTexts.map((text) => [text]), numRuns: 300 },
    )
  })
})

test('a value that is a complete plain scalar gets its type in the core schema, or is a string', () => {
  const readCoreValue = (text: string): unknown => {
    const document = parseDocument(`- ${text}`)
    const node = isSeq(document.contents) ? document.contents.items[0] : undefined
    return document.errors.length === 0 && isScalar(node) && node.source === text
      ? node.value
      : text
  }
  fc.assert(
    fc.property(fc.oneof(anyText, fc.double().map(String), fc.bigInt().map(String)), (x) => {
      const found: unknown = parse(render('a: ${run.params.x}\n', withParams({ x })))
      const typed = readCoreValue(x)
      const isPortable = typeof typed !== 'number' || isPortableNumber(x, typed)
      const text = x.toWellFormed()
      expect(found).toEqual({ a: !isPortable || typed === x ? text : typed === 0 ? 0 : typed })
    }),
    { examples: nastyTexts.map((text) => [text]), numRuns: 1000 },
  )
})

/** Whether a double represents exactly the number in the text. */
function isPortableNumber(text: string, value: number): boolean {
  return (
    Number.isFinite(value) &&
    (!/^[-+]?\d+$/.test(text) || BigInt(text.replace('+', '')) === BigInt(value))
  )
}

test('a value in a key becomes that key, or is rejected if the key is a duplicate or too long', () => {
  const template = parseValidTemplate('a: 1\n${run.params.x}: {b: 2}\nc: 3\n')
  fc.assert(
    fc.property(anyText, (x) => {
      const result = renderTemplate(template, withParams({ x }))
      const key = x.toWellFormed()
      expect(result.ok).toBe(key !== 'a' && key !== 'c')
      if (!result.ok) return
      const root = parseDocument(result.text).contents
      const keys = isMap(root) ? root.items.map((item) => isScalar(item.key) && item.key.value) : []
      expect(keys).toEqual(['a', key, 'c'])
    }),
    { examples: nastyTexts.map((text) => [text]), numRuns: 300 },
  )
})

test('several hostile values at once do not change the structure', () => {
  const source = '${run.params.k}:\n  - ${run.params.a}\n  - b: |\n      ${run.params.b}\n'
  const template = parseValidTemplate(`# c\n${source}z: "\${run.params.c}"\n`)
  const shape = (text: string) => {
    const kinds: string[] = []
    visit(parseDocument(text), {
      Node: (_key, node) => {
        kinds.push(isScalar(node) ? 'scalar' : isMap(node) ? `map ${node.items.length}` : 'list')
      },
    })
    return kinds
  }
  fc.assert(
    fc.property(fc.record({ k: anyText, a: anyText, b: anyText, c: anyText }), (params) => {
      fc.pre(params.k !== 'z')
      const result = renderTemplate(template, withParams(params))
      expect(result.ok && shape(result.text)).toEqual(shape(template.text))
    }),
  )
})
