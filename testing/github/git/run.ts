import { execFileSync } from 'node:child_process'

/** Runs the git binary in one repository and returns what it prints. */
export type RunGit = (
  args: readonly string[],
  options?: { readonly input?: string | Buffer; readonly env?: NodeJS.ProcessEnv },
) => string

/** Ignores the git configuration of this machine: the environment is bare. */
export function gitRunner(gitDir: string): RunGit {
  return (args, { input, env = {} } = {}) =>
    execFileSync('git', [...args], {
      cwd: gitDir,
      env: { PATH: process.env.PATH, HOME: gitDir, GIT_DIR: gitDir, ...env },
      maxBuffer: 1 << 30,
      stdio: ['pipe', 'pipe', 'pipe'],
      ...(input === undefined ? {} : { input }),
    }).toString()
}

/** The trimmed output, or undefined when git exits with an error. */
export function outputOf(run: () => string): string | undefined {
  try {
    return run().trim()
  } catch {
    return undefined
  }
}
