import { GitHubError } from '../core/errors.ts'

/** Undefined if GitHub does not show something to this token, or it does not exist. */
export async function unlessHidden<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof GitHubError && error.reason === 'hidden') return undefined
    throw error
  }
}
