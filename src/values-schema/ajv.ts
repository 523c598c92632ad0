import { Ajv, type Options } from 'ajv'
import type { default as AjvCore } from 'ajv/dist/core.js'
import { Ajv2019 } from 'ajv/dist/2019.js'
import { Ajv2020 } from 'ajv/dist/2020.js'
import draft6 from 'ajv/dist/refs/json-schema-draft-06.json' with { type: 'json' }
import { isEarly, type Draft } from './drafts.ts'
import { formats } from './formats.ts'
import { compilePattern } from './patterns.ts'

/** @param areFormatsChecked whether a format is more than a note */
export function createAjv(draft: Draft, areFormatsChecked = isEarly(draft)): AjvCore.default {
  const options: Options = {
    allErrors: true,
    // Texts and values of a million errors would need too much memory.
    messages: false,
    strict: false,
    ownProperties: true,
    multipleOfPrecision: 10,
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- early drafts ask for it, and there is no other way
    ignoreKeywordsWithRef: isEarly(draft),
    validateFormats: areFormatsChecked,
    validateSchema: false,
    logger: false,
    code: { regExp: Object.assign((pattern: string) => compilePattern(pattern), { code: '' }) },
  }
  const ajv = createFor(draft, options)
  for (const [name, isValid] of Object.entries(formats)) ajv.addFormat(name, isValid)
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

export type { ErrorObject, ValidateFunction } from 'ajv'
