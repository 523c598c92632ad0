import { isMap, isScalar, parseDocument, type YAMLMap } from 'yaml'
import { environmentFallback, inputNames, type InputName } from '../inputs/schema.ts'
import { booleanInputs, listInputs } from './flags.ts'

/** An input as `action.yml` describes it. */
type Input = {
  readonly name: InputName
  readonly description: string
  readonly fallback: string
  /** Title of the group that begins with it; undefined within a group. */
  readonly group: string | undefined
}

/** How the command is run. In quotes, because zsh may take `#` for a part of a pattern (EXTENDED_GLOB). */
export const commandName = 'npx "github:org/mlflow-sync#v1"'

/** Paragraphs and tables, whose lines each begin with a term. */
const introduction = `Syncs MLflow's Model Registry into a Git repository on GitHub: one Helm values file for each run with a registered model version, and all changes in one commit or pull request.

Usage: ${commandName} <command> [flags]

Commands:
  check   test every connection, permission and rule, without leaving a trace
  plan    show what a sync would write, with diffs, and write nothing
  sync    write it

The result goes to standard output, the log to standard error. The exit code is 0, or 1 if anything failed, or 2 for a mistake in the command line.

Secrets are safer in variables than in flags, which other users of the machine can see: MLflow's own (MLFLOW_TRACKING_TOKEN, ...) and GITHUB_TOKEN. Without a token for GitHub, the command asks \`gh auth token\`.

Flags:
  --json      print the report as JSON instead of the summary
  --debug     log each request
  --version   print the version
  --help, -h  print this text

All inputs of the action are flags. One with "..." can be repeated.`

/** The text of `--help`. The flags are the inputs of `action.yml`, in its groups and words. */
export function helpLines(actionYaml: string, columns = 80): string[] {
  // A terminal that does not know its width says 0.
  const width = Math.max(Math.min(columns || 80, 100), 40)
  return [
    ...introduction
      .split('\n')
      .flatMap((line) => wrapAfter(/^ .*? {2,}(?=\S)/.exec(line)?.[0] ?? '', line, width)),
    ...readInputs(actionYaml).flatMap((input) => [
      ...(input.group === undefined ? [] : ['', `${input.group}:`]),
      `  --${input.name}${valueHint(input.name)}`,
      ...wrapAfter('      ', `      ${describe(input)}`, width),
    ]),
  ]
}

/** The comments between the inputs are the titles of their groups. */
function readInputs(actionYaml: string): Input[] {
  const inputs = parseDocument(actionYaml).get('inputs')
  if (!isMap(inputs)) return []
  return inputs.items.flatMap(({ key, value }, index): Input[] => {
    if (!isScalar(key) || !isMap(value)) return []
    const name = inputNames.find((input) => input === key.value)
    if (name === undefined) return []
    // The parser attaches the first comment to the map, and the others to the key that follows.
    const comment = index === 0 ? inputs.commentBefore : key.commentBefore
    return [
      {
        name,
        description: textAt(value, 'description').trim(),
        fallback: textAt(value, 'default'),
        group: comment?.trim(),
      },
    ]
  })
}

function textAt(map: YAMLMap, key: string): string {
  const value = map.get(key)
  return typeof value === 'string' ? value : ''
}

function valueHint(name: InputName): string {
  if (booleanInputs.has(name)) return ''
  return listInputs.has(name) ? ' <value> ...' : ' <value>'
}

/** The description, with the default unless that is an expression of a workflow. */
function describe({ name, description, fallback }: Input): string {
  if (name === 'mode') return `The command, as a flag. ${description}`
  if (name === 'github-token') {
    return `${description} Defaults to the environment variable \`GITHUB_TOKEN\`, then to the token of \`gh auth login\`.`
  }
  if (fallback.startsWith('${{')) {
    return `${description} Defaults to the environment variable \`${environmentFallback[name] ?? ''}\`.`
  }
  return fallback === '' || booleanInputs.has(name)
    ? description
    : `${description} Default: \`${fallback}\`.`
}

/** Wraps a line, with the further ones as far to the right as what follows its beginning. */
function wrapAfter(beginning: string, line: string, width: number): string[] {
  const indent = ' '.repeat(beginning.length)
  const lines = wrap(line.slice(beginning.length), width - beginning.length)
  return lines.map((text, index) => `${index === 0 ? beginning : indent}${text}`)
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1)
    if (last === undefined || last.length + 1 + word.length > width) lines.push(word)
    else lines.splice(-1, 1, `${last} ${word}`)
  }
  return lines
}
