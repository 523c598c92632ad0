import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { UsageError } from './usage-error.ts'

const timeoutMs = 10_000

/**
 * The token that gh, GitHub's own command-line tool, is signed in with; undefined if there is none.
 *
 * @param serverUrl base URL of GitHub's website.
 * @throws UsageError if gh does not end.
 */
export async function readGhToken(serverUrl: string): Promise<string | undefined> {
  const args = ['auth', 'token', '--hostname', new URL(serverUrl).host]
  try {
    const { stdout } = await promisify(execFile)('gh', args, { timeout: timeoutMs })
    return stdout.trim() === '' ? undefined : stdout.trim()
  } catch (error) {
    if ((error as { killed?: boolean }).killed === true) {
      throw new UsageError([
        `\`gh auth token\` did not end within ${timeoutMs / 1000} s: set the variable \`GITHUB_TOKEN\` instead`,
      ])
    }
    // It is not installed, or not signed in.
    return undefined
  }
}
