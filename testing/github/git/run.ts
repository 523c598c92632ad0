import { execFileSync } from 'node:child_process'

/** Runs the git binary in one repository and returns what it prints. */
export type RunGit = (
  args: readonly string[],
  options?: { readonly input?: string | Buffer; readonly env?: NodeJS.ProcessEnv },
) => string

/** Runs git in a bare environment, so that this machine's git configuration has no effect. */
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

/** The trimmed output, or undefined if git exits with an error. */
export function outputOf(run: () => string): string | undefined {
  try {
    return run().trim()
  } catch {
    return undefined
  }
}

/** What git says if it exits with an error; undefined if it does not. */
export function complaintOf(run: () => string): string | undefined {
  try {
    run()
    return undefined
  } catch (error) {
    const { stderr } = error as { readonly stderr: Buffer }
    return stderr
      .toString()
      .replace(/^fatal: /, '')
      .trim()
  }
}
