import { z } from 'zod'
import { list } from '../http/list.ts'

const detail = z.union([
  z.string(),
  z.object({
    resource: z.string().optional().catch(undefined),
    field: z.string().optional().catch(undefined),
    code: z.string().optional().catch(undefined),
    message: z.string().optional().catch(undefined),
  }),
])

const body = z.object({
  message: z.string(),
  errors: list(detail).optional().catch(undefined),
})

/**
 * GitHub's words in an error of the REST API, e.g. `Validation Failed: PullRequest.head is invalid`;
 * undefined if there are none. Without the link to the documentation, whose words are not about this
 * request.
 */
export function refusalMessage(json: unknown): string | undefined {
  const { data } = body.safeParse(json)
  if (data === undefined) return undefined
  const details = (data.errors ?? []).map((row) => {
    if (typeof row === 'string') return row
    const { resource = '', field = '', code = 'invalid', message } = row
    return message ?? `${resource}.${field} is ${code}`
  })
  const words = details.length === 0 ? data.message : `${data.message}: ${details.join('; ')}`
  return words.replace(/\s+/g, ' ').trim()
}
