import { pathIn } from '../core/branch.ts'
import type { Mistake } from '../core/problem.ts'
import { prose } from '../core/text/prose.ts'
import { describeFlaw } from '../core/values-file/flaw.ts'
import { metadataName, schemaName, valuesName, type ChartFiles } from './chart-files.ts'
import { readDependencies, type Chart } from './dependencies.ts'
import { readMetadata, readYaml, type YamlResult } from './read-yaml.ts'
import { noValues, type Values } from './values.ts'

/** Reads a chart with its subcharts; what cannot be read is added to the mistakes. */
export function readChart(
  files: ChartFiles,
  { directory, schema = schemaName }: { directory: string; schema?: string },
  mistakes: Mistake[],
): Chart {
  return readChartAt('', schema)

  function readChartAt(prefix: string, schemaFile: string): Chart {
    const metadata = readValues(`${prefix}${metadataName}`, readMetadata)
    const name = metadata.get('name')
    const folder = prefix.split('/').at(-2) ?? ''
    return {
      name: typeof name === 'string' && name !== '' ? name : folder,
      defaults: readValues(`${prefix}${valuesName}`),
      dependencies: readDependencies(metadata),
      schema: readText(`${prefix}${schemaFile}`),
      schemaPath: pathIn(directory, `${prefix}${schemaFile}`),
      subcharts: subchartsIn(prefix).map((child) => readChartAt(child, schemaName)),
    }
  }

  function subchartsIn(prefix: string): string[] {
    const start = `${prefix}charts/`
    const names = [...files.keys()]
      .filter((path) => path.startsWith(start))
      .map((path) => path.slice(start.length).split('/')[0] ?? '')
    return [...new Set(names)].sort().map((name) => `${start}${name}/`)
  }

  function readText(path: string): string | undefined {
    const file = files.get(path)
    if (file === undefined) return undefined
    const location = { path: pathIn(directory, path), line: undefined }
    if ('obstacle' in file) {
      mistakes.push({ text: prose`\`${location.path}\` ${file.obstacle}`, location })
      return undefined
    }
    try {
      return typeof file.content === 'string'
        ? file.content
        : new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(file.content)
    } catch {
      const text = prose`\`${location.path}\` is not UTF-8 text: save it as UTF-8`
      mistakes.push({ text, location })
      return undefined
    }
  }

  function readValues(path: string, read: (text: string) => YamlResult = readYaml): Values {
    const text = readText(path)
    const result = text === undefined ? undefined : read(text)
    if (result === undefined) return noValues
    if (result.ok) return result.values
    const full = pathIn(directory, path)
    mistakes.push({
      text: prose`\`${full}\`: ${describeFlaw(result.flaw)}`,
      location: { path: full, line: result.flaw.line },
    })
    return noValues
  }
}
