import { describe, expect, test } from '@jest/globals'
import { parseConfig } from '../../src/config/parse.ts'
import { plain } from '../../src/core/text/prose.ts'
import { defaultSettings } from '../fixtures/settings.ts'

/** One mistake in the keys of a target, as lines of YAML by key. */
type Mistake = Readonly<Record<string, string>>

const inKeys: readonly Mistake[] = [
  { path: 'path: ../x' },
  { path: 'path: 5' },
  { path: 'path:' },
  { path: 'path: !x' },
  { path: 'path: *nowhere' },
  { path: 'path: used' },
  { path: 'path: a\n    path: b' },
  { name: 'name: a+b' },
  { name: 'name: 5' },
  { name: 'name: !x' },
  { name: 'name: taken' },
  { template: 'template: .' },
  { template: 'template: !custom a' },
  { template: 'template: "\\q"' },
  { template: 'template: &a &b x' },
  { models: 'models: [!llm-*]' },
  { models: 'models: [*-trt]' },
  { models: "models: ['!']" },
  { models: 'models: [@x]' },
  { models: 'models: 5' },
  { models: 'models: !x [a]' },
  { models: 'models: [a]\n    models: [7]' },
  { models: 'models: [7]\n    models: [a]' },
  { aliases: "aliases: [latest, 'a b', 7, v2]" },
  { aliases: 'aliases: &t [*t, v1]' },
  { aliases: 'aliases: ["a\\nb", [], !x]' },
  { filter: 'filter: `x`' },
  { filter: 'filter: ! x' },
  { filter: 'filter: !!binary aGk=' },
  { 'run-filter': 'run-filter: [a]' },
  { 'minimum-age': 'minimum-age: 1 hour' },
  { prune: 'prune: yes' },
  { 'max-deletions': 'max-deletions: -1' },
  { 'values-schema': 'values-schema: .git/x' },
  { index: 'index: abc.yaml' },
  { index: 'index: ./' },
  { index: 'index: s.json', 'values-schema': 'values-schema: used/s.json', path: 'path: used' },
  { chart: 'chart: [!x]' },
  { merge: '<<: *nowhere' },
  { merge: '<<: x' },
  { merge: '<<: [{ prune: true }, *nowhere]' },
  { alias: '*nowhere : x' },
]

const atTop: readonly string[] = [
  'version: 2',
  'version: !x 1',
  'version: 1\nversion: 1',
  'version: 1\ntarget: []',
  'version: 1\ndefaults: !x',
  'version: 1\ndefaults: 5',
  'version: 1\ndefaults: { prune: !x, filter: 5 }',
  'version: 1\ndefaults: { path: [] }',
  'version: 1\ndefaults: { prune: 5 }\ndefaults: { filter: 5 }',
  'version: 1\n<<: *nowhere',
  'target: []',
]

const valid: Mistake = {}

/** A file with a target that is right, and one for each given. */
function configOf(targets: readonly Mistake[], top = 'version: 1', end = ''): string {
  const all = targets.map((keys, index) => {
    const lines = { name: `name: n${index}`, path: `path: p${index}`, ...keys }
    return `  - ${Object.values(lines).join('\n    ')}\n`
  })
  return `${top}\ntargets:\n  - { name: taken, path: used }\n${all.join('')}${end}`
}

const known = new Map<string, readonly string[]>()

function mistakesIn(text: string): readonly string[] {
  const mistakes = known.get(text) ?? readMistakes(text)
  known.set(text, mistakes)
  return mistakes
}

/** Without their places, in alphabetical order. */
function readMistakes(text: string): string[] {
  const parsed = parseConfig(text, 'config.yaml', defaultSettings)
  if (parsed.ok) return []
  return parsed.mistakes
    .map((mistake) => plain(mistake.text).replace(/^line \d+, column \d+: /, ''))
    .map((mistake) => mistake.replace(/line \d+ has it/, 'line … has it'))
    .toSorted()
}

function pairsOf<T>(list: readonly T[]): [T, T][] {
  return list.flatMap((a, index) => list.slice(index + 1).map((b): [T, T] => [a, b]))
}

function share(a: Mistake, b: Mistake): boolean {
  return Object.keys(a).some((key) => key in b)
}

test('each mistake is reported', () => {
  for (const keys of inKeys) expect([keys, mistakesIn(configOf([keys]))]).not.toEqual([keys, []])
  for (const top of atTop) expect([top, mistakesIn(configOf([], top))]).not.toEqual([top, []])
})

describe('of two independent mistakes, both are reported and nothing else', () => {
  test('in two targets', () => {
    for (const [a, b] of pairsOf(inKeys).filter(([one, other]) => areIndependent(one, other))) {
      const alone = [
        ...mistakesIn(configOf([a, valid])),
        ...mistakesIn(configOf([valid, b])),
      ].toSorted()
      expect([a, b, mistakesIn(configOf([a, b]))]).toEqual([a, b, alone])
    }
  })

  test('in one target', () => {
    for (const [a, b] of pairsOf(inKeys).filter(([one, other]) => !share(one, other))) {
      const alone = [...mistakesIn(configOf([a])), ...mistakesIn(configOf([b]))].toSorted()
      expect([a, b, mistakesIn(configOf([{ ...a, ...b }]))]).toEqual([a, b, alone])
    }
  })

  test('at the top and in a target', () => {
    for (const top of atTop) {
      for (const keys of inKeys) {
        const alone = [
          ...mistakesIn(configOf([valid], top)),
          ...mistakesIn(configOf([keys])),
        ].toSorted()
        expect([top, keys, mistakesIn(configOf([keys], top))]).toEqual([top, keys, alone])
      }
    }
  })

  test('in a target and behind the document', () => {
    for (const keys of inKeys) {
      const text = configOf([keys], 'version: 1', '---\na: 1\n')
      expect([keys, mistakesIn(text)]).toEqual([
        keys,
        [
          ...mistakesIn(configOf([keys])),
          'a second document starts here: the file must have only one',
        ].toSorted(),
      ])
    }
  })
})

/** Only paths and names matter to other targets, and two of the same are a third mistake. */
function areIndependent(...pair: readonly [Mistake, Mistake]): boolean {
  const isTaken = (keys: Mistake) => /used|taken|path: [ab]\b/.test(Object.values(keys).join('\n'))
  return pair.some((keys) => 'path' in keys || 'name' in keys) && !pair.every(isTaken)
}
