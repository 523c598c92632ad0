import { describe, expect, test } from '@jest/globals'
import {
  readReferences,
  readSkipInstructions,
  readTrailers,
} from '../../testing/readers/commit-message.ts'
import { renderMarkdown } from '../../testing/readers/markdown.ts'
import { readCommandFile, readCommands } from '../../testing/readers/runner.ts'

describe('the runner', () => {
  test.each([
    ['::error::x', 'error', {}, 'x'],
    ['\u0085 \t::error file=a.ts,line=1,=,b::x::y', 'error', { file: 'a.ts', line: '1' }, 'x::y'],
    ['::set-output name=a%3Ab%2Cc%25::x%0Ay%3A', 'set-output', { name: 'a:b,c%' }, 'x\ny:'],
    ['text ##[error a=b;c=d%3B]gone]', 'error', { a: 'b', c: 'd;' }, 'gone]'],
    ['##vso[task.complete result=Failed]x', 'task.complete', { result: 'Failed' }, 'x'],
    ['text\r::any name::x\rtext', 'any', {}, 'x'],
  ])('finds the command in %j', (log, name, properties, message) => {
    expect(readCommands(log)).toEqual([{ name, properties, message }])
  })

  test.each(['text ::error::x', ':: error', ':\u200b:error::x', '##[error', '# [x]', ''])(
    'finds none in %j',
    (log) => {
      expect(readCommands(log)).toEqual([])
    },
  )

  test('reads both forms of a command file', () => {
    const text = 'a=b=<<c\n\nlines<<END\nx\r\n a<<E\nEND\n=END\nempty<<E\nE\na=2'
    expect(readCommandFile(`${text}\n`)).toEqual({
      a: '2',
      lines: 'x\r\n a<<E',
      '': 'END',
      empty: '',
    })
  })

  test.each(['text', '<<END\nx\nEND', 'a<<\nx', 'a<<END\nx'])('rejects the file %j', (text) => {
    expect(() => readCommandFile(text)).toThrow()
  })
})

describe('a commit message', () => {
  test.each([
    ['x\n\n[Skip CI] ***NO_CI***', ['[skip ci]', '***no_ci***']],
    ['x\n\nskip-checks:true', ['skip-checks:true']],
    ['[\u017f\u212aip ci]', ['[skip ci]']],
    ['[skip  ci] skip ci', []],
  ])('with %j skips by %j', (message, instructions) => {
    expect(readSkipInstructions(message)).toEqual(instructions)
  })

  test('has references to people, issues and addresses', () => {
    expect(readReferences('a @b c@-d #1 #close gh-2 ftp://e www.f')).toHaveLength(7)
    expect(readReferences('\uff20b \uff031 # 1 @ GH- C#')).toEqual([])
  })

  test('has trailers', () => {
    expect(readTrailers('x\n\na: b\n\nc: d\ne: f\n')).toEqual(['c: d', 'e: f'])
  })
})

describe("GitHub's Markdown", () => {
  test.each([
    ['| a |\n| - |\n| <b title=x>c</b> |', ['b title']],
    ['a ~~b~~ ![c](d)', ['del', 'img src alt']],
    ['<details><summary>a</summary>', ['details', 'summary']],
  ])('has the elements of %j', (markdown, elements) => {
    expect(renderMarkdown(markdown).elements).toEqual(expect.arrayContaining(elements))
  })

  test('has links, also from plain text, and with the names of script URLs', () => {
    const { links } = renderMarkdown('[a](javascript:b) www.c.example d@e.example')
    expect(links.map(({ target }) => target)).toEqual([
      'javascript:b',
      'http://www.c.example',
      'mailto:d@e.example',
    ])
  })

  test('has the rows of tables, comments, and references outside of code', () => {
    const { rows, comments, references } = renderMarkdown(
      '| a | b |\n| - | - |\n| &#124; | `@c` @d :tada: 1:30:00 |\n\n<!-- e -->',
    )
    expect(rows).toEqual([
      ['a', 'b'],
      ['|', '@c @d :tada: 1:30:00'],
    ])
    expect(comments).toEqual([' e '])
    expect(references).toEqual(['@d', ':tada:'])
  })
})
