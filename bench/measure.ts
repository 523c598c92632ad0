import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pythonOf } from '../testing/virtual-environment.ts'

/** What a process and those that it waited for used. */
export type Usage = {
  readonly seconds: number
  /** User and system time. */
  readonly processorSeconds: number
  /** Peak of the largest process. */
  readonly memoryMiB: number
}

const script = join(import.meta.dirname, 'rusage.py')

/** Lets `run` start a command behind a prefix that measures it. */
export async function measure(run: (prefix: readonly string[]) => Promise<void>): Promise<Usage> {
  const directory = mkdtempSync(join(tmpdir(), 'usage-'))
  const file = join(directory, 'usage.json')
  try {
    await run([pythonOf('mlflow-3'), script, file])
    return JSON.parse(readFileSync(file, 'utf8')) as Usage
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

/** Runs a command in a bare environment and an empty home, and throws if it fails. */
export async function runCommand(
  command: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'home-'))
  try {
    const [program = '', ...parameters] = command
    const env = { PATH: process.env.PATH, HOME: home, TMPDIR: home, ...environment }
    const child = spawn(program, parameters, { cwd: home, env })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
    }
    const exitCode = await new Promise<number>((resolve, reject) => {
      child.on('error', reject)
      child.on('close', (code) => resolve(code ?? -1))
    })
    if (exitCode !== 0) throw new Error(`${command.join(' ')} failed:\n${output.slice(-4000)}`)
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}
