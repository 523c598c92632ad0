import { coalesce, mergeMaps, type ChartValues } from './coalesce.ts'
import { isMapValue, noValues, valueAt, type Value, type Values } from './values.ts'

/** An entry under `dependencies` in a `Chart.yaml`. */
export type Dependency = {
  readonly name: string
  readonly alias: string | undefined
  /** Comma-separated paths of values. */
  readonly condition: string
  readonly tags: readonly string[]
  readonly imports: readonly ImportedValues[]
}

/** Values of a subchart that become defaults of its parent; paths with dots. */
type ImportedValues = { readonly child: string; readonly parent: string }

/** A chart with all the subcharts in `charts/`, whether they are enabled or not. */
export type Chart = Omit<ChartValues, 'subcharts'> & {
  /** Undefined if its `Chart.yaml` lists none. */
  readonly dependencies: readonly Dependency[] | undefined
  readonly subcharts: readonly Chart[]
  /** Text of its JSON schema; undefined if there is none. */
  readonly schema: string | undefined
  /** Path of the schema in the repository. */
  readonly schemaPath: string
}

export function readDependencies(metadata: Values): Dependency[] | undefined {
  const list = metadata.get('dependencies')
  if (!Array.isArray(list)) return undefined
  return (list as readonly Value[]).filter(isMapValue).map((row) => ({
    name: textOf(row.get('name')),
    alias: textOf(row.get('alias')) || undefined,
    condition: textOf(row.get('condition')),
    tags: listOf(row.get('tags')).map(textOf),
    imports: listOf(row.get('import-values')).map((item) =>
      isMapValue(item)
        ? { child: textOf(item.get('child')), parent: textOf(item.get('parent')) }
        : { child: `exports.${textOf(item)}`, parent: '.' },
    ),
  }))
}

function textOf(value: Value | undefined): string {
  return typeof value === 'string' ? value : ''
}

function listOf(value: Value | undefined): readonly Value[] {
  return Array.isArray(value) ? (value as readonly Value[]) : []
}

/**
 * The chart as Helm uses it with these values: subcharts under their aliases and without those that are
 * disabled, and with the defaults that are imported from them.
 */
export function resolveDependencies(chart: Chart, values: Values): Chart {
  return importValues(enableSubcharts(chart, values, []))
}

/** @param path of the chart's values; conditions are looked up in the values of the topmost chart. */
function enableSubcharts(chart: Chart, values: Values, path: readonly string[]): Chart {
  const { dependencies } = chart
  if (dependencies === undefined) return chart
  const all = { ...chart, subcharts: applyAliases(chart.subcharts, dependencies) }
  const coalesced = coalesce(all, values)
  const isEnabled = (dependency: Dependency): boolean =>
    conditionOf(dependency, coalesced, path) ?? hasEnabledTag(dependency, coalesced)
  const disabled = new Set(dependencies.filter((row) => !isEnabled(row)).map(nameOf))
  const enabled = dependencies.filter((row) => !disabled.has(nameOf(row)))
  return {
    ...chart,
    dependencies: enabled.length > 0 ? enabled : undefined,
    subcharts: all.subcharts
      .filter(({ name }) => !disabled.has(name))
      .map((subchart) => enableSubcharts(subchart, coalesced, [...path, subchart.name])),
  }
}

function nameOf({ name, alias }: Dependency): string {
  return alias ?? name
}

/** A subchart can have several aliases; one without a dependency is there as well. */
function applyAliases(subcharts: readonly Chart[], dependencies: readonly Dependency[]): Chart[] {
  const listed = new Set(dependencies.map(({ name }) => name))
  const renamed = dependencies.flatMap((dependency) => {
    const subchart = subcharts.find(({ name }) => name === dependency.name)
    return subchart === undefined ? [] : [{ ...subchart, name: nameOf(dependency) }]
  })
  return [...subcharts.filter(({ name }) => !listed.has(name)), ...renamed]
}

/** The first of the condition's values that is a boolean. */
function conditionOf(
  { condition }: Dependency,
  values: Values,
  path: readonly string[],
): boolean | undefined {
  return condition
    .trim()
    .split(',')
    .filter((name) => name !== '')
    .map((name) => valueAt(values, [...path, ...name.split('.')]))
    .find((value) => typeof value === 'boolean')
}

function hasEnabledTag({ tags }: Dependency, values: Values): boolean {
  const table = values.get('tags')
  const states = tags.map((tag) => (isMapValue(table) ? table.get(tag) : undefined))
  return states.includes(true) || !states.includes(false)
}

function importValues(chart: Chart): Chart {
  const subcharts = chart.subcharts.map(importValues)
  const { dependencies } = chart
  if (dependencies === undefined) return { ...chart, subcharts }
  const defaults = coalesce({ ...chart, subcharts }, noValues, true)
  let imported = noValues
  for (const dependency of dependencies) {
    for (const { child, parent } of dependency.imports) {
      const values = valueAt(defaults, [nameOf(dependency), ...child.split('.')])
      if (isMapValue(values)) imported = mergeMaps(imported, atPath(parent, values), true)
    }
  }
  return { ...chart, subcharts, defaults: mergeMaps(defaults, imported, true) }
}

function atPath(path: string, values: Values): Values {
  if (path === '.') return values
  return path
    .split('.')
    .reduceRight<Values>((inner, key) => new Map<string, Value>([[key, inner]]), values)
}
