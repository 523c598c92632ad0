import { isMapValue, noValues, type Value, type Values } from './values.ts'

/** What coalescing needs to know about a chart. */
export type ChartValues = {
  readonly name: string
  /** From its `values.yaml`. */
  readonly defaults: Values
  readonly subcharts: readonly ChartValues[]
}

/** The value for a subchart is not a map, which Helm rejects before it looks at a schema. */
export class SubchartMismatch extends Error {
  readonly path: readonly string[]
  readonly value: Value

  constructor(path: readonly string[], value: Value) {
    super('the value of a subchart is not a map')
    this.path = path
    this.value = value
  }
}

/**
 * Completes the values of a file with the defaults of a chart and its subcharts, as Helm does: maps
 * merge, anything else replaces the default, and a null removes it. What a parent chart says about a
 * subchart overrides the subchart's own defaults, and `global` is passed down.
 *
 * @param keepsNulls keep the nulls that remove a default, for another file to be coalesced later.
 * @throws SubchartMismatch
 */
export function coalesce(
  chart: ChartValues,
  values: Values,
  keepsNulls = false,
  path: readonly string[] = [],
): Values {
  const merged = new Map(withDefaults(chart, values, keepsNulls))
  for (const subchart of chart.subcharts) {
    const own = merged.get(subchart.name) ?? (merged.has(subchart.name) ? null : noValues)
    const subPath = [...path, subchart.name]
    if (!isMapValue(own)) throw new SubchartMismatch(subPath, own)
    merged.set(subchart.name, coalesce(subchart, withGlobals(own, merged), keepsNulls, subPath))
  }
  return merged
}

function withDefaults(chart: ChartValues, values: Values, keepsNulls: boolean): Values {
  const names = new Set(chart.subcharts.map(({ name }) => name))
  const merged = new Map(values)
  for (const [key, initial] of chart.defaults) {
    const value = values.get(key)
    if (value === undefined) merged.set(key, initial)
    else if (value === null && !keepsNulls) merged.delete(key)
    else if (isMapValue(value) && isMapValue(initial)) {
      // The nulls for a subchart remove its own defaults, later.
      merged.set(key, mergeMaps(value, initial, keepsNulls || names.has(key)))
    }
  }
  return merged
}

/** Completes a map with another one. */
export function mergeMaps(values: Values, defaults: Values, keepsNulls: boolean): Values {
  const merged = new Map(values)
  for (const [key, initial] of defaults) {
    const value = values.get(key)
    if (value === undefined) merged.set(key, initial)
    else if (value === null && initial !== null && !keepsNulls) merged.delete(key)
    else if (isMapValue(value) && isMapValue(initial)) {
      merged.set(key, mergeMaps(value, initial, keepsNulls))
    }
  }
  return merged
}

const globalKey = 'global'

/** Adds the globals of the parent chart to the values of a subchart. */
function withGlobals(values: Values, parent: Values): Values {
  const own = values.get(globalKey) ?? (values.has(globalKey) ? null : noValues)
  const above = parent.get(globalKey) ?? (parent.has(globalKey) ? null : noValues)
  if (!isMapValue(own) || !isMapValue(above)) return values
  const merged = new Map(own)
  for (const [key, value] of above) {
    const existing = own.get(key)
    if (isMapValue(value)) {
      if (existing === undefined) merged.set(key, value)
      else if (isMapValue(existing)) merged.set(key, mergeMaps(value, existing, true))
    } else if (!isMapValue(existing)) merged.set(key, value)
  }
  return new Map(values).set(globalKey, merged)
}
