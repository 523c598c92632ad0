import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { helmTemplate, readWithHelm } from '../helm.ts'
import type { OwnedValues } from './editor.ts'
import type { Judged, Pair } from './verdict.ts'

type Values = Record<string, unknown>

/** What Helm reads; undefined if it rejects the file. */
type HelmReading = Values | undefined

/** Helm reads no file of a chart that is larger than 5 MiB. */
const maxBatchLength = 4_000_000

const template = `r:
{{- range .Files.Lines "cases.txt" }}
{{- if . }}
- {{ . | b64dec | fromYaml | toJson | b64enc | quote }}
{{- end }}
{{- end }}
`

/** Judges pairs with Helm's reader, many in one process. */
export function judgeWithHelm(pairs: readonly Pair[]): Judged[] {
  const files = pairs.flatMap(({ before, after }) => [before, after ?? Buffer.of()])
  const documents = files.map(splitDocuments)
  const readings = readBatches(documents.flat())
  const results = documents.map((parts) => merge(readings.splice(0, parts.length)))
  return pairs.map(({ after, owned }, index) => {
    const [old, now] = results.slice(2 * index)
    if (old === undefined) return { reads: false }
    return { reads: true, problem: after === undefined ? null : compare(old, now, owned) }
  })
}

/** Whether `helm --values` reads a file; it takes a process per file. */
export function isReadByValuesOption(file: Buffer): boolean {
  try {
    readWithHelm(file.toString())
    return true
  } catch {
    return false
  }
}

/** Helm reads the documents of a file one by one and merges them. */
function splitDocuments(file: Buffer): Buffer[] {
  return file
    .toString('latin1')
    .split(/(?<=\n)---[ \t\r]*\n/)
    .map((part) => Buffer.from(part, 'latin1'))
}

function merge(readings: readonly HelmReading[]): HelmReading {
  if (readings.includes(undefined)) return undefined
  return Object.assign({}, ...readings) as Values
}

function readBatches(documents: readonly Buffer[]): HelmReading[] {
  const lines = documents.map((bytes) => bytes.toString('base64') || '=')
  const readings: HelmReading[] = []
  while (readings.length < lines.length) {
    let length = 0
    const rest = lines.slice(readings.length)
    const count = rest.findIndex((line) => (length += line.length) > maxBatchLength)
    readings.push(...readLines(count < 0 ? rest : rest.slice(0, Math.max(1, count))))
  }
  return readings
}

function readLines(lines: readonly string[]): HelmReading[] {
  const chart = mkdtempSync(join(tmpdir(), 'helm-corpus-'))
  try {
    mkdirSync(join(chart, 'templates'))
    writeFileSync(join(chart, 'Chart.yaml'), 'apiVersion: v2\nname: corpus\nversion: 0.1.0\n')
    writeFileSync(join(chart, 'templates/all.yaml'), template)
    writeFileSync(join(chart, 'cases.txt'), lines.join('\n'))
    const { status, output } = helmTemplate(chart, '')
    const found = Array.from(output.matchAll(/^- "(.*)"$/gm), ([, json = '']) => json)
    if (status !== 0 || found.length !== lines.length) throw new Error(output.slice(0, 1000))
    return found.map(parseReading)
  } finally {
    rmSync(chart, { recursive: true })
  }
}

function parseReading(base64: string): HelmReading {
  const values = JSON.parse(Buffer.from(base64, 'base64').toString()) as Values
  const { Error: error } = values
  return typeof error === 'string' && error.startsWith('error ') ? undefined : values
}

function compare(old: Values, now: HelmReading, owned: OwnedValues): string | null {
  if (now === undefined) return 'does not read the updated file'
  return (
    wrongValue(now.global, owned) ??
    (isDeepStrictEqual(withoutOwned(old, owned), withoutOwned(now, owned))
      ? null
      : 'other values differ')
  )
}

function isMap(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function wrongValue(global: unknown, owned: OwnedValues): string | null {
  if (!isMap(global)) return 'global is not a map'
  const wrong = Object.entries(owned).find(([key, wanted]) => {
    const value = global[key] ?? ''
    // A short number may stay where a string would be written.
    return value !== (wanted ?? '') && !(typeof value === 'number' && String(value) === wanted)
  })
  return wrong === undefined ? null : `${wrong[0]} is ${JSON.stringify(global[wrong[0]])}`
}

/** Without the owned values, `global` if nothing else is in it, and what follows `global`. */
function withoutOwned(root: Values, owned: OwnedValues): Values {
  const { global, ...others } = root
  delete others.copyOfGlobal
  if (!isMap(global)) return global == null ? others : root
  const rest = Object.fromEntries(Object.entries(global).filter(([key]) => !(key in owned)))
  return Object.keys(rest).length === 0 ? others : { ...others, global: rest }
}
