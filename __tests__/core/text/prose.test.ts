import { describe, expect, test } from '@jest/globals'
import {
  distinctProse,
  foreign,
  joinProse,
  joinSentences,
  linkTo,
  listProse,
  mapProse,
  own,
  plain,
  prose,
  reference,
  type Prose,
} from '../../../src/core/text/prose.ts'

describe('a message', () => {
  test('marks its literal text as own and what is interpolated as foreign', () => {
    const name = 'my_model'
    expect(prose`Model ${name} has ${2} versions`).toEqual([
      { kind: 'own', text: 'Model ' },
      { kind: 'foreign', text: 'my_model' },
      { kind: 'own', text: ' has ' },
      { kind: 'own', text: '2' },
      { kind: 'own', text: ' versions' },
    ])
  })

  test('keeps the marks of a message in it', () => {
    expect(prose`a ${own('b')}${foreign('c')}`).toEqual([
      { kind: 'own', text: 'a ' },
      { kind: 'own', text: 'b' },
      { kind: 'foreign', text: 'c' },
    ])
  })

  test.each<[string, Prose]>([
    ['an empty literal', prose``],
    ['empty interpolations', prose`${''}${[]}`],
    ['empty own text', own('')],
    ['empty foreign text', foreign('')],
  ])('has no pieces for %s', (_name, message) => {
    expect(message).toEqual([])
  })

  test('is for programs what was written, and a link is its text, with the URL if that is needed', () => {
    const url = 'https://github.test/p/1'
    const message = prose`${'@a <b>'} \`x\`: ${linkTo('pull request', url)}, ${reference('#1', url)}`
    expect(plain(message)).toBe('@a <b> `x`: pull request (https://github.test/p/1), #1')
  })
})

describe('several messages', () => {
  test('are joined without those that are empty', () => {
    const messages = [prose``, prose`a`, prose``, prose`b ${'c'}`, prose``]
    expect(plain(joinProse(messages, '; '))).toBe('a; b c')
    expect(joinProse(messages, '; ').at(1)).toEqual({ kind: 'own', text: '; ' })
    expect(joinProse([prose``], '; ')).toEqual([])
  })

  test.each<[Prose[], string]>([
    [[prose`No luck`, prose`Try again`], 'No luck. Try again.'],
    [[prose`No luck!`, prose``, prose`Why?`], 'No luck! Why?'],
    [[prose`Use \`a: b.\``, prose`Do:`], 'Use `a: b.` Do:'],
    [[prose`it is ${'over.'}`, prose`Set \`x\``], 'it is over. Set `x`.'],
    [[], ''],
  ])('are sentences: %#', (sentences, text) => {
    expect(plain(joinSentences(sentences))).toBe(text)
  })

  test('are a list with one line each', () => {
    expect(plain(listProse(prose`2 problems:`, [prose`a ${'b'}`, prose`c`]))).toBe(
      '2 problems:\n- a b\n- c',
    )
    expect(plain(listProse(prose`None`, []))).toBe('None')
  })

  test('are a list within a list, each level indented by two spaces', () => {
    const inner = listProse(prose`b:`, [listProse(prose`c:`, [prose`${'d\ne'}`]), prose`f`])
    expect(plain(listProse(prose`a:`, [inner, prose`g`]))).toBe(
      'a:\n- b:\n  - c:\n    - d\ne\n  - f\n- g',
    )
  })

  test('are shown once if they say the same', () => {
    const url = 'https://github.test/p/1'
    const messages = [prose`a b`, prose`a ${'b'}`, reference('#1', url), prose`#1`, prose`c`]
    expect(distinctProse(messages).map(plain)).toEqual(['a b', '#1', 'c'])
  })
})

test('a change reaches every text and URL, and the marks stay', () => {
  const message = prose`own ${'foreign'} ${linkTo('link', 'https://x.test/secret')}`
  const changed = mapProse(message, (text) => text.replace('secret', '***').toUpperCase())
  expect(changed).toEqual([
    { kind: 'own', text: 'OWN ' },
    { kind: 'foreign', text: 'FOREIGN' },
    { kind: 'own', text: ' ' },
    {
      kind: 'link',
      text: 'LINK',
      url: 'HTTPS://X.TEST/***',
      plain: 'LINK (HTTPS://X.TEST/***)',
      isCode: false,
    },
  ])
})
