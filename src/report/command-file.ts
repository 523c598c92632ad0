import { stat, truncate } from 'node:fs/promises'

/**
 * Appends to a file of the runner completely or not at all: a full disk cuts a text short, and the
 * runner rejects a file of outputs that ends within a value.
 */
export async function appendCompletely(
  file: string,
  append: () => void | Promise<void>,
): Promise<void> {
  const size = await sizeOf(file)
  try {
    await append()
  } catch (error) {
    if (size !== undefined) await truncate(file, size)
    throw error
  }
}

/** Undefined if there is no such file, or if it is a directory or a device. */
async function sizeOf(file: string): Promise<number | undefined> {
  try {
    const stats = await stat(file)
    return stats.isFile() ? stats.size : undefined
  } catch {
    return undefined
  }
}
