import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { expect } from '@jest/globals'
import { onlyWhere } from '../../testing/only-where.ts'

/** Starts a server in another Node.js process, prints its process id and stays alive. */
const script = `
import { pythonLauncher } from './testing/mlflow/launch.ts'
import { startProcessGroup } from './testing/mlflow/process-group.ts'
const args = [...pythonLauncher, 'http.server', '--bind', '127.0.0.1', '0']
const group = startProcessGroup('python3', args, { cwd: '.', env: process.env })
console.log(group.pid)
setInterval(() => {}, 1000)
`

const root = join(import.meta.dirname, '..', '..')

function isAlive(pid: number): boolean {
  try {
    return process.kill(-pid, 0)
  } catch {
    return false
  }
}

onlyWhere('signals').test('a server exits when the process that started it is killed', async () => {
  const args = [
    '--disable-warning=ExperimentalWarning',
    '--input-type=module-typescript',
    '-e',
    script,
  ]
  const parent = spawn(join(root, 'node_modules', '.bin', 'node'), args, { cwd: root })
  let errors = ''
  parent.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()))
  const pid = await new Promise<number>((resolve, reject) => {
    parent.stdout.once('data', (chunk: Buffer) => resolve(Number(chunk.toString())))
    parent.once('close', () => reject(new Error(`the parent exited: ${errors}`)))
  })
  expect(isAlive(pid)).toBe(true)
  parent.kill('SIGKILL')
  while (isAlive(pid)) await new Promise((resolve) => setTimeout(resolve, 20))
  expect(isAlive(pid)).toBe(false)
})
