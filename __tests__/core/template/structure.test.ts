import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { isMap, isScalar, isSeq, parse, parseDocument, visit } from 'yaml'
import { isHeldFile } from '../../fixtures/values-files.ts'
import { renderTemplate } from '../../../src/core/template/render.ts'
import { anyText, nastyTexts } from '../../fixtures/nasty-text.ts'
import { rendered, templateOf, withParams } from '../../fixtures/templates.ts'

/** Templates with the parameter x at `a`, and what a reader has to find there. */
const contexts: Record<string, [string, (x: string) => unknown]> = {
  'plain with text around': ['a: v${run.params.x} # c\n', (x) => `v${x}`],
  'single quotes': ["a: '${run.params.x}' # c\n", (x) => x],
  'double quotes': ['a: "<${run.params.x}>" # c\n', (x) => `<${x}>`],
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
  const template = templateOf(`${source}last: 1\n`)

  test('reads back as that very value and changes nothing else', () => {
    fc.assert(
      fc.property(anyText, (x) => {
        const answer = renderTemplate(template, withParams({ x }))
        if (!answer.ok) throw new Error(answer.problem)
        const found = parse(answer.text) as Record<string, unknown>
        expect(found).toMatchObject({ a: expected(x.toWellFormed()), last: 1 })
        expect(Object.keys(found)).toEqual(
          source.includes('*x') ? ['a', 'b', 'last'] : ['a', 'last'],
        )
        expect(isHeldFile(answer.text)).toBe(false)
      }),
      { examples: nastyTexts.map((text) => [text]), numRuns: 300 },
    )
  })
})

test('a plain value alone is what the core schema says, or the text itself', () => {
  const core = (text: string): unknown => {
    const document = parseDocument(`- ${text}`)
    const node = isSeq(document.contents) ? document.contents.items[0] : undefined
    return document.errors.length === 0 && isScalar(node) && node.source === text
      ? node.value
      : text
  }
  fc.assert(
    fc.property(fc.oneof(anyText, fc.double().map(String), fc.bigInt().map(String)), (x) => {
      const found: unknown = parse(rendered('a: ${run.params.x}\n', withParams({ x })))
      const typed = core(x)
      const isShared = typeof typed !== 'number' || isSharedNumber(x, typed)
      const text = x.toWellFormed()
      expect(found).toEqual({ a: !isShared || typed === x ? text : typed === 0 ? 0 : typed })
    }),
    { examples: nastyTexts.map((text) => [text]), numRuns: 1000 },
  )
})

/** Whether a double holds the number that the text says. */
const isSharedNumber = (text: string, value: number): boolean =>
  Number.isFinite(value) &&
  (!/^[-+]?\d+$/.test(text) || BigInt(text.replace('+', '')) === BigInt(value))

test('a value in a key becomes that key, or a problem when it is there already or too long', () => {
  const template = templateOf('a: 1\n${run.params.x}: {b: 2}\nc: 3\n')
  fc.assert(
    fc.property(anyText, (x) => {
      const answer = renderTemplate(template, withParams({ x }))
      const key = x.toWellFormed()
      expect(answer.ok).toBe(key !== 'a' && key !== 'c')
      if (!answer.ok) return
      const root = parseDocument(answer.text).contents
      const keys = isMap(root) ? root.items.map((item) => isScalar(item.key) && item.key.value) : []
      expect(keys).toEqual(['a', key, 'c'])
    }),
    { examples: nastyTexts.map((text) => [text]), numRuns: 300 },
  )
})

test('several hostile values at once stay where they belong', () => {
  const source = '${run.params.k}:\n  - ${run.params.a}\n  - b: |\n      ${run.params.b}\n'
  const template = templateOf(`# c\n${source}z: "\${run.params.c}"\n`)
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
      const answer = renderTemplate(template, withParams(params))
      expect(answer.ok && shape(answer.text)).toEqual(shape(template.text))
    }),
  )
})
