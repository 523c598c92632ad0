import { restyle, yamlString } from '../values-file/quote.ts'
import { blockEnd, fillBlock } from './block.ts'
import { coreValue } from './core-type.ts'
import type { Site } from './parse.ts'
import { joinParts, type PlaceholderValues } from './values.ts'

/** A filled-in scalar: its source in YAML, and the value that a reader must find there. */
export type Filled = { readonly source: string; readonly value: unknown }

/** Writes a scalar with its placeholders filled in, in the style it has in the template. */
export function fillSite(site: Site, source: string, values: PlaceholderValues): Filled {
  const text = joinParts(site.parts, values)
  switch (site.node.type) {
    case 'BLOCK_LITERAL':
    case 'BLOCK_FOLDED':
      return { value: text, source: block(site, source, values, text) }
    case 'QUOTE_DOUBLE':
      return { value: text, source: restyle(text, 'double') }
    case 'QUOTE_SINGLE':
      return { value: text, source: restyle(text, 'single') }
    default:
      return isTyped(site) ? typed(text) : { value: text, source: yamlString(text) }
  }
}

function block({ node }: Site, source: string, values: PlaceholderValues, text: string): string {
  return fillBlock(source, node, values, text) ?? `${restyle(text, 'double')}${blockEnd(source)}`
}

/** Keys are strings for every reader of values files, and so are scalars tagged as such. */
function isTyped({ node, parts, isKey }: Site): boolean {
  return !isKey && node.tag === undefined && parts.length === 1 && parts[0]?.kind === 'placeholder'
}

function typed(text: string): Filled {
  const core = coreValue(text)
  return core.type === 'string'
    ? { value: text, source: yamlString(text) }
    : { value: core.value, source: core.text }
}
