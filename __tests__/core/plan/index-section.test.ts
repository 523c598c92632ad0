import { describe, expect, test } from '@jest/globals'
import remarkParse from 'remark-parse'
import { unified } from 'unified'
import { fc } from '../../../testing/fast-check.ts'
import {
  hasIndexMarks,
  indexMarks,
  placeIndexSection,
  type PlacedSection,
} from '../../../src/core/plan/index-section.ts'
import { splitLines } from '../../../src/core/plan/index-lines.ts'
import { plain } from '../../../src/core/text/prose.ts'

const { start, end } = indexMarks

function place(text: string, lines: readonly string[] = ['A']): string {
  const placed = placeIndexSection(text, lines)
  if (placed.kind === 'rejected') throw new Error(plain(placed.problem))
  return placed.text
}

function problemIn(text: string): string {
  const placed: PlacedSection = placeIndexSection(text, ['A'])
  return placed.kind === 'placed' ? '' : `${placed.line}: ${plain(placed.problem)}`
}

describe('the section of an index', () => {
  test.each<[string, string, string]>([
    ['an empty file', '', `${start}\nA\n${end}\n`],
    ['a byte order mark alone', '\uFEFF', `\uFEFF${start}\nA\n${end}\n`],
    ['a text', '# Title\n', `# Title\n\n${start}\nA\n${end}\n`],
    ['a text with an empty line at its end', 'x\n\n', `x\n\n${start}\nA\n${end}\n`],
    ['a text without a final newline', 'x', `x\n\n${start}\nA\n${end}`],
    ['a text with CRLF', 'x\r\n', `x\r\n\r\n${start}\r\nA\r\n${end}\r\n`],
    ['mostly CRLF', 'x\r\ny\r\nz\n', `x\r\ny\r\nz\n\r\n${start}\r\nA\r\n${end}\r\n`],
    ['mostly LF', 'x\r\ny\nz\n', `x\r\ny\nz\n\n${start}\nA\n${end}\n`],
    ['a lone CR, which is not a line break', 'x\ry\n', `x\ry\n\n${start}\nA\n${end}\n`],
  ])('is appended to %s', (_name, text, expected) => {
    expect(place(text)).toBe(expected)
  })

  test.each<[string, string, string]>([
    ['between its marks', `x\n${start}\nold\n${end}\ny`, `x\n${start}\nA\n${end}\ny`],
    ['with CRLF', `x\r\n${start}\r\nold\r\n${end}\ty`, `x\r\n${start}\r\nA\r\n${end}\ty`],
    [
      'with the line breaks of the text around it',
      `x\n${start}\r\n${end}\n`,
      `x\n${start}\nA\n${end}\n`,
    ],
    ['with its own if there are no others', `${start}\r\n${end}`, `${start}\r\nA\r\n${end}`],
    ['marks on one line', `a ${start}${end} b\n`, `a ${start}\nA\n${end} b\n`],
    [
      'other blanks in the marks',
      '<!--mlflow-sync:index-->\n<!--  / mlflow-sync:index  -->\n',
      '<!--mlflow-sync:index-->\nA\n<!--  / mlflow-sync:index  -->\n',
    ],
  ])('is replaced: %s', (_name, text, expected) => {
    expect(place(text)).toBe(expected)
  })

  test.each([
    ['a fenced block', `\`\`\`html\n${start}\n${end}\n\`\`\`\n`],
    ['a fenced block with tildes', `~~~\n${start}\n\`\`\`\n${end}\n~~~~\n`],
    ['an indented block', `\n    ${start}\n\t${end}\n`],
    ['a fenced block with a conflict', '```\n<<<<<<< HEAD\na\n=======\nb\n>>>>>>> other\n```\n'],
    ['a quotation', `> ${start}\n> ${end}\n`],
    ['a fenced block in a quotation', `> \`\`\`html\n> ${start}\n> x\n> ${end}\n> \`\`\`\n`],
    ['a quotation in a list', `- > ${start}\n  > ${end}\n`],
    ['a fenced block in a list item', `- \`\`\`html\n  ${start}\n  ${end}\n  \`\`\`\n`],
    ['a fenced block in nested lists', `1. - ~~~\n     ${start}\n     ${end}\n     ~~~\n\nx\n`],
    ['a fenced block that ends with its item', `- x\n  \`\`\`\n  ${start}\n  ${end}\n\nx\n`],
    ['a fenced block that ends with its quotation', `> \`\`\`\n> ${start}\n\nx\n`],
    ['a fenced block in the item of a paragraph', `- x\ny\n  \`\`\`\n  ${start}\n  ${end}\n\nx\n`],
    ['an indented block in a list item', `-     ${start}\n      ${end}\n`],
    ['code spans', `Put \`${start}\` before \`\` ${end} \`\`.\n`],
  ])('ignores marks in %s', (_name, text) => {
    expect(hasIndexMarks(text)).toBe(false)
    expect(place(text)).toBe(`${text}\n${start}\nA\n${end}\n`)
  })

  test.each([
    ['after a fenced block that ended with its item', `- \`\`\`\n  x\n${start}\n${end}\n`],
    ['after a rule', `- - -\n      x\n${start}\n${end}\n`],
    ['after a quotation', `> \`\`\`\n${start}\n${end}\n`],
  ])('finds marks %s', (_name, text) => {
    expect(place(text)).toBe(text.replace(`${start}\n`, `${start}\nA\n`))
  })

  test.each([
    ['no end', `x\n${start}\n`, `2: there is no \`${end}\` after it`],
    ['no start', `${end}\n`, `1: there is no \`${start}\` before it`],
    ['reversed', `${end}\n${start}\n`, `1: there is no \`${start}\` before it`],
    [
      'doubled',
      `${start}\n${end}\n\n${start}\n${end}\n`,
      '4: the mark of the index is there more than once',
    ],
    [
      'nested',
      `${start}\n${start}\n${end}\n${end}\n`,
      '2: the mark of the index is there more than once',
    ],
    ['two ends', `${start}\n${end}\n${end}\n`, '3: the mark of the index is there more than once'],
    ['an end in code', `${start}\n\`\`\`\n${end}\n`, `1: there is no \`${end}\` after it`],
    [
      'a code block without an end',
      'x\n```\ny\n',
      '2: a code block that begins here is not closed',
    ],
    [
      'conflict markers',
      `x\n<<<<<<< HEAD\n${start}\n=======\n${end}\n>>>>>>> other\n`,
      '2: there are merge-conflict markers',
    ],
    [
      'a conflict that begins a code block',
      'x\n<<<<<<< HEAD\n```\na\n=======\nb\n>>>>>>> other\n',
      '2: there are merge-conflict markers',
    ],
    ['conflict markers with CRLF', '<<<<<<<\r\n>>>>>>>\r\n', '1: there are merge-conflict markers'],
  ])('is rejected: %s', (_name, text, problem) => {
    expect(problemIn(text)).toBe(problem)
  })

  test('is not rejected because of an underlined heading or a quotation', () => {
    expect(problemIn('Title\n=======\n\n>>>>>>> quoted\n')).toBe('')
  })
})

