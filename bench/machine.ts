import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import { pythonOf } from '../testing/virtual-environment.ts'

/** What the figures depend on. */
export type Machine = {
  readonly processor: string
  readonly cores: number
  readonly memoryGiB: number
  readonly system: string
  readonly versions: Readonly<Record<string, string>>
  /** Beginning of the SHA-256 of the measured `dist/index.js`. */
  readonly dist: string
}

const root = join(import.meta.dirname, '..')

export function describeMachine(): Machine {
  const dist = readFileSync(join(root, 'dist', 'index.js'))
  return {
    processor: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: systemName(),
    versions: {
      'Node.js': process.version.slice(1),
      MLflow: requirement('testing/mlflow/requirements-3.in', 'mlflow-skinny'),
      git: firstNumber('git', '--version'),
      Python: firstNumber(pythonOf('mlflow-3'), '--version'),
      'mlflow-skinny': requirement('bench/requirements.txt', 'mlflow-skinny'),
      'ruamel.yaml': requirement('bench/requirements.txt', 'ruamel-yaml'),
    },
    dist: createHash('sha256').update(dist).digest('hex').slice(0, 12),
  }
}

function systemName(): string {
  const name = /^PRETTY_NAME="(.*)"$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1]
  return name ?? process.platform
}

function firstNumber(program: string, ...parameters: string[]): string {
  const output = execFileSync(program, parameters).toString()
  return /\d+(?:\.\d+)+/.exec(output)?.[0] ?? 'unknown'
}

function requirement(file: string, name: string): string {
  const lines = readFileSync(join(root, file), 'utf8').split('\n')
  const line = lines.find((text) => text.startsWith(`${name}==`)) ?? ''
  return line.slice(name.length + 2).trim()
}
