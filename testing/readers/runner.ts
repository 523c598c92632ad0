/** What GitHub's runner understands of the output and the command files of a step. */

export type WorkflowCommand = {
  readonly name: string
  readonly properties: Readonly<Record<string, string>>
  readonly message: string
}

/**
 * The workflow commands in a log. The runner reads it line by line, and ends a line at a carriage
 * return too. Unlike the runner, this accepts any name: a hostile text can register one of its own
 * with `stop-commands`, and other runners have further names.
 */
export function readCommands(log: string): WorkflowCommand[] {
  return log.split(/\r\n|\r|\n/).flatMap((line) => {
    const command = readColonCommand(line) ?? readBracketCommand(line)
    return command === undefined ? [] : [command]
  })
}

/** `::name key=value,key=value::message`, after any whitespace. */
function readColonCommand(line: string): WorkflowCommand | undefined {
  // .NET's whitespace, which includes NEL.
  const [, name, properties = '', message = ''] =
    /^[\s\u0085]*::((?:(?!::)[^ ])*)((?: (?:(?!::).)*)?)::(.*)$/su.exec(line) ?? []
  if (name === undefined) return undefined
  return { name, properties: readProperties(properties, ','), message: unescape(message) }
}

/** `##[name key=value;key=value]message`, anywhere in a line; `##vso[…]` on Azure Pipelines. */
function readBracketCommand(line: string): WorkflowCommand | undefined {
  const [, name, properties = '', message = ''] =
    /##(?:vso)?\[([^\] ]*)([^\]]*)\](.*)$/su.exec(line) ?? []
  if (name === undefined) return undefined
  return { name, properties: readProperties(properties, ';'), message: unescape(message) }
}

function readProperties(text: string, separator: string): Record<string, string> {
  return Object.fromEntries(
    text
      .trim()
      .split(separator)
      .flatMap((pair) => {
        const [, key, value] = /^([^=]+)=(.+)$/s.exec(pair) ?? []
        return key === undefined || value === undefined ? [] : [[key, unescape(value)]]
      }),
  )
}

const escapes: Readonly<Record<string, string>> = {
  '%0D': '\r',
  '%0A': '\n',
  '%3A': ':',
  '%2C': ',',
  '%3B': ';',
  '%5D': ']',
  '%25': '%',
}

function unescape(text: string): string {
  return text.replace(/%(?:0D|0A|3A|2C|3B|5D|25)/g, (escape) => escapes[escape] ?? escape)
}

/**
 * The name-value pairs of a command file such as the one that `GITHUB_OUTPUT` names: `name=value`, or
 * `name<<delimiter`, the lines of the value, `delimiter`. A later value replaces an earlier one.
 *
 * @throws if the runner would fail the step.
 */
export function readCommandFile(text: string): Record<string, string> {
  const pairs: Record<string, string> = {}
  const lines = text.split('\n')
  if (lines.at(-1) === '') lines.pop()
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? ''
    if (line === '') continue
    const [, name, operator, rest = ''] = /^(.*?)(=|<<)(.*)$/s.exec(line) ?? []
    if (name === undefined || (operator === '<<' && (name === '' || rest === ''))) {
      throw new Error(`not a line of a command file: ${line}`)
    }
    if (operator === '=') {
      pairs[name] = rest
      continue
    }
    const end = lines.indexOf(rest, index + 1)
    if (end < 0) throw new Error(`the delimiter ${rest} is missing`)
    pairs[name] = lines.slice(index + 1, end).join('\n')
    index = end
  }
  return pairs
}
