import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/**
 * The token that GitHub's own command-line tool is signed in with for a server; undefined if there is
 * none.
 *
 * @param serverUrl base URL of GitHub's website.
 */
export async function readTokenOfGh(serverUrl: string): Promise<string | undefined> {
  const args = ['auth', 'token', '--hostname', new URL(serverUrl).host]
  try {
    const { stdout } = await promisify(execFile)('gh', args, { timeout: 10_000 })
    return stdout.trim() === '' ? undefined : stdout.trim()
  } catch {
    // It is not installed, or not signed in.
    return undefined
  }
}
