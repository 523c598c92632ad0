import { executeGit, type ExecuteGit, type GitResult } from './execute.ts'

/** Runs the git binary in one repository and returns what it prints. */
export type RunGit = (
  args: readonly string[],
  options?: { readonly input?: string | Buffer; readonly env?: NodeJS.ProcessEnv },
) => string

export class GitError extends Error {
  readonly stderr: string
  /** Git answers "no" with 1, and reports with other numbers that it could not answer. */
  readonly status: number | null

  constructor(args: readonly string[], { stderr, status }: GitResult) {
    super(`git ${args.join(' ')}: ${stderr.toString()}`)
    this.stderr = stderr.toString()
    this.status = status
  }
}

/** Runs git in a bare environment, so that this machine's git configuration has no effect. */
export function gitRunner(gitDir: string, execute: ExecuteGit = executeGit): RunGit {
  return (args, { input = '', env = {} } = {}) => {
    const result = execute({
      args,
      cwd: gitDir,
      env: {
        PATH: process.env.PATH,
        HOME: gitDir,
        GIT_DIR: gitDir,
        // Git for Windows has `core.autocrlf` there.
        GIT_CONFIG_NOSYSTEM: '1',
        ...env,
      },
      input: Buffer.from(input),
    })
    if (result.status !== 0) throw new GitError(args, result)
    return result.stdout.toString()
  }
}

/** The trimmed output, or undefined if git exits with an error. */
export function outputOf(run: () => string): string | undefined {
  try {
    return run().trim()
  } catch (error) {
    if (error instanceof GitError) return undefined
    throw error
  }
}

/** What git says if it exits with an error; undefined if it does not. */
export function complaintOf(run: () => string): string | undefined {
  try {
    run()
    return undefined
  } catch (error) {
    if (error instanceof GitError) return error.stderr.replace(/^fatal: /, '').trim()
    throw error
  }
}
