import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'yaml'
import { readCommandFile } from './readers/runner.ts'
import { Step } from './step.ts'

export type Inputs = Readonly<Record<string, string>>

export type StepOptions = {
  readonly inputs: Inputs
  /** `owner/name` of the repository that the workflow runs in. */
  readonly repository: string
  readonly github: { readonly apiUrl: string; readonly graphqlUrl: string; readonly token: string }
  readonly env?: Readonly<Record<string, string>>
  /** `GITHUB_WORKSPACE` */
  readonly workspace?: string
  /** Sends signals, one after the other, as soon as the log matches or the promise resolves. */
  readonly interrupt?: Interrupt
  /** Closes the process's standard output at once, as `| true` does. */
  readonly closeLog?: boolean
  /** A command that starts Node.js, for example to measure it. */
  readonly prefix?: readonly string[]
  /** Called when the process runs, with a function that sends it a signal. */
  readonly onStart?: (send: (signal: NodeJS.Signals) => void) => void
}

export type Interrupt = {
  readonly signal: NodeJS.Signals | readonly NodeJS.Signals[]
  readonly when: RegExp | Promise<unknown>
}

const root = join(import.meta.dirname, '..')

/**
 * Runs `dist/index.js` as the runner does: with `INPUT_*`, command files and a bare environment.
 */
export async function runAction(options: StepOptions): Promise<Step> {
  const directory = mkdtempSync(join(tmpdir(), 'step-'))
  const outputFile = join(directory, 'output')
  const summaryFile = join(directory, 'summary')
  writeFileSync(outputFile, '')
  writeFileSync(summaryFile, '')
  try {
    const result = await runProcess(options, directory, {
      ...runnerVariables(options, directory),
      GITHUB_OUTPUT: outputFile,
      GITHUB_STEP_SUMMARY: summaryFile,
      ...inputVariables(options),
      ...options.env,
    })
    const outputs = readCommandFile(readFileSync(outputFile, 'utf8'))
    const summary = readFileSync(summaryFile, 'utf8')
    const reportFile = outputs['report-file'] ?? ''
    const report = reportFile === '' ? undefined : readFileSync(reportFile, 'utf8')
    return new Step({ ...result, outputs, summary, report })
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

function runnerVariables(options: StepOptions, directory: string): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '',
    HOME: directory,
    // Compiling the bundle anew takes a quarter of the processor time of a short job.
    NODE_COMPILE_CACHE: join(root, '.cache', 'compiled'),
    RUNNER_TEMP: directory,
    RUNNER_DEBUG: '1',
    GITHUB_ACTIONS: 'true',
    GITHUB_REPOSITORY: options.repository,
    GITHUB_RUN_ID: '1234567890',
    GITHUB_WORKSPACE: options.workspace ?? '',
    GITHUB_API_URL: options.github.apiUrl,
    GITHUB_GRAPHQL_URL: options.github.graphqlUrl,
    GITHUB_SERVER_URL: 'https://github.example.com',
  }
}

type ActionFile = { inputs: Record<string, { default?: string }> }

/** Fills in the defaults of `action.yml`, evaluates their expressions and names the variables. */
function inputVariables({ inputs, github, repository }: StepOptions): Record<string, string> {
  const action = parse(readFileSync(join(root, 'action.yml'), 'utf8')) as ActionFile
  for (const name of Object.keys(inputs)) {
    if (action.inputs[name] === undefined) throw new Error(`action.yml has no input ${name}`)
  }
  return Object.fromEntries(
    Object.entries(action.inputs).map(([name, { default: fallback = '' }]) => [
      `INPUT_${name.toUpperCase().replaceAll(' ', '_')}`,
      inputs[name] ??
        fallback
          .replace('${{ github.token }}', github.token)
          .replace('${{ github.repository }}', repository),
    ]),
  )
}

async function runProcess(
  {
    interrupt,
    onStart,
    closeLog,
    prefix = [],
  }: Pick<StepOptions, 'interrupt' | 'onStart' | 'closeLog' | 'prefix'>,
  cwd: string,
  env: Record<string, string>,
): Promise<{ exitCode: number; log: string; stderr: string }> {
  const [program, ...parameters] = [...prefix, process.execPath, join(root, 'dist', 'index.js')]
  const child = spawn(program, parameters, { cwd, env })
  onStart?.((signal) => child.kill(signal))
  let log = ''
  let stderr = ''
  if (closeLog === true) child.stdout.destroy()
  child.stdout.on('data', (chunk: Buffer) => (log += chunk.toString()))
  if (interrupt !== undefined) sendSignals(child, interrupt, () => log)
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  const exitCode = await new Promise<number>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve(code ?? -1))
  })
  return { exitCode, log, stderr }
}

function sendSignals(child: ChildProcess, { signal, when }: Interrupt, log: () => string): void {
  const send = (): void => {
    for (const name of [signal].flat()) child.kill(name)
  }
  if (when instanceof Promise) {
    void when.then(send)
    return
  }
  const check = (): void => {
    if (!when.test(log())) return
    child.stdout?.off('data', check)
    send()
  }
  child.stdout?.on('data', check)
}