/** Pages of nested blocks. Items that begin with an empty line have rules of their own. */
const nested = fc
  .array(
    fc.oneof(
      fc.constant([]),
      fc.tuple(
        fc.array(fc.constantFrom('- ', '1. ', '> ', ' ', '  ', '    ', '\t'), { maxLength: 3 }),
        fc.constantFrom('x', '```', '~~~', '````', '# T', '---', start, start),
      ),
    ),
    { maxLength: 12 },
  )
  .map((lines) => lines.map((parts) => parts.flat().join('')).join('\n'))

test('no mark in code or a quotation counts, as another reader of Markdown sees them', () => {
  fc.assert(
    fc.property(nested, (page) => {
      const text = `${page}\n\n${start}\n`
      const inside = linesOf(markdown.parse(text), ['code', 'blockquote'])
      const counted = splitLines(text)
        .lines.filter(
          (line) =>
            line.text.includes(start) && !line.isFenced && !line.isQuoted && !line.isIndented,
        )
        .map(({ number }) => number)
      expect([text, counted.filter((line) => inside.has(line))]).toEqual([text, []])
    }),
    { numRuns: 1000 },
  )
})

const markdown = unified().use(remarkParse)

type Root = ReturnType<typeof markdown.parse>

function linesOf(node: Root | Root['children'][number], types: readonly string[]): Set<number> {
  const { start: first, end: last } = node.position ?? {}
  if (types.includes(node.type) && first && last) {
    // A block that ends with its item ends before the line after it.
    const lines = last.line - first.line + Number(last.column > 1)
    return new Set(Array.from({ length: lines }, (_, index) => first.line + index))
  }
  const children = 'children' in node ? node.children : []
  return new Set(children.flatMap((child) => [...linesOf(child, types)]))
}

const fragment = fc.constantFrom(
  ...['\n', '\r\n', '\r', ' ', '\t', 'x', '# T', '|', '\uFEFF', '🤖', '`', '```', '~~~', '    '],
  ...[start, end, '<!-- mlflow-sync', '-->', '<<<<<<< a', '>>>>>>> b'],
)

const anyText = fc.array(fragment, { maxLength: 30 }).map((parts) => parts.join(''))

describe('any text', () => {
  test('keeps every byte outside of the section, and a second time nothing changes', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const placed = placeIndexSection(text, ['', 'A', ''])
        if (placed.kind === 'rejected') {
          expect(placed.line).toBeGreaterThan(0)
          return
        }
        const next = placed.text
        if (hasIndexMarks(text)) {
          const at = next.search(/\r?\n\r?\nA\r?\n\r?\n/)
          const before = next.slice(0, at)
          const after = next.slice(at).replace(/^\r?\n\r?\nA\r?\n\r?\n/, '')
          expect(text.startsWith(before)).toBe(true)
          expect(text.slice(before.length).endsWith(after)).toBe(true)
        } else {
          expect(next.startsWith(text)).toBe(true)
        }
        expect(placeIndexSection(next, ['', 'A', ''])).toEqual(placed)
        expect(place(place(next, ['B']), ['', 'A', ''])).toBe(next)
      }),
      { numRuns: 2000 },
    )
  })
})
