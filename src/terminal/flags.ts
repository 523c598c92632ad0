import { parseArgs } from 'node:util'
import { suggestName } from '../core/text/closest.ts'
import { inputNames, type InputName } from '../inputs/schema.ts'
import { UsageError } from './usage-error.ts'

/** What a command line asks for. */
export type Command = RunCommand | { readonly kind: 'help' } | { readonly kind: 'version' }

export type RunCommand = {
  readonly kind: 'run'
  readonly inputs: Readonly<Partial<Record<InputName, string>>>
  /** Whether the report is printed instead of the summary. */
  readonly isJson: boolean
  /** Whether the log has a line for each request. */
  readonly isDebug: boolean
}

/** Each is the value of the input `mode`. */
export const commands = ['sync', 'plan', 'check'] as const

/** Inputs that are true or false: the flag alone means `true`. */
export const booleanInputs: ReadonlySet<InputName> = new Set([
  'mlflow-insecure-tls',
  'prune',
  'write-back',
  'pull-request',
])

/** Inputs with one entry per line: the flag can be repeated. */
export const listInputs: ReadonlySet<InputName> = new Set([
  'mlflow-headers',
  'models',
  'aliases',
  'recreate',
  'pull-request-labels',
  'pull-request-reviewers',
])

/** Flags that are not inputs. */
const otherFlags = ['help', 'version', 'json', 'debug'] as const

const flagNames: readonly string[] = [...inputNames, ...otherFlags]

/**
 * Reads the arguments of the command line.
 *
 * @throws UsageError with all mistakes together.
 */
export function parseArguments(args: readonly string[]): Command {
  const { flags, words } = readTokens(args)
  if (flags.some(({ name }) => name === 'help') || words[0] === 'help') return { kind: 'help' }
  if (flags.some(({ name }) => name === 'version')) return { kind: 'version' }

  const { inputs, problems } = collectInputs(flags)
  const mode = readMode(words, inputs.mode)
  const allProblems = [...mode.problems, ...problems]
  if (allProblems.length > 0) throw new UsageError(allProblems)
  return {
    kind: 'run',
    inputs: { ...inputs, mode: mode.value },
    isJson: flags.some(({ name }) => name === 'json'),
    isDebug: flags.some(({ name }) => name === 'debug'),
  }
}

type Flag = {
  /** Without dashes. */
  readonly name: string
  /** As it was written, without a value. */
  readonly raw: string
  /** Undefined if there is none. */
  readonly value: string | undefined
  /** Whether the value was written after `=`. */
  readonly isInline: boolean
}

/** The flags with their values, and the words that are neither. */
function readTokens(args: readonly string[]): { flags: Flag[]; words: string[] } {
  const flags: Flag[] = []
  const words: string[] = []
  // Not strict, so that all mistakes are found at once, and reported in the action's words.
  const { tokens } = parseArgs({ args: [...args], options, strict: false, tokens: true })
  for (const token of tokens) {
    const last = flags.at(-1)
    if (token.kind === 'option') {
      const [raw = ''] = args[token.index]?.split('=') ?? []
      // `-abc` is three options to the parser, and one mistake to a person.
      if (token.name.length === 1 && token.name !== 'h' && last?.raw === raw) continue
      const name = token.name === 'h' ? 'help' : token.name
      flags.push({ name, raw, value: token.value, isInline: token.inlineValue === true })
    } else if (token.kind === 'positional') {
      const follows = last?.value === undefined && args[token.index - 1] === last?.raw
      if (last !== undefined && follows && takesValue(last, token.value)) {
        flags.splice(-1, 1, { ...last, value: token.value })
      } else words.push(token.value)
    }
  }
  return { flags, words }
}

const options = Object.fromEntries(
  flagNames.map((name) => [
    name,
    {
      type: inputNames.some((input) => input === name && !booleanInputs.has(input))
        ? ('string' as const)
        : ('boolean' as const),
      ...(name === 'help' ? { short: 'h' } : {}),
    },
  ]),
)

/** Whether the word after a flag without a value is its value. Nobody knows that of unknown ones. */
function takesValue({ name }: Flag, word: string): boolean {
  if (!flagNames.includes(name)) return true
  return isBoolean(name) && /^(true|false)$/i.test(word)
}

function isBoolean(name: string): boolean {
  return [...booleanInputs].some((input) => input === name)
}

/** The inputs that the flags set, and what is wrong with the flags. */
function collectInputs(flags: readonly Flag[]): {
  inputs: Partial<Record<InputName, string>>
  problems: string[]
} {
  const inputs: Partial<Record<InputName, string>> = {}
  const problems: string[] = []
  for (const flag of flags) {
    const name = inputNames.find((input) => input === flag.name)
    if (name === undefined) {
      problems.push(...describeOtherFlag(flag))
      continue
    }
    const value = flag.value ?? (booleanInputs.has(name) ? 'true' : undefined)
    if (value === undefined) problems.push(`\`--${name}\` needs a value`)
    else if (value.startsWith('-') && !flag.isInline) {
      problems.push(
        `\`--${name}\` needs a value. One that begins with a dash is written with an equals sign: \`--${name}=${value}\``,
      )
    } else if (inputs[name] === undefined) inputs[name] = value
    else if (listInputs.has(name)) inputs[name] += `\n${value}`
    else problems.push(`\`--${name}\` can only be given once`)
  }
  return { inputs, problems }
}

/** What is wrong with a flag that is not an input. */
function describeOtherFlag({ name, raw, value }: Flag): string[] {
  if (!otherFlags.some((flag) => flag === name)) return [describeUnknown(name, raw)]
  return value === undefined ? [] : [`\`--${name}\` takes no value`]
}

function describeUnknown(name: string, raw: string): string {
  const unknown = `There is no flag \`${raw}\``
  const positive = name.replace(/^no-/, '')
  if (positive !== name && isBoolean(positive)) {
    return `${unknown}: to switch it off, write \`--${positive}=false\``
  }
  const nearest = nearestFlags(raw.replace(/^-+/, ''))
  if (nearest.length === 0) return unknown
  const names = nearest.map((flag) => `\`--${flag}\``).join(' or ')
  return `${unknown}. Did you mean ${names}?`
}

/** The flag that was probably mistyped, or else those of which the name is a part. */
function nearestFlags(name: string): string[] {
  const wanted = name.toLowerCase().replaceAll('_', '-')
  const suggestion = suggestName(wanted, flagNames)
  if (suggestion !== undefined) return [suggestion]
  return flagNames.filter((flag) => wanted.length > 2 && flag.includes(wanted)).slice(0, 4)
}

/** The command is the value of `mode`, which can also be given as a flag. */
function readMode(
  words: readonly string[],
  flag: string | undefined,
): { value: string; problems: string[] } {
  const [command, ...others] = words
  const problems = others.map((word) => `\`${word}\` belongs to no flag`)
  const list = '`sync`, `plan` or `check`'
  if (command === undefined) {
    return flag === undefined
      ? { value: '', problems: [`The command is missing: ${list}`] }
      : { value: flag, problems }
  }
  if (!commands.some((known) => known === command)) {
    const suggestion = suggestName(command, commands)
    const hint = suggestion === undefined ? '' : `. Did you mean \`${suggestion}\`?`
    problems.unshift(`\`${command}\` is not a command: the commands are ${list}${hint}`)
  } else if (flag !== undefined && flag !== command) {
    problems.unshift(`\`--mode ${flag}\` contradicts the command \`${command}\``)
  }
  return { value: command, problems }
}
