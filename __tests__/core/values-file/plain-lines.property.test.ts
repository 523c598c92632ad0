import { describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { fc } from '../../../testing/fast-check.ts'
import { parseText, readValues } from '../../../src/core/values-file/file.ts'
import { readPlainLines } from '../../../src/core/values-file/plain-lines.ts'
import { updatePlainLines } from '../../../src/core/values-file/plain-update.ts'
import { updateParsedText } from '../../../src/core/values-file/update.ts'
import { hasHelm, readAllWithHelm } from '../../../testing/helm.ts'
import { readWithPyYaml } from '../../../testing/readers/yaml.ts'
import { changedFile, randomLines, typicalFiles } from '../../fixtures/plain-files.ts'
import { document, owned } from '../../fixtures/values-files.ts'

const anyFile = fc.oneof(
  changedFile,
  randomLines,
  document.map(({ text }) => text),
)

function isPlain(text: string): boolean {
  return readPlainLines(text) !== undefined
}

describe('a file that the line reader accepts', () => {
  test('has the values and the hold that the parser finds', () => {
    let accepted = 0
    fc.assert(
      fc.property(anyFile, (text) => {
        const plain = readPlainLines(text)
        if (plain === undefined) return
        accepted += 1
        expect({ values: readValues(text), hold: plain.hold }).toEqual(parseText(text))
      }),
      { numRuns: 1500 },
    )
    expect(accepted).toBeGreaterThan(150)
  })

  test('is updated as with the parser, byte for byte', () => {
    let updated = 0
    fc.assert(
      fc.property(anyFile, (text) => {
        const after = isPlain(text) ? updatePlainLines(text, owned) : undefined
        if (after === undefined) return
        updated += 1
        expect(updateParsedText(text, owned)).toEqual({ kind: 'updated', text: after })
      }),
      { numRuns: 1500 },
    )
    expect(updated).toBeGreaterThan(100)
  })

  test('has the same structure for npm yaml, PyYAML and Helm', () => {
    const samples = fc.sample(anyFile, { numRuns: 5000, seed: 3 })
    const texts = [...new Set([...typicalFiles, ...samples])].filter(isPlain)
    expect(texts.length).toBeGreaterThan(300)
    const outlines = texts.map((text) => {
      const value: unknown = parse(text, { uniqueKeys: false, logLevel: 'silent' })
      return { value: outline(value) }
    })
    const readings = [readWithPyYaml(texts), ...(hasHelm ? [readAllWithHelm(texts)] : [])]
    for (const reading of readings) {
      expect(reading.map(outlineReading)).toEqual(outlines)
      for (const [index, text] of texts.entries()) expectSameStrings(text, reading[index]?.value)
    }
  })
})

/** The owned values that count as strings are the same strings for this reader. */
function expectSameStrings(text: string, value: unknown): void {
  const values = readValues(text)
  const interpretations = values.kind === 'values' ? values.interpretations : {}
  const strings = Object.entries(interpretations).flatMap(([key, value]) =>
    value.kind === 'string' ? [[key, value.text]] : [],
  )
  if (strings.length === 0) return
  expect([text, value]).toMatchObject([text, { global: Object.fromEntries(strings) as object }])
}

function outlineReading(reading: { value?: unknown }): { value?: unknown } {
  return 'value' in reading ? { value: outline(reading.value) } : {}
}

/** Keys and items without the values, which readers may take for different types. */
function outline(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(outline)
  if (typeof value !== 'object' || value === null) return 'a value'
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, outline(item)]))
}
