import { isClose, suggestName } from '../text/closest.ts'

const textFieldNames = [
  'run.id',
  'run.name',
  'run.slug',
  'run.status',
  'run.user',
  'experiment.id',
  'experiment.name',
  'model.name',
  'model.slug',
  'model.version',
  'model.id',
  'model.source',
  'model.artifacts',
  'model.path',
  'model.uri',
  'model.description',
  'model.aliases',
  'registered_model.description',
] as const

const mapFieldNames = [
  'run.params',
  'run.metrics',
  'run.tags',
  'model.tags',
  'registered_model.tags',
] as const

/** The names of all placeholders, without the key after `params`, `metrics` and `tags`. */
export const fieldNames = [...textFieldNames, ...mapFieldNames] as const

export type TextField = (typeof textFieldNames)[number]
export type MapField = (typeof mapFieldNames)[number]

export type FieldName = TextField | MapField

/** What a placeholder refers to: a text, or an entry of a map. */
export type FieldReference =
  | { readonly field: TextField; readonly key?: never }
  | { readonly field: MapField; readonly key: string }

/** All placeholders as they are written in a template. */
export const allPlaceholders: readonly string[] = [
  ...textFieldNames,
  ...mapFieldNames.map((map) => `${map}.NAME`),
  'json:NAME',
].map((name) => `\${${name}}`)

/** Finds the field and key of a name, without the blanks around them. */
export function findReference(name: string): FieldReference | undefined {
  const { field, key } = splitName(name)
  const map = findMap(field)
  if (map !== undefined) return key === undefined || key === '' ? undefined : { field: map, key }
  const text = textFieldNames.find((candidate) => candidate === field)
  return text === undefined || key !== undefined ? undefined : { field: text }
}

function findMap(field: string): MapField | undefined {
  return mapFieldNames.find((candidate) => candidate === field)
}

/** `key` is what follows the second dot; undefined if there is none. */
function splitName(name: string): { readonly field: string; readonly key: string | undefined } {
  const [group = '', property = '', ...rest] = name.split('.')
  const key = rest.length === 0 ? undefined : withoutBlanks(rest.join('.'))
  return { field: `${withoutBlanks(group)}.${withoutBlanks(property)}`, key }
}

/** The name that an unknown one probably stands for, with the same key; undefined if none is close. */
export function suggestReference(name: string): string | undefined {
  const { field, key } = splitName(name)
  const [group = '', property = ''] = field.split('.')
  const isSlip = (candidate: string): boolean => {
    const [candidateGroup = '', candidateProperty = ''] = candidate.split('.')
    return isClose(group, candidateGroup) && isClose(property, candidateProperty)
  }
  const close =
    property === ''
      ? suggestName(group, textFieldNames)
      : suggestName(field, fieldNames.filter(isSlip))
  if (close === undefined) return undefined
  if (findMap(close) !== undefined) {
    return key === undefined || key === '' ? `${close}.NAME` : `${close}.${key}`
  }
  return key === undefined ? close : undefined
}

/** Trims blanks and invisible characters. */
function withoutBlanks(text: string): string {
  return text.replace(/^(?:\s|\p{DI})+|(?<!\s|\p{DI})(?:\s|\p{DI})+$/gu, '')
}
