import { z } from 'zod'

/** GraphQL field aliases for a list of paths or hashes: `d0`, `d1`, … by what they stand for. */
export type Aliases = ReadonlyMap<string, string>

export function aliasesFor(prefix: string, items: Iterable<string>): Aliases {
  return new Map([...new Set(items)].map((item, index) => [`${prefix}${index}`, item]))
}

/**
 * Git objects of the repository, one field per alias; empty when there are none.
 *
 * @param argument says which object stands for an item: `expression` (a revision) or `oid`.
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

/** Schema of what `objectFields` asks for, by what the aliases stand for. */
export function aliasedObjects<T>(
  aliases: Aliases,
  schema: z.ZodType<T>,
): z.ZodType<ReadonlyMap<string, T>> {
  const shape = Object.fromEntries([...aliases.keys()].map((alias) => [alias, schema]))
  return z
    .object(shape)
    .default({})
    .transform((fields) => {
      const found = [...aliases].map(([alias, item]): [string, T | undefined] => [
        item,
        fields[alias],
      ])
      return new Map(found.filter((entry): entry is [string, T] => entry[1] !== undefined))
    })
}
