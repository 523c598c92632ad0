import { isAlias, isMap, isNode, isScalar, isSeq, type Node, type Scalar, type YAMLMap } from 'yaml'
import { truncate } from '../core/text/neutralise.ts'
import { own, prose, type Prose } from '../core/text/prose.ts'
import type { ResolveAlias } from '../core/values-file/aliases.ts'
import type { Located } from '../core/values-file/flaw.ts'
import { isMergeKey } from '../core/values-file/merge-keys.ts'
import { resolveScalar, toKey, toValue, type Resolved } from './scalar.ts'
import { isMapValue, type Value, type Values } from './values.ts'

/** Reads each node once, so that aliases share the value of their anchor. */
export function createReader(
  text: string,
  resolveAlias: ResolveAlias,
  report: (flaw: Located) => void,
): (node: unknown) => Value {
  const known = new Map<unknown, Value>()

  function read(node: unknown): Value {
    if (!isNode(node)) return null
    if (isAlias(node)) {
      checkName(node, node.source)
      return read(resolveAlias(node))
    }
    const before = known.get(node)
    if (before !== undefined) return before
    checkName(node, node.anchor)
    const value = isScalar(node) ? readScalar(node) : readCollection(node)
    known.set(node, value)
    return value
  }

  function readCollection(node: Node): Value {
    if (isMap(node)) return readMap(node)
    return isSeq(node) ? node.items.map(read) : null
  }

  function resolve(node: Scalar): Resolved {
    checkEscapes(node)
    const result = resolveScalar(node)
    if (result.ok) return result.resolved
    report({ at: startOf(node), problem: result.problem })
    return { kind: 'text', value: '' }
  }

  function readScalar(node: Scalar): Value {
    const resolved = resolve(node)
    const value = toValue(resolved)
    if (value !== undefined) return value
    const written = truncate(node.source ?? '', 60)
    const problem = prose`Helm turns values into JSON, which has no \`${written}\`: quote it, or write another number`
    report({ at: startOf(node), problem })
    return null
  }

  function readMap({ items }: YAMLMap): Values {
    const map = new Map<string, Value>()
    for (const { key, value } of items) {
      // Helm's reader lets a merge key override what is above it.
      if (isMergeKey(key)) for (const [name, item] of readMerged(value)) map.set(name, item)
      else map.set(readKey(key), read(value))
    }
    return map
  }

  function readMerged(node: unknown): Values {
    const value = read(node)
    if (isAlias(node) && Array.isArray(value)) {
      const problem = prose`\`<<\` has an alias of a list, which Helm rejects: give it a list of aliases, \`[*a, *b]\``
      report({ at: startOf(node), problem })
    }
    return mergedValues(value)
  }

  function readKey(node: unknown): string {
    const target = isAlias(node) ? resolveAlias(node) : node
    // Reads the anchor's name, and what is within a list or a map, too.
    if (!isScalar(target)) read(node)
    else if (isAlias(node)) checkName(node, node.source)
    else checkName(target, target.anchor)
    const resolved = isScalar(target) ? resolve(target) : undefined
    const key = resolved === undefined ? undefined : toKey(resolved)
    if (key === undefined)
      report({ at: startOf(node), problem: describeWrongKey(target, resolved) })
    return key ?? ''
  }

  /** npm yaml accepts almost every character. */
  function checkName(node: Node, name: string | undefined): void {
    if (name === undefined || /^[\w-]+$/.test(name)) return
    const problem = prose`Helm's YAML reader accepts only letters, digits, \`-\` and \`_\` in the name of an anchor: rename \`${name}\``
    report({ at: startOf(node), problem })
  }

  /** Those of JSON that YAML 1.1 does not have: `\/`, and a character in two halves. */
  function checkEscapes(node: Scalar): void {
    const [start, end] = node.range ?? [0, 0]
    if (node.type !== 'QUOTE_DOUBLE' || !text.slice(start, end).includes('\\')) return
    for (const match of text.slice(start, end).matchAll(/\\(?:u[0-9a-f]{4}|[^])/gi)) {
      const [escape] = match
      if (!/^\\(?:\/|u[dD][89a-fA-F])/.test(escape)) continue
      const problem = prose`Helm's YAML reader does not know \`${escape}\`: write the character itself`
      report({ at: start + match.index, problem })
    }
  }

  return read
}

function startOf(node: unknown): number {
  return isNode(node) ? (node.range?.[0] ?? 0) : 0
}

function describeWrongKey(node: unknown, resolved: Resolved | undefined): Prose {
  if (resolved?.kind === 'int') {
    const written = String(resolved.value)
    return prose`the integer \`${written}\` is used as a key, and Helm only accepts those of 64 bits with a sign: quote it`
  }
  const kind = own(isMap(node) ? 'a map' : isSeq(node) ? 'a list' : 'null')
  return prose`${kind} is used as a key, which Helm rejects: write a text, in quotes if necessary`
}

/** Of several merged maps, the first one counts. */
function mergedValues(value: Value): Values {
  const maps = Array.isArray(value) ? (value as readonly Value[]) : [value]
  return new Map(maps.toReversed().flatMap((map) => (isMapValue(map) ? [...map] : [])))
}
