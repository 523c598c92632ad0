import { z } from 'zod'

/**
 * Schema of an array that ends at the first item that is not valid. `z.array` would go on, and a
 * megabyte of `{},{},…` becomes gigabytes of issues.
 */
export function list<T extends z.ZodType>(item: T) {
  return z.array(z.unknown()).transform((rows, context): z.output<T>[] => {
    const items: z.output<T>[] = []
    for (const [index, row] of rows.entries()) {
      const parsed = item.safeParse(row)
      if (!parsed.success) {
        const [issue] = parsed.error.issues
        context.addIssue({
          code: 'custom',
          path: [index, ...(issue?.path ?? [])],
          message: issue?.message ?? '',
        })
        return z.NEVER
      }
      items.push(parsed.data)
    }
    return items
  })
}
