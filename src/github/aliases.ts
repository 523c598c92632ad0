import { z } from 'zod'

/** GraphQL field aliases (`d0`, `d1`, …), each with the path or hash that it stands for. */
export type Aliases = ReadonlyMap<string, string>

export function aliasesFor(prefix: string, items: Iterable<string>): Aliases {
  return new Map([...new Set(items)].map((item, index) => [`${prefix}${index}`, item]))
}

/**
 * GraphQL selection of Git objects in the repository, one field per alias; empty without aliases.
 *
 * @param argument how to address an item's object: by `expression` (a revision) or by `oid`.
 */
export function objectFields(
  name: string,
  aliases: Aliases,
  argument: (item: string) => { readonly expression: string } | { readonly oid: string },
  selection: string,
): string {
  if (aliases.size === 0) return ''
  const fields = [...aliases].flatMap(([alias, item]) =>
    Object.entries(argument(item)).map(
      ([key, value]) => `${alias}: object(${key}: ${JSON.stringify(value)}) { ${selection} }`,
    ),
  )
  return `${name}: repository(owner: $owner, name: $name) { ${fields.join('\n')} }`
}

/**
 * Schema of the response to `objectFields`: objects by path or hash instead of by alias. Not a
 * `z.object` of the aliases, because zod compiles each new one: that takes longer than to parse with it.
 */
export function aliasedObjects<T>(
  aliases: Aliases,
  schema: z.ZodType<T>,
): z.ZodType<ReadonlyMap<string, T>> {
  return z
    .record(z.string(), z.unknown())
    .optional()
    .transform((fields, context): ReadonlyMap<string, T> => {
      const found = new Map<string, T>()
      if (fields === undefined) return found
      for (const [alias, item] of aliases) {
        const parsed = schema.safeParse(fields[alias])
        if (!parsed.success) {
          const [issue] = parsed.error.issues
          const path = [alias, ...(issue?.path ?? [])]
          context.addIssue({ code: 'custom', path, message: issue?.message ?? '' })
          return z.NEVER
        }
        found.set(item, parsed.data)
      }
      return found
    })
}
