import { z } from 'zod'
import { prose, type Prose } from '../core/text/prose.ts'
import { list } from '../http/list.ts'

/**
 * What the schemas of MLflow's responses have in common. Each describes only the parts that the action
 * uses. 64-bit integers are numbers, except from old servers and generic protobuf gateways, which send
 * strings. Missing, null and "" mean the same.
 *
 * The items of a page are parsed one by one, so that an invalid one does not affect the others.
 */

export const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '')

/** What is shown in many places. MLflow has at most 256 characters for a name and 500 for a location. */
export const shortText = z
  .string()
  .max(10_000)
  .nullish()
  .transform((value) => value ?? '')

export const identifier = z.union([z.string().min(1).max(1000), z.number().transform(String)])

export const keyValues = list(z.object({ key: z.string(), value: text }))
  .nullish()
  .transform((pairs) => Object.fromEntries((pairs ?? []).map(({ key, value }) => [key, value])))

export const correctInMlflow = prose`Correct it in MLflow, or exclude the model with the input \`models\`.`

/** E.g. `creation_timestamp: not a time in milliseconds`. */
export function firstIssue({ issues: [issue] }: z.ZodError): Prose {
  return prose`\`${issue?.path.join('.') ?? ''}\`: ${issue?.message ?? ''}`
}

const pageToken = text

/** Ten times as many as the action asks for: a row that is not valid takes more memory than bytes. */
export const boundedRows = z.array(z.unknown()).max(100_000)

/** MLflow omits an empty list. An object without the list but with other fields is not a page. */
export function page<T extends z.ZodType>(name: string, item: T) {
  return z
    .looseObject({ next_page_token: pageToken })
    .refine((body) => name in body || Object.keys(body).every((key) => key === 'next_page_token'), {
      error: `the list ${name} is missing`,
    })
    .transform((body): unknown => ({
      items: (body as Record<string, unknown>)[name] ?? [],
      nextPageToken: body.next_page_token,
    }))
    .pipe(
      z.object({
        items: boundedRows.pipe(list(item)),
        nextPageToken: z.string(),
      }),
    )
}
