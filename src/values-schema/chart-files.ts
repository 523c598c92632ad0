import type { Content } from '../core/branch.ts'
import type { Prose } from '../core/text/prose.ts'

/** A file of a chart on the branch, or why there is none that can be read. */
export type ChartFile = { readonly content: Content } | { readonly obstacle: Prose }

export const valuesName = 'values.yaml'
export const schemaName = 'values.schema.json'
export const metadataName = 'Chart.yaml'

/** The files of a chart that say which values it accepts, by path relative to its directory. */
export type ChartFiles = ReadonlyMap<string, ChartFile>

/** Whether a path in a chart's directory says which values the chart or a subchart accepts. */
export function describesValues(path: string): boolean {
  return /^(?:charts\/[^/._][^/]*\/)*(?:values\.yaml|values\.schema\.json|Chart\.yaml)$/.test(path)
}

/** The path of a subchart's directory, if a path in a chart's directory is one. */
export function isSubchart(path: string): boolean {
  return /^(?:charts\/[^/._][^/]*\/)*charts\/[^/._][^/]*$/.test(path) && !path.endsWith('.tgz')
}
