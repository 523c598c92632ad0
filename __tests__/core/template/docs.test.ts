import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { fieldNames } from '../../../src/core/template/fields.ts'
import { placeholderValues, render, run } from '../../fixtures/templates.ts'

const page = readFileSync(join(import.meta.dirname, '../../../docs/templates.md'), 'utf8')

test('the example in docs/templates.md renders to the file shown there', () => {
  const example = page.split(/<!-- \/?example.*-->/)[1] ?? ''
  const [template = '', file] = [...example.matchAll(/```yaml\n([^]*?)```/g)].map(
    ([, code]) => code,
  )
  const values = {
    ...placeholderValues,
    run: { ...run, params: { max_model_len: '8192' }, metrics: { eval_accuracy: 0.91 } },
  }
  expect(render(template, values)).toBe(file)
})

test('docs/templates.md lists every placeholder', () => {
  const listed = [...page.matchAll(/`\$\{([a-z.]+?)(?:\.NAME)?\}`/g)].map(([, name]) => name)
  expect(listed).toEqual(expect.arrayContaining([...fieldNames]))
})
