import { isMap, parseDocument, type Scalar } from 'yaml'
import { joinParts, type PlaceholderValues } from './placeholder-values.ts'
import { splitText } from './placeholder.ts'

/** A block scalar's header line, and the body below it. */
type Block = { readonly header: string; readonly body: string; readonly newline: string }

/**
 * A block scalar with its placeholders filled in line by line, in its own style; undefined when a
 * reader could take it for anything but `expected`.
 */
export function fillBlock(
  source: string,
  { srcToken }: Scalar.Parsed,
  values: PlaceholderValues,
  expected: string,
): string | undefined {
  if (!isPlainText(expected) || looksLikeHold.test(expected) || srcToken?.type !== 'block-scalar')
    return undefined
  const { header, body, newline } = split(source)
  const parent = srcToken.indent
  const indent = ' '.repeat(indentOf(header, body, parent))
  const filled = splitText(body)
    .map((part) =>
      part.kind === 'placeholder'
        ? joinParts([part], values)
            .replace(/\n(?!\n)/g, `\n${indent}`)
            .replaceAll('\n', newline)
        : joinParts([part], values),
    )
    .join('')
  const text = `${header}${newline}${filled}`
  return readBack(text, parent) === expected ? text : undefined
}

/** What has to follow a scalar that takes a block's place: its comment and its blank lines. */
export function blockEnd(source: string): string {
  const { header, body } = split(source)
  const comment = /[ \t]#.*$/.exec(header)?.[0] ?? ''
  return `${comment}${/(?:\r?\n *)*$/.exec(body)?.[0] ?? ''}`
}

function split(source: string): Block {
  const [line, newline = '\n'] = /^[^\n]*?(\r?\n|$)/.exec(source) ?? ['']
  const header = line.slice(0, line.length - newline.length)
  return { header, body: source.slice(line.length), newline }
}

/** By the indicator in the header (`|2`), else as the first line that is not blank. */
function indentOf(header: string, body: string, parent: number): number {
  const indicator = /^[|>][-+]?([1-9])/.exec(header)?.[1]
  if (indicator !== undefined) return parent + Number(indicator)
  return /^(?: *\r?\n)*( *)/.exec(body)?.[1]?.length ?? 0
}

/** Text from MLflow must not look like the comment by which a person freezes a file. */
const looksLikeHold = /^[ \t]*#[ \t]*mlflow-sync:/m

/**
 * Line breaks, tabs behind other text (Helm refuses them before it), and else nothing that a reader
 * of YAML 1.1 or 1.2 takes for a line break, or refuses.
 */
function isPlainText(text: string): boolean {
  return !/[^\P{Cc}\n\t]|[\u2028\u2029\ufeff\ufffe\uffff]|^ *\t/mu.test(text)
}

function readBack(block: string, parent: number): unknown {
  const { contents, errors } = parseDocument(`${' '.repeat(parent)}block: ${block}`)
  return errors.length === 0 && isMap(contents) ? contents.get('block') : undefined
}
