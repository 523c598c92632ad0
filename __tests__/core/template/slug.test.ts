import { describe, expect, test } from '@jest/globals'
import { fc } from '../../../testing/fast-check.ts'
import { modelSlug, runSlug, slugify } from '../../../src/core/template/slug.ts'

const label = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/

describe('slugify', () => {
  test.each([
    ['my_model', 'my-model'],
    ['My.Model 7B/chat', 'my-model-7b-chat'],
    ['a--b', 'a--b'],
    ['7b', '7b'],
    ['a', 'a'],
    ['Résumé', 'resume-9d750fae'],
    ['日本語モデル', 'model-6f7aa479'],
    ['_a_', 'a-dee5fddd'],
    ['a@b', 'a-b-7508d8b5'],
    ['__a@ @b__', 'a-b-a1b4fbe8'],
    ['x'.repeat(63), 'x'.repeat(63)],
    ['', 'model-e3b0c442'],
  ])('converts %j to %s', (name, expected) => {
    expect(slugify(name)).toBe(expected)
  })

  test('ends in a hash of the full name when it cuts the name', () => {
    const long = 'llama-'.repeat(20).slice(2)
    expect(slugify(`${long}a`)).toMatch(/^ama-.*-[0-9a-f]{8}$/)
    expect(slugify(`${long}a`)).toHaveLength(63)
    expect(slugify(`${long}a`)).not.toBe(slugify(`${long}b`))
  })

  test('distinguishes names that lose all their characters', () => {
    expect(slugify('模型')).not.toBe(slugify('モデル'))
  })

  test('converts a name with many separators in linear time', () => {
    expect(slugify(`x${' '.repeat(1_000_000)}x`)).toMatch(/^x-[0-9a-f]{8}$/)
  })

  test('always returns the same DNS label, within the maximum length', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 8, max: 63 }), (name, max) => {
        const result = slugify(name, max)
        expect(result).toMatch(label)
        expect(result.length).toBeLessThanOrEqual(max)
        expect(slugify(name, max)).toBe(result)
      }),
    )
  })

  test('never collides for names that differ in more than case and separators', () => {
    const name = fc.string({ unit: fc.constantFrom('a', 'B', '_', '-', 'é', '日', '@') })
    const essence = (text: string) => text.toLowerCase().replace(/[^a-z0-9é日@]/g, '-')
    fc.assert(
      fc.property(name, name, (a, b) => {
        fc.pre(essence(a) !== essence(b))
        expect(slugify(a, 20)).not.toBe(slugify(b, 20))
      }),
    )
  })
})

describe('names in the built-in template', () => {
  test('fit in 63 characters, even for the longest model name', () => {
    const model = modelSlug('x'.repeat(256))
    const run = runSlug('abc123def456abc123def456abc12345')
    expect(`vllm-${model}-${run}-sa`).toHaveLength(63)
  })

  test.each([
    ['abc123def456abc123def456abc12345', 'abc123de'],
    ['abc123def456abc123def456abc123456', '448950bc'],
    ['-abc123def456abc123def456abc12345', 'c296d698'],
    ['r1', 'r1'],
    ['Run_1', 'run-1'],
    ['training-run-1', '72e8a8ef'],
    ['training-run-2', 'cafc7765'],
  ])('contain the run id %s as %s', (runId, expected) => {
    expect(runSlug(runId)).toBe(expected)
  })
})
