import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { z } from 'zod'
import { inputNames, inputSchema } from '../../src/inputs/schema.ts'
import { booleanInputs, listInputs } from '../../src/terminal/flags.ts'

/** The format of https://github.com/typesafegithub/github-actions-typing. */
const typing = z.discriminatedUnion('type', [
  z.strictObject({ type: z.enum(['string', 'boolean', 'integer']) }),
  z.strictObject({ type: z.literal('enum'), 'allowed-values': z.array(z.string()) }),
  z.strictObject({
    type: z.literal('list'),
    separator: z.literal('\n'),
    'list-item': z.strictObject({ type: z.literal('string') }),
  }),
])
const typings = z.strictObject({
  inputs: z.record(z.string(), typing),
  outputs: z.record(z.string(), typing),
})

const { inputs, outputs } = typings.parse(parse(readFileSync('action-types.yml', 'utf8')))
const action = z
  .object({
    inputs: z.record(z.string(), z.unknown()),
    outputs: z.record(z.string(), z.object({ description: z.string() })),
  })
  .parse(parse(readFileSync('action.yml', 'utf8')))

const inputsOfType = (type: string) => inputNames.filter((name) => inputs[name]?.type === type)
const accepts = (name: (typeof inputNames)[number], value: string) =>
  inputSchema.shape[name].safeParse(value).success

test('every input and output of action.yml has a type', () => {
  expect(Object.keys(inputs)).toEqual(Object.keys(action.inputs))
  expect(Object.keys(outputs)).toEqual(Object.keys(action.outputs))
})

test('booleans and lists are those of the command line', () => {
  expect(new Set(inputsOfType('boolean'))).toEqual(booleanInputs)
  expect(new Set(inputsOfType('list'))).toEqual(listInputs)
})

test.each(inputNames)('%s accepts what its type says', (name) => {
  const type = inputs[name]
  if (type?.type === 'enum') {
    for (const value of type['allowed-values']) expect(accepts(name, value)).toBe(true)
    expect(accepts(name, 'neither')).toBe(false)
  } else {
    const isNumber = accepts(name, '3') && !accepts(name, 'three')
    expect(type?.type === 'integer').toBe(isNumber)
  }
})

test('the operations are those that action.yml names', () => {
  const named = action.outputs.operation?.description.match(/`[\w-]+`/g) ?? []
  expect(outputs.operation).toEqual({
    type: 'enum',
    'allowed-values': named.map((name) => name.slice(1, -1)),
  })
})

test('numbers and booleans among the outputs are typed as such', () => {
  // The number of a pull request may be empty.
  for (const [name, { description }] of Object.entries(action.outputs)) {
    const type = outputs[name]?.type
    expect([name, type === 'integer']).toEqual([name, name.endsWith('-count')])
    expect([name, type === 'boolean']).toEqual([name, description.includes('`true`')])
  }
})
