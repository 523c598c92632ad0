import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { modelSlug, runSlug, slug } from '../../../src/core/template/slug.ts'

const label = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/

describe('slug', () => {
  test.each([
    ['my_model', 'my-model'],
    ['My.Model 7B/chat', 'my-model-7b-chat'],
    ['a--b', 'a--b'],
    ['7b', '7b'],
    ['Résumé', 'resume-9d750fae'],
    ['日本語モデル', 'model-6f7aa479'],
    ['_a_', 'a-dee5fddd'],
    ['a@b', 'a-b-7508d8b5'],
    ['', 'model-e3b0c442'],
  ])('of %j is %s', (name, expected) => {
    expect(slug(name)).toBe(expected)
  })

  test('keeps a hash of the whole name when it has to cut it', () => {
    const long = 'llama-'.repeat(20).slice(2)
    expect(slug(`${long}a`)).toMatch(/^ama-.*-[0-9a-f]{8}$/)
    expect(slug(`${long}a`)).toHaveLength(63)
    expect(slug(`${long}a`)).not.toBe(slug(`${long}b`))
  })

  test('keeps names apart that lose all their characters', () => {
    expect(slug('模型')).not.toBe(slug('モデル'))
  })

  test('is a DNS label of the wanted length, always the same', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 8, max: 63 }), (name, max) => {
        const made = slug(name, max)
        expect(made).toMatch(label)
        expect(made.length).toBeLessThanOrEqual(max)
        expect(slug(name, max)).toBe(made)
      }),
    )
  })

  test('of two names that differ in more than case and signs is never the same', () => {
    const name = fc.string({ unit: fc.constantFrom('a', 'B', '_', '-', 'é', '日', '@') })
    const essence = (text: string) => text.toLowerCase().replace(/[^a-z0-9é日@]/g, '-')
    fc.assert(
      fc.property(name, name, (a, b) => {
        fc.pre(essence(a) !== essence(b))
        expect(slug(a, 20)).not.toBe(slug(b, 20))
      }),
    )
  })
})

describe('names in the built-in template', () => {
  test('fit in 63 characters with the longest model name', () => {
    const model = modelSlug('x'.repeat(256))
    const run = runSlug('abc123def456abc123def456abc12345')
    expect(`vllm-${model}-${run}-sa`).toHaveLength(63)
  })

  test.each([
    ['abc123def456abc123def456abc12345', 'abc123de'],
    ['r1', 'r1'],
    ['Run_1', 'run-1'],
    ['training-run-1', '72e8a8ef'],
    ['training-run-2', 'cafc7765'],
  ])('have of the run %s: %s', (runId, expected) => {
    expect(runSlug(runId)).toBe(expected)
  })
})
