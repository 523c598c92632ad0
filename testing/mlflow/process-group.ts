import { spawn, spawnSync } from 'node:child_process'
import { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** A child process that leads a process group of its own. */
export type ProcessGroup = {
  readonly pid: number | undefined
  /** Everything it has printed so far. */
  readonly log: () => string
  readonly hasExited: () => boolean
  /** Terminates all processes of the group. */
  readonly stop: () => Promise<void>
}

const terminationTimeoutMs = 3000

/** Windows has no process groups; it knows a process and its descendants. */
const isWindows = process.platform === 'win32'

export function startProcessGroup(
  command: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): ProcessGroup {
  const child = spawn(command, args, { ...options, detached: !isWindows, stdio: 'pipe' })
  let text = ''
  const pipes = [child.stdin, child.stdout, child.stderr]
  for (const output of [child.stdout, child.stderr]) {
    output.on('data', (chunk: Buffer) => (text += chunk.toString()))
  }
  child.on('error', (error) => (text += String(error)))
  // A group that is never stopped must not keep this process alive.
  child.unref()
  for (const pipe of pipes) if (pipe instanceof Socket) pipe.unref()

  return {
    pid: child.pid,
    log: () => text,
    hasExited: () => child.exitCode !== null || child.pid === undefined,
    stop: async () => {
      if (child.pid === undefined) return
      if (isWindows) spawnSync('taskkill', ['/pid', String(child.pid), '/t', '/f'])
      else await stopGroup(child.pid)
    },
  }
}

async function stopGroup(pid: number): Promise<void> {
  const deadline = Date.now() + terminationTimeoutMs
  let alive = signalGroup(pid, 'SIGTERM')
  while (alive) {
    await sleep(20)
    alive = signalGroup(pid, Date.now() > deadline ? 'SIGKILL' : 0)
  }
}

/** Returns false if no process of the group is left. */
function signalGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-pid, signal)
  } catch {
    return false
  }
}
