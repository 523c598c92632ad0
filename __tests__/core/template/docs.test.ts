import { expect, test } from '@jest/globals'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fields } from '../../../src/core/template/placeholder.ts'
import { placeholderValues, rendered, run } from '../../fixtures/templates.ts'

const page = readFileSync(join(import.meta.dirname, '../../../docs/templates.md'), 'utf8')

test('the example of the page on templates makes the file that it shows', () => {
  const example = page.split(/<!-- \/?example.*-->/)[1] ?? ''
  const [template = '', file] = [...example.matchAll(/```yaml\n([^]*?)```/g)].map(
    ([, code]) => code,
  )
  const values = {
    ...placeholderValues,
    run: { ...run, params: { max_model_len: '8192' }, metrics: { eval_accuracy: 0.91 } },
  }
  expect(rendered(template, values)).toBe(file)
})

test('the page on templates names every placeholder', () => {
  const named = [...page.matchAll(/`\$\{([a-z.]+?)(?:\.NAME)?\}`/g)].map(([, name]) => name)
  expect(named).toEqual(expect.arrayContaining([...fields]))
})
