import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { fieldNames } from '../../../src/core/template/fields.ts'
import { placeholderValues, render, run } from '../../fixtures/templates.ts'

const page = readFileSync(join(import.meta.dirname, '../../../docs/templates.md'), 'utf8')

const examples = [
  ...page.matchAll(/<!-- example: rendered by a test -->([^]*?)<!-- \/example -->/g),
].map(([, example = '']) =>
  [...example.matchAll(/```yaml\n([^]*?)```/g)].map(([, code = '']) => code),
)

const values = {
  ...placeholderValues,
  run: {
    ...run,
    params: {
      max_model_len: '8192',
      args: '["--enable-prefix-caching", "--swap-space", 4]',
      extra: '{"dtype": "auto", "seeds": [1, 2]}',
    },
    metrics: { eval_accuracy: 0.91 },
  },
  registeredModel: {
    description: '',
    tags: { team: 'llm', node_selector: '{"gpu": "a100"}' },
    problem: undefined,
  },
}

test.each(examples)(
  'an example in docs/templates.md renders to the file there',
  (template = '', file = '') => {
    expect(render(template, values)).toBe(file)
  },
)

test('docs/templates.md has several examples', () => {
  expect(examples.length).toBeGreaterThan(2)
})

test('docs/templates.md lists every placeholder', () => {
  const listed = [...page.matchAll(/`\$\{([a-z_.]+?)(?:\.NAME)?\}`/g)].map(([, name]) => name)
  expect(listed).toEqual(expect.arrayContaining([...fieldNames]))
})
