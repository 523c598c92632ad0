import { describe, expect, test } from '@jest/globals'
import { parseDocument } from 'yaml'
import { fc } from '../../../testing/fast-check.ts'
import { readValues } from '../../../src/core/values-file/file.ts'
import type { OwnedValues } from '../../../src/core/values-file/owned.ts'
import {
  anyCharacter,
  document,
  findOwnedLine,
  isHeldFile,
  otherLines,
  updateText,
} from '../../fixtures/values-files.ts'

const text = fc.string({ unit: anyCharacter, maxLength: 12 })
const values: fc.Arbitrary<OwnedValues> = fc.record({
  experimentId: fc.oneof(fc.stringMatching(/^[0-9]{1,20}$/), text),
  runid: fc.oneof(fc.stringMatching(/^[0-9a-f]{32}$/), text),
  modelid: fc.oneof(fc.constant(undefined), fc.stringMatching(/^m-[0-9a-f]{32}$/), text),
  timestamp: fc.integer({ min: 20000101, max: 20991231 }),
  modelName: text,
  modelVersion: fc.oneof(fc.stringMatching(/^[1-9][0-9]{0,7}$/), text),
})

function wellFormed(value: string | undefined) {
  return value?.toWellFormed() ?? ''
}

describe('an update of any document', () => {
  test('changes the owned values and nothing else', () => {
    fc.assert(
      fc.property(document, values, ({ text, ownedLines }, owned) => {
        const update = updateText(text, owned)
        if (update.kind === 'rejected') {
          expect(update.problem).toContain('the file ends within a block of text')
          return
        }
        const after = update.kind === 'updated' ? update.text : text
        expect(otherLines(after)).toEqual(otherLines(text))
        if (text.includes('\n')) {
          expect(/(?<!\r)\n/.test(after)).toBe(/(?<!\r)\n/.test(text))
        }
        if (!text.endsWith('\n')) expect(after.endsWith('\n')).toBe(false)
        for (const { key, head, tail } of ownedLines) {
          const line = findOwnedLine(after, key)
          expect(line?.slice(0, head.length)).toBe(head)
          expect(line?.endsWith(tail.trimEnd())).toBe(true)
        }
      }),
      { numRuns: 800 },
    )
  })

  test('sets the owned values, and a second update changes nothing', () => {
    fc.assert(
      fc.property(document, values, ({ text }, owned) => {
        const update = updateText(text, owned)
        fc.pre(update.kind !== 'rejected')
        const after = update.kind === 'updated' ? update.text : text
        expect(updateText(after, owned)).toEqual({ kind: 'unchanged' })
        const read = readValues(after)
        expect(read.kind === 'values' ? read.owned : read).toMatchObject({
          experimentId: wellFormed(owned.experimentId),
          runid: wellFormed(owned.runid),
          modelName: wellFormed(owned.modelName),
          modelVersion: wellFormed(owned.modelVersion),
          timestamp: String(owned.timestamp),
        })
        expect(read.kind === 'values' && wellFormed(read.owned.modelid)).toBe(
          wellFormed(owned.modelid),
        )
      }),
      { numRuns: 500 },
    )
  })
})

describe('any file content', () => {
  const yamlText = fc
    .array(
      fc.oneof(
        fc.constantFrom(...'{}[],:?-|>&*!%#"\'~ \t\n\r'.split('')),
        fc.constantFrom('global', 'runid', 'modelName', ': ', '\n  ', '\n    ', '\r\n', '---\n'),
        fc.constantFrom(
          '...\n',
          '# mlflow-sync: hold\n',
          '&a ',
          '*a',
          '!!str ',
          '<<: ',
          '? ',
          '- ',
        ),
        text,
      ),
      { maxLength: 25 },
    )
    .map((parts) => parts.join(''))

  test('never throws, and an update produces valid YAML that is up to date', () => {
    fc.assert(
      fc.property(yamlText, values, (file, owned) => {
        isHeldFile(file)
        const update = updateText(file, owned)
        if (update.kind !== 'updated') return
        expect(parseDocument(update.text, { uniqueKeys: false }).errors).toEqual([])
        expect(updateText(update.text, owned).kind).toBe('unchanged')
      }),
      { numRuns: 2500 },
    )
  })

  test.each([
    ['nested brackets', '['.repeat(20_000)],
    ['nested flow maps', '{a: '.repeat(20_000)],
    [
      'nested block maps',
      Array.from({ length: 3000 }, (_, depth) => `${' '.repeat(depth)}a:\n`).join(''),
    ],
    ['nested lists', `a:\n  ${'- '.repeat(20_000)}1\n`],
  ])('does not throw on very deeply %s', (_, file) => {
    const values = readValues(file)
    expect(['uneditable', 'values']).toContain(values.kind)
    expect(() => isHeldFile(`${file}\n# mlflow-sync: hold\n`)).not.toThrow()
  })
})
