import { ActionError } from '../errors.ts'
import type { Connection } from '../core/result.ts'

/** What one check found; thrown errors count as failed. */
export type Finding = {
  readonly status: 'ok' | 'skipped'
  readonly detail: string
}

/** Runs one check; whatever goes wrong in it is its result, and the next one runs all the same. */
export async function tryCheck(name: string, check: () => Promise<Finding>): Promise<Connection> {
  try {
    return { name, advice: '', ...(await check()) }
  } catch (error) {
    if (!(error instanceof ActionError)) throw error
    return { name, status: 'failed', detail: error.message, advice: error.advice ?? '' }
  }
}

export function skipped(name: string, detail: string): Connection {
  return {
    name,
    status: 'skipped',
    detail,
    advice: '',
  }
}
