import remarkGfm from 'remark-gfm'
import remarkParse from 'remark-parse'
import { unified } from 'unified'
import { readCommands } from '../readers/runner.ts'

/** What the tour shows of a step; everything else is in the files that it writes. */

/**
 * The lines of a log, without the runner's commands and what they fold, and without the path of the
 * report, which is gone when the step has ended.
 */
export function logLines(log: string): string[] {
  let depth = 0
  return log.split('\n').filter((line) => {
    if (line.startsWith('::group::')) depth += 1
    if (line.startsWith('::endgroup::')) depth -= 1
    const isHidden = line.startsWith('::') || /^ {2}report /.test(line)
    return depth === 0 && line.trim() !== '' && !isHidden
  })
}

/** The lines of errors and warnings: where, then what. */
export function annotationLines(log: string): string[] {
  return readCommands(log)
    .filter(({ name }) => name === 'error' || name === 'warning')
    .flatMap(({ name, properties: { file, line }, message }) => {
      const place = [file, line].filter((part) => part !== undefined).join(':')
      return `${name}: ${place === '' ? '' : `${place}: `}${message.trim()}`.split('\n')
    })
}

/** The parts of Markdown's syntax tree that matter here. */
type Node = {
  readonly type: string
  readonly value?: string
  readonly children?: readonly Node[]
}

const markdown = unified().use(remarkParse).use(remarkGfm)

/** The first line of a summary, as plain text. */
export function headline(summary: string): string {
  const texts = (markdown.parse(summary).children as readonly Node[])
    .filter(({ type }) => ['heading', 'paragraph', 'blockquote'].includes(type))
    .map((node) => plainText(node).replace(/\s+/g, ' ').trim())
  return texts.find((text) => text !== '') ?? ''
}

function plainText({ type, value = '', children = [] }: Node): string {
  if (type === 'text' || type === 'inlineCode') return value.replace(/^\[!\w+\]\s/, '')
  if (type === 'break') return ' '
  return children.map(plainText).join('')
}

/** The lines of a diff that were removed and added. */
export function changedLines(diff: string): string[] {
  return diff.split('\n').filter((line) => /^[-+](?![-+]{2})/.test(line))
}

/** The top-level mapping `key` of a YAML file, as text. */
export function section(yaml: string, key: string): string[] {
  const lines = yaml.split('\n')
  const start = lines.indexOf(`${key}:`)
  const length = lines.slice(start + 1).findIndex((line) => !line.startsWith(' '))
  return start < 0 ? [] : lines.slice(start, start + 1 + length)
}
