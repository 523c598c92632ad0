import { spawnSync } from 'node:child_process'

/** One call of the git binary. */
export type GitCall = {
  readonly args: readonly string[]
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
  readonly input: Buffer
}

export type GitResult = {
  /** Null if a signal ended the process. */
  readonly status: number | null
  readonly stdout: Buffer
  readonly stderr: Buffer
}

export type ExecuteGit = (call: GitCall) => GitResult

/** Starts git from this process. */
export function executeGit({ args, cwd, env, input }: GitCall): GitResult {
  const { error, ...result } = spawnSync('git', [...args], { cwd, env, input, maxBuffer: 1 << 30 })
  if (error !== undefined) throw error
  return result
}
