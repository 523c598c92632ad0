import type { Random } from './random.ts'

/**
 * One mistake that a person or a tool makes while editing a file; undefined if the file has no
 * place for it.
 */
export type Slip = (text: string, random: Random) => string | Buffer | undefined

/** Slips in a place that is described by what is there. */
const replacements: Readonly<Record<string, readonly [pattern: RegExp, replacement: string]>> = {
  'lost quote': [/["']/g, ''],
  'lost bracket': [/[[\]{}]/g, ''],
  'doubled bracket': [/[[\]{}]/g, '$&$&'],
  'lost colon': [/:(?=\s)/g, ''],
  'lost dash': [/^( *)- /gm, '$1  '],
  'no space after a colon': [/: (?=\S)/g, ':'],
  'no space after a dash': [/^( *)- (?=\S)/gm, '$1-'],
  'space before a colon': [/:(?=\s)/g, ' :'],
  'comment glued to a value': [/(?<=["'\]}\w])[ \t]*$/gm, '# note'],
  'comment glued to brackets': [/[\]}]$/gm, '$&# note'],
  'comment glued to a quote': [/(?<=: )(?:"[^"\n]*"|'[^'\n]*')$/gm, '$&# note'],
  'half of the spaces': [/^( +)\1(?=\S)/gm, '$1'],
  'one space less': [/^ (?= *\S)/gm, ''],
  'one space more': [/^(?= +\S)/gm, ' '],
  'tab instead of spaces': [/^ {2,}(?=\S)/gm, '\t'],
  'tab after spaces': [/^( +)(?=\S)/gm, '$1\t'],
  'tab after a colon': [/: (?=\S)/g, ':\t'],
  'tab after a dash': [/^( *)- /gm, '$1-\t'],
  'no-break space in the indentation': [/^ {2}(?=\S)/gm, ' \u00A0'],
  'curly quotes': [/"([^"\n]*)"/g, '\u201C$1\u201D'],
  'backslash in double quotes': [/"(?=[^"\n]*"$)/gm, '"C:\\models '],
  'quote inside quotes': [/(?<=: )"([^"\n]*)"$/gm, '"a "b" $1"'],
  'text after a quoted string': [/(?<=: )"[^"\n]*"$/gm, '$& and more'],
  'colon in a plain value': [/(?<=: )(?=[A-Za-z][\w./-]*$)/gm, 'see: '],
  'unquoted braces': [/(?<=: ).*$/gm, '{{ .Values.image.tag }}'],
  'unquoted at sign': [/(?<=: )(?=[A-Za-z])/g, '@'],
  'unquoted percent sign': [/(?<=: )(?=[A-Za-z])/g, '%'],
  'unquoted star': [/(?<=: )(?=[A-Za-z])/g, '*'],
  'unknown tag': [/(?<=: )(?=[A-Za-z])/g, '!secret '],
  '!!set': [/:$(?=\n +\w)/gm, ': !!set'],
  'list item at the margin': [/^ +- /gm, '- '],
  'flow list item at the margin': [/(?<=: )\[([^[\]\n,]+),([^[\]\n]*)\]$/gm, '[$1,\n$2\n]'],
  'flow list closed at the margin': [/(?<=: )\[([^[\]\n]+)\]$/gm, '[\n$1\n]'],
  'flow list with items at the margin': [/(?<=: )\[\]$/gm, '[\n"a",\n- b\n]'],
  'flow map closed at the margin': [/(?<=: )\{\}$/gm, '{\na: b,\n}'],
  'no comma in a flow list': [/,(?= *["\w])/g, ''],
  'two commas in a flow list': [/,(?= *["\w])/g, ',,'],
  'quoted string wrapped at the margin': [/(?<=: )"([^"\n]*?) ([^"\n]*)"$/gm, '"$1\n$2"'],
  'quoted string wrapped at its key': [/^( *)(.*: )"([^"\n]*)"$/gm, '$1$2"a\n$1$3"'],
  'single quoted string wrapped at its key': [/^( *)(.*: )['"]([^"'\n]*)['"]$/gm, "$1$2'a\n$1$3'"],
  'plain value wrapped at its key': [/^( *)(\S+: )([A-Za-z]\S*)$/gm, '$1$2a\n$1$3'],
  'plain value wrapped deeper': [/^( *)(\S+: )([A-Za-z]\S*)$/gm, '$1$2a\n$1    $3'],
  'two lines joined': [/\n */g, ' '],
  'line broken': [/(?<=\S) (?=\S)/g, '\n'],
  'lone CR': [/$/gm, '\r'],
  'lone CR in a blank line': [/^$/gm, '\r'],
  'lone CR in a line': [/ (?=\S)/g, '\r'],
  'pasted CRLF': [/\n/g, '\r\n'],
  'line separator': [/$/gm, '\u2028'],
  'next line character': [/ (?=\S)/g, '\x85'],
  'form feed': [/^/gm, '\f'],
  'zero-width space': [/^( *)(?=\w)/gm, '$1\u200B'],
  'byte order mark in the middle': [/^/gm, '\uFEFF'],
  'byte order mark in a value': [/(?<=: )(?=\w)/g, '\uFEFF'],
  'escape character': [/(?<=\w)$/gm, '\x1b[0m'],
  'NUL byte': [/(?<=\w)/g, '\0'],
  noncharacter: [/(?<=\w)/g, '\uFFFF'],
  'ellipsis character': [/$/gm, '…'],
  'three dots': [/^/gm, '...\n'],
  'three dashes': [/^/gm, '---\n'],
  'pasted prompt': [/^/gm, '$ kubectl get pods\n'],
  'pasted heading': [/^/gm, '=======\n'],
  'pasted prose': [/^/gm, 'This is a note: do not deploy.\n'],
  'question mark': [/^( *)(?=\w)/gm, '$1? '],
  'undefined alias': [/(?<=: )\S+$/gm, '*missing'],
  'block scalar without text': [/(?<=: )\S+$/gm, '|'],
  'block scalar indented less': [/(?<=: )\S+$/gm, '|2\n a'],
  'block scalar with a comment': [/(?<=: )\S+$/gm, '|# note'],
}

/** Slips in any place. */
const others: Readonly<Record<string, Slip>> = {
  'deleted character': (text, random) => splice(text, place(text, random), 1, ''),
  'duplicated character': (text, random) => {
    const at = place(text, random)
    return splice(text, at, 0, text.charAt(at))
  },
  'transposed characters': (text, random) => {
    const at = place(text, random)
    return splice(text, at, 2, text.charAt(at + 1) + text.charAt(at))
  },
  'stray character': (text, random) =>
    splice(text, place(text, random), 0, random.pick(Array.from(`"'[]{}:,#&*!|>%@\`-? \t`)) ?? ''),
  'deleted line': (text, random) => onLines(text, random, (line) => (line === '' ? [line] : [])),
  'duplicated line': (text, random) => onLines(text, random, (line) => [line, line]),
  'pasted line': (text, random) => {
    const pasted = random.pick(text.split('\n')) ?? ''
    return onLines(text, random, (line) => [line, pasted])
  },
  'conflict markers': (text, random) =>
    onLines(text, random, (line) => [
      ...['<<<<<<< HEAD', line, '=======', `${line} `, '>>>>>>> 0123456 (Tune)'],
    ]),
  'conflict markers with a base': (text, random) =>
    onLines(text, random, (line) => [
      ...['<<<<<<< ours', line, '||||||| base', line, '=======', line, '>>>>>>> theirs'],
    ]),
  'forgotten conflict marker': (text, random) =>
    onLines(text, random, (line) => [
      line,
      random.pick(['<<<<<<< HEAD', '=======', '>>>>>>> main']) ?? '',
    ]),
  truncated: (text, random) => text.slice(0, place(text, random)),
  'truncated after a block': (text, random) => `${text.slice(0, place(text, random))}\nx: |`,
  'written twice': (text) => text + text,
  'Latin-1 byte': (text, random) => {
    const at = place(text, random)
    return Buffer.concat([
      Buffer.from(text.slice(0, at)),
      Buffer.of(0xe9),
      Buffer.from(text.slice(at)),
    ])
  },
  'UTF-16': (text) => Buffer.from(`\uFEFF${text}`, 'utf16le'),
  'UTF-16, big-endian': (text) => Buffer.from(`\uFEFF${text}`, 'utf16le').swap16(),
  'UTF-16 without a byte order mark': (text) => Buffer.from(text, 'utf16le'),
  'NUL bytes at the end': (text) => text + '\0'.repeat(64),
}

export const slips: Readonly<Record<string, Slip>> = { ...fromReplacements(), ...others }

function fromReplacements(): Record<string, Slip> {
  const entries = Object.entries(replacements).map(([name, [pattern, replacement]]) => {
    const slip: Slip = (text, random) => {
      const matches = [...text.matchAll(pattern)]
      const near = matches.filter(({ index }) => isNearGlobal(text, index))
      const { index } = random.pick(near.length > 0 && random.chance(0.4) ? near : matches) ?? {}
      return index === undefined ? undefined : replaceOnce(text, pattern, replacement, index)
    }
    return [name, slip] as const
  })
  return Object.fromEntries(entries)
}

function replaceOnce(text: string, pattern: RegExp, replacement: string, at: number): string {
  const sticky = new RegExp(pattern.source, pattern.flags.replace('g', 'y'))
  sticky.lastIndex = at
  return text.replace(sticky, replacement)
}

/** A random offset, often in `global`. */
function place(text: string, random: Random): number {
  const start = text.search(/^global:/m)
  return start >= 0 && random.chance(0.4)
    ? Math.min(start + random.integer(200), text.length - 1)
    : random.integer(text.length)
}

function isNearGlobal(text: string, offset: number): boolean {
  const start = text.search(/^global:/m)
  return start >= 0 && offset >= start && offset < start + 200
}

function splice(text: string, at: number, remove: number, insert: string): string {
  return text.slice(0, at) + insert + text.slice(at + remove)
}

function onLines(text: string, random: Random, edit: (line: string) => string[]): string {
  const lines = text.split('\n')
  const line = text.slice(0, place(text, random)).split('\n').length - 1
  return lines.flatMap((source, index) => (index === line ? edit(source) : [source])).join('\n')
}
