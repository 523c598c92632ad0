import { describe, expect, test } from '@jest/globals'
import { fc } from '../../../testing/fast-check.ts'
import { markdownOf } from '../../../src/core/text/markdown.ts'
import { foreign, linkTo, listProse, own, prose, type Prose } from '../../../src/core/text/prose.ts'
import { renderMarkdown, type Rendering } from '../../../testing/readers/markdown.ts'
import { hostileTexts, textPairs } from '../../fixtures/hostile-texts.ts'
import { anyText } from '../../fixtures/nasty-text.ts'

describe('a message in Markdown', () => {
  test.each<[string, Prose, string]>([
    ['own text', prose`needs \`pull-requests: write\``, 'needs `pull-requests: write`'],
    ['own code', prose`\`# mlflow-sync: hold\``, '`# mlflow-sync: hold`'],
    ['own URLs', prose`Look at https://www.a.test/x.`, 'Look at https://www.a.test/x.'],
    ['own special characters', prose`<run_id>.yaml *`, '&lt;run_id&gt;.yaml &#42;'],
    ['foreign text', foreign('`a: b` @x'), '&#96;a: b&#96; ＠x'],
    ['foreign text in own code', prose`\`${'a`b'}.yaml\` x`, '``a`b.yaml`` x'],
    ['numbers', prose`${3} runs`, '3 runs'],
    ['links', prose`see ${linkTo('#1 *', 'https://a.test/')}`, 'see [#1 &#42;](https://a.test/)'],
    ['links without a web address', linkTo('x', 'javascript:alert(1)'), 'x'],
    ['line feeds', prose`a\nb`, 'a<br>b'],
    ['line feeds in code', prose`\`a\nb\``, '`a b`'],
    ['a code that is not closed', prose`a \`b: c ${'d@e'}`, 'a `b: c d@e`'],
    ['empty code', prose`a \`\` b`, 'a  b'],
    ['nothing', prose``, ''],
  ])('contains %s', (_name, message, markdown) => {
    expect(markdownOf(message)).toBe(markdown)
  })

  test('has its own URLs as links to exactly these', () => {
    const url = 'https://www.a.test/_b_/c-d~e?f=1&g=*2'
    const { links } = renderMarkdown(markdownOf(own(`Look at ${url}; or at ${url}.`)))
    expect(links).toEqual([
      { text: url, target: url },
      { text: url, target: url },
    ])
  })

  test('ends lines as its place wants it', () => {
    const list = listProse(prose`2 problems:`, [prose`a`, prose`b`])
    expect(markdownOf(list)).toBe('2 problems:<br>- a<br>- b')
    expect(markdownOf(list, { lineBreak: '\n' })).toBe('2 problems:\n- a\n- b')
  })

  test('indents a list within a list', () => {
    const inner = listProse(prose`one:`, [prose`a`, foreign('1. b')])
    const list = listProse(prose`2 problems:`, [inner, prose`two`])
    expect(markdownOf(list)).toBe('2 problems:<br>- one:<br>&emsp;- a<br>&emsp;- 1. b<br>- two')
    const markdown = markdownOf(list, { lineBreak: '\n' })
    expect(markdown).toBe('2 problems:\n- one:\n  - a\n  - 1&#46; b\n- two')
  })

  test.each<[string, Prose, number, string]>([
    ['foreign text', prose`MLflow said ${'x'.repeat(50)}`, 20, `MLflow said ${'x'.repeat(7)}…`],
    ['code', prose`MLflow said \`${'x'.repeat(50)}\``, 20, `MLflow said \`${'x'.repeat(7)}…\``],
    ['the text behind', prose`a ${'b'.repeat(20)} c`, 20, `a ${'b'.repeat(17)}…`],
    ['nothing of a sentence', prose`One long sentence. ${'x'}`, 4, 'One long sentence. …'],
    ['nothing', prose`abc`, 3, 'abc'],
  ])('that is too long is cut, %s', (_name, message, maxCharacters, markdown) => {
    expect(markdownOf(message, { maxCharacters })).toBe(markdown)
  })

  test('shows at most 1,000 characters of one foreign text', () => {
    expect(markdownOf(prose`a ${'x'.repeat(2_000)} z`)).toBe(`a ${'x'.repeat(999)}… z`)
  })
})

/** Where messages are shown. */
const places: Readonly<Record<string, (message: Prose) => string>> = {
  paragraph: (message) => markdownOf(message, { lineBreak: '\n' }),
  'table cell': (message) => `| a | b |\n| --- | --- |\n| x | ${markdownOf(message)} |`,
  'list item': (message) => `- ${markdownOf(message)}`,
  alert: (message) => `> [!CAUTION]\n> ${markdownOf(message, { lineBreak: '\n> ' })}`,
}

/** Own texts with everything that Markdown could take for markup. */
const ownTexts = [
  'Grant `pull-requests: write` to <run_id>.yaml.',
  'See https://www.a.test/b_c?d=1&e=_f_ & *all* ~~of~~ _it_.',
  'Add `# mlflow-sync: hold` | [a](b) to models/**',
  'Set `max-deletions: 3` \\ $x$ !',
]

const foreignText = fc.oneof(
  fc.constantFrom(...hostileTexts),
  fc.constantFrom(...textPairs.flat()),
  anyText,
)

function shape({ elements, links, references }: Rendering) {
  return { elements: elements.filter((name) => name !== 'code'), links, references }
}

/** The own text as a person reads it. */
function readable(text: string): string {
  return text.replaceAll('`', '')
}

describe.each(Object.entries(places))('in a %s', (_place, render) => {
  const check = (before: string, texts: readonly string[], after: string): void => {
    const message = (pieces: readonly string[]): Prose => [
      ...own(`${before} `),
      ...pieces.flatMap(foreign),
      ...own(` ${after} \``),
      ...pieces.flatMap(foreign),
      ...own('`'),
    ]
    const rendering = renderMarkdown(render(message(texts)))
    expect(shape(rendering)).toEqual(shape(renderMarkdown(render(message(['x'])))))
    expect(rendering.text).toContain(readable(before))
    expect(rendering.text).toContain(readable(after))
  }

  test.each(hostileTexts)('%j does not change what is around it', (text) => {
    for (const ownText of ownTexts) check(ownText, [text], ownText)
  })

  test('no texts change what is around them, alone or as neighbours', () => {
    const ownText = fc.constantFrom(...ownTexts)
    const texts = fc.array(foreignText, { minLength: 1, maxLength: 3 })
    fc.assert(fc.property(ownText, texts, ownText, check), { numRuns: 300 })
  })

  test('no text at the start of a message becomes markup', () => {
    fc.assert(
      fc.property(foreignText, (text) => {
        const rendering = renderMarkdown(render(prose`${text} is wrong.`))
        const expected = renderMarkdown(render(prose`x is wrong.`))
        expect(shape(rendering)).toEqual(shape(expected))
        expect(rendering.text).toContain('is wrong.')
      }),
      { numRuns: 300 },
    )
  })
})
