import { Readable } from 'node:stream'
import { expect, test } from '@jest/globals'
import { fc } from '../../testing/fast-check.ts'
import { readBody, type BodyLimits } from '../../src/http/body.ts'

function read(bytes: Buffer, size: number, limits: BodyLimits): Promise<string> {
  const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  )
  return readBody(Readable.from(chunks, { objectMode: false }), '', 200, limits, () => undefined)
}

/** Commas, brackets and braces that are not in a string. */
function countSeparators(json: string): number {
  return json.replace(/"(?:[^"\\]|\\.)*"/gs, '').replace(/[^,[{]/g, '').length
}

test('counts JSON values outside of strings, wherever the chunks of a body end', async () => {
  const text = fc.string({ unit: fc.constantFrom('"', '\\', ',', '[', '{', 'n', 'ü') })
  const value = fc.letrec((tie) => ({
    any: fc.oneof({ maxDepth: 4 }, text, fc.nat(9), tie('list'), tie('map')),
    list: fc.array(tie('any'), { maxLength: 4 }),
    map: fc.dictionary(text, tie('any'), { maxKeys: 4 }),
  })).list
  await fc.assert(
    fc.asyncProperty(value, fc.integer({ min: 1, max: 7 }), async (list, size) => {
      const json = JSON.stringify(list)
      const bytes = Buffer.from(json)
      const values = countSeparators(json)
      expect(await read(bytes, size, { bytes: 1024 * 1024, values })).toBe(json)
      await expect(
        read(bytes, size, { bytes: 1024 * 1024, values: values - 1 }),
      ).rejects.toMatchObject({ reason: 'too-large' })
    }),
  )
})
