import { parsePointer } from './values.ts'

export type Json = Readonly<Record<string, unknown>>

export function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const inPlaceKeywords = ['not', 'if', 'then', 'else']
const inPlaceLists = ['allOf', 'anyOf', 'oneOf']
const inPlaceMaps = ['dependentSchemas', 'dependencies']
const childKeywords = [
  'items',
  'additionalItems',
  'contains',
  'additionalProperties',
  'propertyNames',
  'unevaluatedItems',
  'unevaluatedProperties',
]
const childLists = ['prefixItems', 'items']
const childMaps = ['properties', 'patternProperties']
const definitionMaps = ['definitions', '$defs']

export const rootUri = 'file:///values.schema.json'

/** A place in a schema: its path, the schema there, and the address that references are relative to. */
export type Place = {
  readonly path: readonly string[]
  readonly schema: unknown
  readonly base: string
}

/** Where a reference leads. */
export type Resolution =
  | { readonly kind: 'found'; readonly place: Place }
  | { readonly kind: 'unresolved' | 'remote' | 'metaschema' }

/** The schemas that have an address of their own, by `$id`, and by `$id#anchor`. */
export type Addresses = ReadonlyMap<string, Place>

export function resolveReference(
  addresses: Addresses,
  reference: string,
  base: string,
): Resolution {
  const url = URL.parse(reference, base)
  if (url === null) return { kind: 'unresolved' }
  const fragment = decodeFragment(url.hash)
  url.hash = ''
  const found = addresses.get(url.href)
  if (found === undefined) {
    const isMetaschema = /^https?:\/\/json-schema\.org\//.test(url.href)
    return { kind: isMetaschema ? 'metaschema' : 'remote' }
  }
  const place =
    fragment === '' || fragment.startsWith('/')
      ? parsePointer(fragment).reduce<Place | undefined>(
          (above, key) => above && childAt(above, key),
          found,
        )
      : addresses.get(`${url.href}#${fragment}`)
  return place === undefined ? { kind: 'unresolved' } : { kind: 'found', place }
}

function decodeFragment(hash: string): string {
  try {
    return decodeURIComponent(hash.slice(1))
  } catch {
    return hash.slice(1)
  }
}

export function placeAt(schema: unknown, path: readonly string[], base: string): Place {
  const id = isJson(schema) && typeof schema.$id === 'string' ? schema.$id : undefined
  const url = id === undefined || id.startsWith('#') ? null : URL.parse(id, base)
  if (url === null) return { path, schema, base }
  url.hash = ''
  return { path, schema, base: url.href }
}

function childAt({ path, schema, base }: Place, key: string): Place | undefined {
  if (typeof schema !== 'object' || schema === null || !Object.hasOwn(schema, key)) return undefined
  return placeAt((schema as Json)[key], [...path, key], base)
}

function subschemas(
  place: Place,
  keywords: readonly string[],
  lists: readonly string[],
  maps: readonly string[],
): Place[] {
  const single = keywords.flatMap((keyword) => childAt(place, keyword) ?? [])
  const several = [...lists, ...maps].flatMap((keyword) => {
    const group = childAt(place, keyword)
    if (group === undefined || Array.isArray(group.schema) !== lists.includes(keyword)) return []
    const keys = typeof group.schema === 'object' && group.schema !== null ? group.schema : {}
    return Object.keys(keys).flatMap((key) => {
      const child = childAt({ ...group, base: place.base }, key)
      return child ?? []
    })
  })
  return [...single, ...several].filter(({ schema }) => isJson(schema))
}

/** The schemas of parts of the value. */
export function childrenOf(place: Place): Place[] {
  return subschemas(place, childKeywords, childLists, childMaps)
}

export function findAddresses(root: unknown): Addresses {
  const start = placeAt(root, [], rootUri)
  const addresses = new Map([
    [rootUri, start],
    [start.base, start],
  ])
  const open = [start]
  for (let place = open.pop(); place !== undefined; place = open.pop()) {
    const { schema, base } = place
    if (!isJson(schema)) continue
    const { $id: id, $anchor: anchor, $dynamicAnchor: dynamicAnchor } = schema
    if (typeof id === 'string' && !id.startsWith('#')) addresses.set(base, place)
    if (typeof id === 'string' && id.startsWith('#')) addresses.set(`${base}${id}`, place)
    for (const name of [anchor, dynamicAnchor]) {
      if (typeof name === 'string') addresses.set(`${base}#${name}`, place)
    }
    open.push(
      ...subschemas(
        place,
        [...inPlaceKeywords, ...childKeywords],
        [...inPlaceLists, ...childLists],
        [...inPlaceMaps, ...childMaps, ...definitionMaps],
      ),
    )
  }
  return addresses
}

/** The schemas that apply to the same value. */
export function inPlaceOf(place: Place): Place[] {
  return subschemas(place, inPlaceKeywords, inPlaceLists, inPlaceMaps)
}
