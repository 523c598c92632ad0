import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { executeGit, type ExecuteGit } from './execute.ts'
import { readParts, writeParts } from './frames.ts'

/** Runs git, and waits for it. */
export type GitLauncher = { readonly execute: ExecuteGit; readonly close: () => void }

/**
 * Starts a small process that starts git. A process is forked with a copy of its parent's page tables:
 * for a worker of jest that takes longer than git itself, and a test runs git hundreds of times.
 *
 * @param directory where the two named pipes are.
 */
export async function startGitLauncher(directory: string): Promise<GitLauncher> {
  // Windows has no named pipes that a synchronous read can wait for.
  if (process.platform === 'win32') return { execute: executeGit, close: () => undefined }
  const paths = [join(directory, 'calls'), join(directory, 'results')] as const
  const program = join(import.meta.dirname, 'launcher-process.ts')
  const child = spawn(process.execPath, [program, ...paths], {
    env: { PATH: process.env.PATH },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await Promise.race([
    once(child.stdout, 'data'),
    once(child, 'exit').then(() => Promise.reject(new Error('the launcher of git exited'))),
  ])
  child.stdout.destroy()
  child.unref()
  // Each waits until the process has opened the other end.
  const calls = openSync(paths[0], 'w')
  const results = openSync(paths[1], 'r')

  return {
    execute: ({ input, ...call }) => {
      writeParts(calls, [Buffer.from(JSON.stringify(call)), input])
      const [status, stdout, stderr] = readParts(results, 3) ?? []
      if (status === undefined || stdout === undefined || stderr === undefined) {
        throw new Error('the launcher of git exited')
      }
      return { status: JSON.parse(status.toString()) as number | null, stdout, stderr }
    },
    close: () => {
      closeSync(calls)
      closeSync(results)
    },
  }
}
