import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'yaml'

/** What one step of the action left behind. */
export type StepResult = {
  readonly exitCode: number
  /** The log: commands of the runner (`::error::…`) are in it. */
  readonly stdout: string
  readonly stderr: string
  readonly outputs: Readonly<Record<string, string>>
  readonly summary: string
  /** The JSON report, parsed. */
  readonly report: unknown
}

export type StepOptions = {
  readonly inputs: Readonly<Record<string, string>>
  /** `owner/name` that the workflow runs in. */
  readonly repository?: string
  readonly github: { readonly apiUrl: string; readonly graphqlUrl: string; readonly token: string }
  readonly env?: Readonly<Record<string, string>>
  /** `GITHUB_WORKSPACE`. */
  readonly workspace?: string
  /** Sends this signal after so many milliseconds, or when the log has the text. */
  readonly interrupt?: { readonly signal: NodeJS.Signals; readonly when: string }
}

const root = join(import.meta.dirname, '..')
const node = join(root, 'node_modules', '.bin', 'node')

/** Runs the committed `dist/index.js` as the runner does: `INPUT_*`, command files, nothing else. */
export const runAction = async (options: StepOptions): Promise<StepResult> => {
  const directory = mkdtempSync(join(tmpdir(), 'step-'))
  const outputFile = join(directory, 'output')
  const summaryFile = join(directory, 'summary')
  writeFileSync(outputFile, '')
  writeFileSync(summaryFile, '')
  const repository = options.repository ?? 'acme/deployments'
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: directory,
    RUNNER_TEMP: directory,
    RUNNER_DEBUG: '1',
    GITHUB_ACTIONS: 'true',
    GITHUB_OUTPUT: outputFile,
    GITHUB_STEP_SUMMARY: summaryFile,
    GITHUB_REPOSITORY: repository,
    GITHUB_WORKSPACE: options.workspace ?? '',
    GITHUB_API_URL: options.github.apiUrl,
    GITHUB_GRAPHQL_URL: options.github.graphqlUrl,
    GITHUB_SERVER_URL: 'https://github.example.com',
    ...inputVariables(options.inputs, options.github.token, repository),
    ...options.env,
  }
  const child = spawn(node, [join(root, 'dist', 'index.js')], { cwd: directory, env })
  let stdout = ''
  let stderr = ''
  let interrupted = false
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString()
    if (
      options.interrupt !== undefined &&
      !interrupted &&
      stdout.includes(options.interrupt.when)
    ) {
      interrupted = true
      child.kill(options.interrupt.signal)
    }
  })
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  const exitCode = await new Promise<number>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve(code ?? -1))
  })
  const outputs = parseOutputs(readFileSync(outputFile, 'utf8'))
  const summary = readFileSync(summaryFile, 'utf8')
  const reportFile = outputs['report-file'] ?? ''
  const report =
    reportFile === '' ? undefined : (JSON.parse(readFileSync(reportFile, 'utf8')) as unknown)
  rmSync(directory, { recursive: true, force: true })
  return { exitCode, stdout, stderr, outputs, summary, report }
}

type ActionFile = { inputs: Record<string, { default?: string }> }

/** The runner's work: defaults of `action.yml`, expressions, names in capitals. */
const inputVariables = (
  given: Readonly<Record<string, string>>,
  token: string,
  repository: string,
): Record<string, string> => {
  const action = parse(readFileSync(join(root, 'action.yml'), 'utf8')) as ActionFile
  for (const name of Object.keys(given)) {
    if (action.inputs[name] === undefined) throw new Error(`action.yml has no input ${name}`)
  }
  return Object.fromEntries(
    Object.entries(action.inputs).map(([name, { default: fallback = '' }]) => [
      `INPUT_${name.toUpperCase().replaceAll(' ', '_')}`,
      given[name] ??
        fallback
          .replace('${{ github.token }}', token)
          .replace('${{ github.repository }}', repository),
    ]),
  )
}

/** `name<<delimiter`, lines, `delimiter`. */
const parseOutputs = (text: string): Record<string, string> => {
  const outputs: Record<string, string> = {}
  const lines = text.split('\n')
  for (let index = 0; index < lines.length; index += 1) {
    const [, name, delimiter] = /^([^<]+)<<(.+)$/.exec(lines[index] ?? '') ?? []
    if (name === undefined || delimiter === undefined) continue
    const end = lines.indexOf(delimiter, index + 1)
    outputs[name] = lines.slice(index + 1, end).join('\n')
    index = end
  }
  return outputs
}
