import { Ajv, type Options } from 'ajv'
import type { default as AjvCore } from 'ajv/dist/core.js'
import { Ajv2019 } from 'ajv/dist/2019.js'
import { Ajv2020 } from 'ajv/dist/2020.js'
import draft6 from 'ajv/dist/refs/json-schema-draft-06.json' with { type: 'json' }
import addFormats, { type FormatName } from 'ajv-formats'
import { isEarly, type Draft } from './drafts.ts'
import { compilePattern } from './patterns.ts'

/** The formats that Helm knows, too, as far as Ajv does. */
const formats: FormatName[] = [
  'date',
  'time',
  'date-time',
  'duration',
  'uri',
  'uri-reference',
  'uri-template',
  'email',
  'hostname',
  'ipv4',
  'ipv6',
  'uuid',
  'json-pointer',
  'relative-json-pointer',
]

export function createAjv(draft: Draft): AjvCore.default {
  const options: Options = {
    allErrors: true,
    // Texts and values of a million errors would need too much memory.
    messages: false,
    strict: false,
    ownProperties: true,
    multipleOfPrecision: 10,
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- early drafts ask for it, and there is no other way
    ignoreKeywordsWithRef: isEarly(draft),
    validateFormats: isEarly(draft),
    validateSchema: false,
    logger: false,
    code: { regExp: Object.assign((pattern: string) => compilePattern(pattern), { code: '' }) },
  }
  const ajv = createFor(draft, options)
  ajv.addFormat('regex', isPattern)
  addFormats.default(ajv, formats)
  ajv.addFormat('date-time', isDateTime)
  // Ajv rejects this keyword of draft-04; since then it has no meaning, and Helm ignores it.
  ajv.removeKeyword('id')
  return ajv
}

function createFor(draft: Draft, options: Options): AjvCore.default {
  switch (draft) {
    case '2020-12':
      return new Ajv2020(options)
    case '2019-09':
      return new Ajv2019(options)
    case 'draft-06':
      return new Ajv(options).addMetaSchema(draft6)
    case 'draft-07':
      return new Ajv(options)
  }
}

function isPattern(pattern: string): boolean {
  try {
    compilePattern(pattern)
    return true
  } catch {
    return false
  }
}

const dateTime = addFormats.default.get('date-time') as { validate: (text: string) => boolean }

/** Ajv accepts a blank in place of the `T`, too. */
function isDateTime(text: string): boolean {
  return !/\s/.test(text) && dateTime.validate(text)
}

export type { ErrorObject, ValidateFunction } from 'ajv'
