/** A value as Helm reads it from YAML. */
export type Value = null | boolean | number | string | readonly Value[] | Values

/** A map: unlike an object, it has no names of its own such as `constructor`. */
export type Values = ReadonlyMap<string, Value>

export const noValues: Values = new Map()

export function isMapValue(value: Value | undefined): value is Values {
  return value instanceof Map
}

/** The value at a path of keys and indexes; undefined if there is none. */
export function valueAt(values: Values, path: readonly string[]): Value | undefined {
  let value: Value | undefined = values
  for (const key of path) {
    if (isMapValue(value)) value = value.get(key)
    else if (Array.isArray(value)) value = (value as readonly Value[])[Number(key)]
    else return undefined
  }
  return value
}

/** The same value as plain JavaScript, for a validator. What is shared stays shared. */
export function toPlain(value: Value): unknown {
  const known = new Map<Value, unknown>()
  const convert = (from: Value): unknown => {
    if (typeof from !== 'object' || from === null) return from
    const converted = known.get(from) ?? convertCollection(from)
    known.set(from, converted)
    return converted
  }
  const convertCollection = (from: readonly Value[] | Values): unknown =>
    isMapValue(from)
      ? Object.fromEntries([...from].map(([key, item]) => [key, convert(item)]))
      : from.map(convert)
  return convert(value)
}

/** Splits a JSON pointer into its keys. */
export function parsePointer(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
}

export function formatPointer(path: readonly string[]): string {
  return path.map((key) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}
