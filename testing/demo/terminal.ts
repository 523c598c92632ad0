import { styleText } from 'node:util'

export type Style = 'bold' | 'dim' | 'green' | 'red' | 'yellow'

const width = 100

/** Colours only a terminal that has them, and respects NO_COLOR and FORCE_COLOR. */
export function paint(style: Style, text: string): string {
  return styleText(style, text, { stream: process.stdout })
}

export function heading(text: string): void {
  console.log(`\n${paint('bold', text)}`)
}

/** Prints a text in lines of at most 100 columns, except for longer words such as URLs. */
export function say(text: string, { indent = '', style }: Options = {}): void {
  for (const line of wrap(text, width - indent.length)) {
    console.log(indent + (style === undefined ? line : paint(style, line)))
  }
}

type Options = { readonly indent?: string; readonly style?: Style | undefined }

/** Prints lines that come from a file or from another program. */
export function quote(
  lines: readonly string[],
  styleOf: (line: string) => Style | undefined,
): void {
  const bar = paint('dim', '  │ ')
  for (const line of lines) {
    const style = styleOf(line)
    for (const part of wrap(line, width - 4)) {
      console.log(bar + (style === undefined ? part : paint(style, part)))
    }
  }
}

/** Breaks a text at blanks. Its line breaks and the indentation of its lines stay. */
export function wrap(text: string, columns: number): string[] {
  return text.split('\n').flatMap((line) => {
    const indent = /^ */.exec(line)?.[0] ?? ''
    const lines: string[] = []
    let current = ''
    for (const word of line.slice(indent.length).split(' ')) {
      if (current !== '' && indent.length + current.length + 1 + word.length > columns) {
        lines.push(indent + current)
        current = word
      } else {
        current = current === '' ? word : `${current} ${word}`
      }
    }
    return [...lines, indent + current]
  })
}
