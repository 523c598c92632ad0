import type { OwnedValues } from './editor.ts'
import { oldSources } from './owned.ts'
import type { Random } from './random.ts'

/** What `global` contains before the update. */
export const globalKinds = [
  'missing',
  'all',
  'some',
  'none',
  'flow',
  'empty',
  'up to date',
] as const

export type GlobalKind = (typeof globalKinds)[number]

/** Puts a `global` into a chart's values, in a random place; keys are added to one that is there. */
export function withGlobal(
  text: string,
  kind: GlobalKind,
  wanted: OwnedValues,
  random: Random,
): string {
  if (kind === 'missing') return text
  const existing = /^global:[ \t]*(?:#.*)?\n(?:[ \t]*(?:#.*)?\n)*( +)\S/m.exec(text)
  if (existing !== null) {
    const [lines = '', indent = '  '] = existing
    const at = existing.index + lines.indexOf('\n') + 1
    const added = entries(kind, wanted, random)
    return text.slice(0, at) + added.map((entry) => `${indent}${entry}\n`).join('') + text.slice(at)
  }
  if (/^["']?global\b/m.test(text)) return text
  const at = random.pick(entryOffsets(text)) ?? text.length
  const before = text.slice(0, at)
  return (
    (/[^\n]$/.test(before) ? `${before}\n` : before) + source(kind, wanted, random) + text.slice(at)
  )
}

/** Offsets of the top-level keys, and of the end. */
function entryOffsets(text: string): number[] {
  const keys = Array.from(text.matchAll(/^[A-Za-z"'][^\s:]*:(?=\s|$)/gm), ({ index }) => index)
  return [...keys, text.length]
}

function source(kind: GlobalKind, wanted: OwnedValues, random: Random): string {
  if (kind === 'flow') return `global: ${flowSource(random)}\n`
  if (kind === 'empty')
    return random.pick(['global:\n', 'global: {}\n', 'global: null # none\n', 'global: ~\n']) ?? ''
  const indent = ' '.repeat(random.pick([2, 2, 2, 1, 3, 4, 8]) ?? 2)
  const comment = random.chance(0.3) ? ' # shared by all charts' : ''
  const other = ['imageRegistry: ""', 'storageClass: "" # default', 'labels: {a: b}', '# more']
  const lines = [...entries(kind, wanted, random), random.pick(other) ?? ''].map(
    (entry) => indent + entry,
  )
  if (random.chance(0.5)) lines.reverse()
  return `global:${comment}\n${lines.join('\n')}\n${random.chance(0.5) ? '\n' : ''}`
}

function flowSource(random: Random): string {
  const first = ['', 'imageRegistry: "", ', '"runid": "old", ', 'modelName: old, ']
  const last = [
    ...['timestamp: 1', 'modelVersion: "1",', '"a":1', ' experimentId: 1 ', 'a: &a x', ''],
    ...['a:', 'modelid:', '"modelid":', 'a: ', 'a: , b', '# none\n', 'a: [b]\n '],
  ]
  return `{${random.pick(first) ?? ''}${random.pick(last) ?? ''}}`
}

function entries(kind: GlobalKind, wanted: OwnedValues, random: Random): string[] {
  const keys = Object.keys(oldSources) as (keyof OwnedValues)[]
  const found =
    kind === 'none' ? [] : kind === 'some' ? keys.filter(() => random.chance(0.5)) : keys
  return found.map((key) => {
    const value = kind === 'up to date' ? JSON.stringify(wanted[key]) : random.pick(oldSources[key])
    const name = random.chance(0.1) ? `"${key}"` : key
    return value === undefined || value === '' ? `${name}:` : `${name}: ${value}`
  })
}
