import { GitHubError } from '../core/errors.ts'

/** Undefined if GitHub does not show something to this token, or it does not exist. */
export async function unlessHidden<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read()
  } catch (error) {
    const isHidden = error instanceof GitHubError && [403, 404].includes(error.status ?? 0)
    if (isHidden) return undefined
    throw error
  }
}
