import type { z } from 'zod'
import { prose, type Prose } from '../core/text/prose.ts'
import { invalidResponse } from './errors.ts'
import { UnexpectedResponse } from './unexpected-response.ts'

/** @throws UnexpectedResponse if the value does not match the schema. */
export function parseResponse<T>(
  schema: z.ZodType<T>,
  value: unknown,
  what: Prose,
  isWrite: boolean,
): T {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  throw unexpected(prose`${what}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`, isWrite)
}

/** The error for a response that does not have the shape that the request calls for. */
export function unexpected(detail: Prose, isWrite: boolean): UnexpectedResponse {
  return new UnexpectedResponse(invalidResponse(detail, isWrite))
}
