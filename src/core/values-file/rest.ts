import { isAlias, isMap, isScalar, isSeq, type Pair, type YAMLMap } from 'yaml'
import { commentsOf } from './comments.ts'
import type { ParsedFile } from './parse.ts'
import { ownedKeys } from './owned.ts'

/** Everything that a file says besides the owned values, comments included, as text to compare. */
export function restOf({ text, root, global, globalEntry, owned }: ParsedFile): string {
  const ownedValues = ownedKeys.map((key) => owned[key])
  const others = (map: YAMLMap | undefined, left: readonly unknown[]) =>
    map?.items.filter(({ srcToken }) => !left.includes(srcToken)).map(pairOutline) ?? []
  return JSON.stringify({
    root: { ...propsOf(root?.map), items: others(root?.map, [globalEntry?.token]) },
    global: {
      ...propsOf(globalEntry?.value),
      items: others(
        global?.map,
        ownedValues.map((entry) => entry?.token),
      ),
    },
    owned: ownedValues.map((entry) => propsOf(entry?.value)),
    comments: commentsOf(text).map(({ source }) => source),
  })
}

function pairOutline({ key, value }: Pair): unknown {
  return [outline(key), outline(value)]
}

/** A node with all that is written: aliases by name, scalars by text and style. */
function outline(node: unknown): unknown {
  if (isAlias(node)) return { alias: node.source }
  if (isScalar(node)) return { ...propsOf(node), type: node.type, text: node.source }
  if (isMap(node)) return { ...propsOf(node), flow: node.flow, map: node.items.map(pairOutline) }
  if (isSeq(node)) return { ...propsOf(node), flow: node.flow, list: node.items.map(outline) }
  return null
}

function propsOf(node: unknown): { anchor?: string | undefined; tag?: string | undefined } {
  return isScalar(node) || isMap(node) || isSeq(node) ? { anchor: node.anchor, tag: node.tag } : {}
}
