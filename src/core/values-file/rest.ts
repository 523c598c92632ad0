import { isAlias, isMap, isScalar, isSeq, type Pair, type YAMLMap } from 'yaml'
import { findLexemes } from './lexemes.ts'
import { ownedKeys } from './owned.ts'
import type { ParsedFile } from './parse.ts'

/** Everything in a file except the owned values, including comments, as text for comparison. */
export function serializeUnownedContent({
  text,
  root,
  global,
  globalEntry,
  owned,
}: ParsedFile): string {
  const ownedValues = ownedKeys.map((key) => owned[key])
  const others = (map: YAMLMap | undefined, excluded: readonly unknown[]) =>
    map?.items.filter(({ srcToken }) => !excluded.includes(srcToken)).map(outlinePair) ?? []
  return JSON.stringify({
    root: { ...anchorAndTagOf(root?.map), items: others(root?.map, [globalEntry?.token]) },
    global: {
      ...anchorAndTagOf(globalEntry?.value),
      items: others(
        global?.map,
        ownedValues.map((entry) => entry?.token),
      ),
    },
    owned: ownedValues.map((entry) => anchorAndTagOf(entry?.value)),
    comments: commentsIn(text),
  })
}

function commentsIn(text: string): string[] {
  const lexemes = [...findLexemes(text)]
  return lexemes.flatMap(({ source, kind }) =>
    kind === 'other' && source.startsWith('#') ? [source] : [],
  )
}

function outlinePair({ key, value }: Pair): unknown {
  return [outlineNode(key), outlineNode(value)]
}

/** A comparable copy of a node: aliases by name, scalars by text and style. */
function outlineNode(node: unknown): unknown {
  if (isAlias(node)) return { alias: node.source }
  if (isScalar(node)) return { ...anchorAndTagOf(node), type: node.type, text: node.source }
  if (isMap(node))
    return { ...anchorAndTagOf(node), flow: node.flow, map: node.items.map(outlinePair) }
  if (isSeq(node))
    return { ...anchorAndTagOf(node), flow: node.flow, list: node.items.map(outlineNode) }
  return null
}

function anchorAndTagOf(node: unknown): { anchor?: string | undefined; tag?: string | undefined } {
  return isScalar(node) || isMap(node) || isSeq(node) ? { anchor: node.anchor, tag: node.tag } : {}
}
