import { parseDocument, type ToStringOptions } from 'yaml'
import type { Random } from './random.ts'

/** Writes the same values in another way; most charts would still accept the file. */
export type Variant = (text: string, random: Random) => string

/** Where lines of their own, such as comments, can be inserted without touching other lines. */
const lineStart = /^/gm

export const variants: Readonly<Record<string, Variant>> = {
  'as it is': (text) => text,
  CRLF: withCrlf,
  'byte order mark': (text) => `\uFEFF${text}`,
  'byte order mark and CRLF': (text) => `\uFEFF${withCrlf(text)}`,
  'mixed line breaks': (text, random) =>
    text.replaceAll('\n', () => (random.chance(0.2) ? '\r\n' : '\n')),
  'no final newline': (text) => text.trimEnd(),
  'spaces at the end': (text) => `${text}   `,
  'many final newlines': (text) => text + '\n'.repeat(500),
  'leading ---': (text) => `---\n${text}`,
  'leading --- with a comment': (text) => `# values\n--- # of the chart\n${text}`,
  '%YAML directive': (text) => `%YAML 1.2\n---\n${text}`,
  'trailing ...': (text) => `${withFinalNewline(text)}...\n`,
  'comment after ...': (text) => `${withFinalNewline(text)}... # end\n# of file\n`,
  'trailing ---': (text) => `${withFinalNewline(text)}---\n`,
  'tabs before comments': (text) => text.replaceAll(/ +#/g, '\t#'),
  'tabs in comments': (text) => text.replaceAll(/# /g, '#\t'),
  'tabs on blank lines': (text) => text.replaceAll(/^$/gm, '\t'),
  'spaces on blank lines': (text) => text.replaceAll(/^$/gm, '     '),
  'spaces at the end of lines': (text) => text.replaceAll(/$/gm, '  '),
  'tabs at the end of lines': (text) => text.replaceAll(/$/gm, '\t'),
  'comments between all lines': (text) => text.replaceAll(lineStart, '# a comment: "\n'),
  'deep comments': (text, random) =>
    text.replaceAll(lineStart, () => `${' '.repeat(random.integer(12))}# a\n`),
  'comments after values': (text) => text.replaceAll(/(?<=[\w"'\]}:])$/gm, ' # note'),
  'special characters in comments': (text) => text.replaceAll('# ', '# é 日本 🤖 \u00A0'),
  'double quoted keys': (text) => text.replaceAll(/^( *)([A-Za-z][\w-]*):(?=\s)/gm, '$1"$2":'),
  'single quoted keys': (text) => text.replaceAll(/^( *)([A-Za-z][\w-]*):(?=\s)/gm, "$1'$2':"),
  'spaces before colons': (text) => text.replaceAll(/^( *[A-Za-z][\w-]*):(?=\s)/gm, '$1 :'),
  'tabs after colons': (text) => text.replaceAll(/^( *[A-Za-z][\w-]*): (?=\S)/gm, '$1:\t'),
  'wide gaps': (text) => text.replaceAll(/^( *[A-Za-z][\w-]*): (?=\S)/gm, '$1:      '),
  'everything indented': (text) => text.replaceAll(/^(?=.)/gm, '  '),
  'lists at the margin': (text) => text.replaceAll(/^ {2}(?= *- )/gm, ''),
  'an anchor and aliases': withAnchor,
  'a merge key': withMergeKey,
  'an anchor on global': (text) =>
    withFinalNewline(text.replace(/^global:/m, 'global: &globals')) + 'copyOfGlobal: *globals\n',
  'a tag on global': (text) => text.replace(/^global:/m, 'global: !!map'),
  'explicit keys': (text) => text.replace(/^global:(?=\s)/m, '? global\n:'),
  'indented by 1': laidOut({ indent: 1 }),
  'indented by 3': laidOut({ indent: 3, indentSeq: false }),
  'indented by 8': laidOut({ indent: 8 }),
  'folded at 20 columns': laidOut({ lineWidth: 20, minContentWidth: 0 }),
  flow: laidOut({ collectionStyle: 'flow', lineWidth: 0 }),
  'flow on many lines': laidOut({ collectionStyle: 'flow', lineWidth: 20 }),
  JSON: (text) => `${toJson(text, 2)}\n`,
  'JSON on one line': (text) => toJson(text, 0),
}

function withCrlf(text: string): string {
  return text.replaceAll(/\r?\n/g, '\r\n')
}

function withFinalNewline(text: string): string {
  return /[^\n]$/.test(text) ? `${text}\n` : text
}

/** Lets npm yaml write the file again; it keeps the comments. */
function laidOut(options: ToStringOptions): Variant {
  return (text) => {
    const document = parseDocument(text)
    return document.errors.length > 0 ? text : document.toString(options)
  }
}

function toJson(text: string, indent: number): string {
  const values: unknown = parseDocument(text, { logLevel: 'silent' }).toJS()
  return JSON.stringify(values, null, indent)
}

function withAnchor(text: string): string {
  const anchored = text.replace(/^(?!global:)([A-Za-z][\w-]*):[ \t]*$(?=\n\s*\S)/m, '$1: &corpus')
  return anchored === text
    ? text
    : `${withFinalNewline(anchored)}corpusCopies: [*corpus, *corpus ]\n`
}

function withMergeKey(text: string): string {
  const anchored = text.replace(
    /^(?!global:)([A-Za-z][\w-]*):[ \t]*$(?=\n +[A-Za-z])/m,
    '$1: &corpus',
  )
  return anchored === text
    ? text
    : `${withFinalNewline(anchored)}corpusCopy:\n  <<: *corpus\n  other: 1\n`
}
