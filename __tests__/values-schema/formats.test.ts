import { describe, expect, test } from '@jest/globals'
import { onlyWhere } from '../../testing/only-where.ts'
import { createValidator } from '../../src/values-schema/validator.ts'
import { chartFiles, completeChart, renderChart } from '../fixtures/charts.ts'
import { formatCases } from '../fixtures/formats.ts'

const drafts = [
  { name: 'draft-06', uri: 'http://json-schema.org/draft-06/schema#', isAsserted: true },
  { name: 'draft-07', uri: 'http://json-schema.org/draft-07/schema#', isAsserted: true },
  { name: '2019-09', uri: 'https://json-schema.org/draft/2019-09/schema', isAsserted: false },
  { name: '2020-12', uri: 'https://json-schema.org/draft/2020-12/schema', isAsserted: false },
]

/** A schema with a key for each value, and the values. */
function chartOf(texts: readonly string[], format: string, uri = drafts[1]?.uri) {
  const keys = texts.map((text, index) => [`k${index}`, text] as const)
  const properties = Object.fromEntries(keys.map(([key]) => [key, { format }]))
  return {
    schema: { 'values.schema.json': JSON.stringify({ $schema: uri, properties }) },
    // YAML has no control characters, unlike JSON.
    file: JSON.stringify(Object.fromEntries(keys)).replaceAll('\u0085', '\\u0085'),
  }
}

describe('the format', () => {
  test.each(formatCases)('$format is what Helm takes for it', ({ format, accepted, rejected }) => {
    const isValid = (text: string): boolean => {
      const { schema, file } = chartOf([text], format)
      const place = { directory: '', schema: 'values.schema.json' }
      const result = createValidator(chartFiles(completeChart(schema)), place)
      return result.ok && result.validator.check(file).kind === 'valid'
    }
    expect([...accepted, ...rejected].filter(isValid)).toEqual(accepted)
  })
})

const { describe: withHelm } = onlyWhere('Helm')

withHelm('Helm', () => {
  test.each(formatCases)(
    'takes the same for the format $format',
    ({ format, accepted, rejected }) => {
      const texts = [...accepted, ...rejected]
      const { schema, file } = chartOf(texts, format)
      const { output } = renderChart(schema, file)
      const isValid = (text: string): boolean => !output.includes(`at '/k${texts.indexOf(text)}':`)
      expect(texts.filter(isValid)).toEqual(accepted)
    },
  )

  test.each(drafts)('looks at formats in $name: $isAsserted', ({ uri, isAsserted }) => {
    const { schema, file } = chartOf(['x'], 'ipv4', uri)
    expect(renderChart(schema, file).status === 0).toBe(!isAsserted)
  })
})
