import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pythonOf } from '../testing/virtual-environment.ts'
import { measure, runCommand, type Usage } from './measure.ts'
import { median } from './median.ts'

/** The virtual environment of the script with MLflow's client, and what it took to create it. */
export type PythonEnvironment = {
  readonly python: string
  readonly setup: Setup
  readonly remove: () => void
}

export type Setup = {
  readonly installer: 'uv' | 'pip'
  /** Medians of runs after a first one, so that no package had to be downloaded. */
  readonly seconds: number
  readonly processorSeconds: number
}

const requirements = join(import.meta.dirname, 'requirements.txt')
const uv = join(import.meta.dirname, '..', '.venvs', 'uv', 'bin', 'uv')

/** The commands that create an environment, with uv if `script/setup` installed it. */
function commandsFor(directory: string, python: string): string[][] {
  if (!existsSync(uv)) {
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check']
    return [
      [pythonOf('mlflow-3'), '-m', 'venv', directory],
      [python, ...pip, '-r', requirements],
    ]
  }
  const options = ['--quiet', '--no-config', '--python']
  return [
    [uv, 'venv', ...options, pythonOf('mlflow-3'), directory],
    [uv, 'pip', 'install', ...options, python, '--compile-bytecode', '-r', requirements],
  ]
}

export async function createPythonEnvironment(runs: number): Promise<PythonEnvironment> {
  const parent = mkdtempSync(join(tmpdir(), 'python-'))
  const directory = join(parent, 'venv')
  const python = join(directory, 'bin', 'python')
  const install = async () => {
    rmSync(directory, { recursive: true, force: true })
    const usages: Usage[] = []
    for (const command of commandsFor(directory, python)) {
      usages.push(await measure((prefix) => runCommand([...prefix, ...command], userEnvironment())))
    }
    const sum = (key: 'seconds' | 'processorSeconds'): number =>
      usages.reduce((total, usage) => total + usage[key], 0)
    return { seconds: sum('seconds'), processorSeconds: sum('processorSeconds') }
  }
  await install()
  const measured = []
  for (let run = 0; run < runs; run += 1) measured.push(await install())
  return {
    python,
    setup: {
      installer: existsSync(uv) ? 'uv' : 'pip',
      seconds: median(measured.map(({ seconds }) => seconds)),
      processorSeconds: median(measured.map(({ processorSeconds }) => processorSeconds)),
    },
    remove: () => rmSync(parent, { recursive: true, force: true }),
  }
}

/** With the user's caches and package index, unlike the other commands. */
function userEnvironment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    ),
  )
}
