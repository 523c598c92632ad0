import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { pythonOf } from './virtual-environment.ts'

const root = join(import.meta.dirname, '..')

export type TerminalRun = {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

export type TerminalOptions = {
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  /** The program is connected to a terminal, to which standard output and standard error go. */
  readonly isTerminal?: boolean
  /** A shell script in which `$0 "$@"` is the command, such as `$0 "$@" | head -1`. */
  readonly shell?: string
  /** A signal that is sent as soon as the promise resolves. */
  readonly interrupt?: { readonly signal: NodeJS.Signals; readonly when: Promise<unknown> }
}

/** Connects a program to a new terminal, and exits as it does. */
const pseudoTerminal = `
import os, pty, sys
sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))
`

/** Runs the command with these arguments, in an environment that has nothing but `env`. */
export async function runCommand(
  args: readonly string[],
  { env = {}, cwd = root, isTerminal = false, shell, interrupt }: TerminalOptions = {},
): Promise<TerminalRun> {
  const command = [join(root, 'bin', 'mlflow-sync.js'), ...args]
  const [program = '', ...parameters] = [
    ...(isTerminal ? [pythonOf('mlflow-3'), '-c', pseudoTerminal] : []),
    ...(shell === undefined ? [process.execPath] : ['bash', '-c', shell]),
    ...command,
  ]
  const child = spawn(program, parameters, {
    cwd,
    env: {
      PATH: process.env.PATH ?? '',
      NODE_COMPILE_CACHE: join(root, '.cache', 'compiled'),
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  void interrupt?.when.then(() => child.kill(interrupt.signal))
  const texts = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].on('data', (chunk: Buffer) => (texts[name] += chunk.toString()))
  }
  const exitCode = await new Promise<number>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve(code ?? -1))
  })
  return { exitCode, ...texts }
}
