import { suggestName } from '../core/text/closest.ts'
import { plain } from '../core/text/prose.ts'
import { secretInputs } from '../inputs/describe.ts'
import { shown } from '../inputs/issue.ts'
import { inputNames, type InputName } from '../inputs/schema.ts'
import { nearestFlags } from './nearest-flags.ts'
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
export const booleanInputs: ReadonlySet<string> = new Set<InputName>([
  'mlflow-insecure-tls',
  'prune',
  'write-back',
  'pull-request',
])

/** Inputs with one entry per line: the flag can be repeated. */
export const listInputs: ReadonlySet<string> = new Set<InputName>([
  'mlflow-headers',
  'models',
  'aliases',
  'recreate',
  'pull-request-labels',
  'pull-request-reviewers',
])

/** Which value, where a flag looks as if it needed none. */
const valueHints: Partial<Record<InputName, string>> = {
  recreate: ': `true`, or the id of a run',
}

/** Flags that are not inputs. */
const otherFlags: readonly string[] = ['help', 'version', 'json', 'debug']

const flagNames: readonly string[] = [...inputNames, ...otherFlags]

/**
 * Reads the arguments of the command line.
 *
 * @throws UsageError with all mistakes together.
 */
export function parseArguments(args: readonly string[]): Command {
  const { flags, words } = readArguments(args)
  if (flags.some(({ name }) => name === 'help') || words[0]?.text === 'help')
    return { kind: 'help' }
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
  /** As it was written, without a value. */
  readonly raw: string
  /** Undefined if there is no flag of that name. */
  readonly name: string | undefined
  /** Undefined if there is none. */
  readonly value: string | undefined
  /** Whether the value follows an equals sign. */
  readonly isInline: boolean
}

/** A word that is neither a flag nor the value of one, and the flag before it. */
type Word = { readonly text: string; readonly after: Flag | undefined }

function readArguments(args: readonly string[]): { flags: Flag[]; words: Word[] } {
  const flags: Flag[] = []
  const words: Word[] = []
  for (let index = 0; index < args.length; index += 1) {
    const text = args[index] ?? ''
    if (!isFlag(text)) {
      words.push({ text, after: flags.at(-1) })
      continue
    }
    const [raw = '', ...inline] = text.split('=')
    const name = nameOf(raw)
    const next = args[index + 1]
    const isInline = inline.length > 0
    const takesNext = !isInline && next !== undefined && isValueOf(name, next)
    if (takesNext) index += 1
    flags.push({ raw, name, value: takesNext ? next : joined(inline), isInline })
  }
  return { flags, words }
}

function isFlag(text: string): boolean {
  return text.startsWith('-') && text !== '-'
}

function nameOf(raw: string): string | undefined {
  return raw === '-h' ? 'help' : flagNames.find((flag) => raw === `--${flag}`)
}

/** A value may contain equals signs, as filters do. */
function joined(inline: readonly string[]): string | undefined {
  return inline.length > 0 ? inline.join('=') : undefined
}

/** Whether the word after a flag is its value. */
function isValueOf(flag: string | undefined, word: string): boolean {
  // After a misspelt flag, only the command is certainly no value.
  if (flag === undefined) return !isFlag(word) && !commands.some((command) => command === word)
  if (otherFlags.includes(flag)) return false
  if (booleanInputs.has(flag)) return /^(true|false|yes|no|on|off|0|1)$/i.test(word)
  return nameOf(word.split('=')[0] ?? '') === undefined
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
    if (value === undefined) problems.push(`\`--${name}\` needs a value${valueHints[name] ?? ''}`)
    else if (isFlag(value) && !flag.isInline) {
      problems.push(
        `\`--${name}\` needs a value; one that begins with a dash follows an equals sign: \`--${name}=…\``,
      )
    } else if (inputs[name] === undefined) inputs[name] = value
    else if (listInputs.has(name)) inputs[name] += `\n${value}`
    else problems.push(`\`--${name}\` can only be given once`)
  }
  return { inputs, problems }
}

/** What is wrong with a flag that is not an input. */
function describeOtherFlag({ name, raw, value }: Flag): string[] {
  if (name === undefined) return [describeUnknown(raw)]
  return value === undefined ? [] : [`\`--${name}\` takes no value`]
}

function describeUnknown(raw: string): string {
  const unknown = `Unknown flag ${plain(shown(raw))}`
  const wanted = raw.replace(/^-+/, '')
  if (wanted === '') return `${unknown}: leave it out`
  const positive = wanted.replace(/^no-/, '')
  if (positive !== wanted && booleanInputs.has(positive)) {
    return `${unknown}: to switch it off, write \`--${positive}=false\``
  }
  if (/^dry[-_]?run$/i.test(wanted)) return `${unknown}: the command \`plan\` writes nothing`
  const nearest = nearestFlags(wanted, flagNames).map((flag) => `\`--${flag}\``)
  return nearest.length === 0 ? unknown : `${unknown}. Did you mean ${nearest.join(' or ')}?`
}

const commandList = '`sync`, `plan` or `check`'

/** The command is the value of `mode`, which can also be given as a flag. An empty one is none. */
function readMode(
  [command, ...others]: readonly Word[],
  flag: string | undefined,
): { value: string; problems: string[] } {
  const mode = flag?.trim() === '' ? undefined : flag
  const problems = others.map(describeExtra)
  if (command === undefined) {
    return mode === undefined
      ? { value: '', problems: [`The command is missing: ${commandList}`] }
      : { value: mode, problems }
  }
  const { text } = command
  if (!commands.some((known) => known === text)) {
    if (hasSecret(command)) return { value: text, problems: [describeExtra(command)] }
    const suggestion = suggestName(text, commands)
    const hint = suggestion === undefined ? '' : `. Did you mean \`${suggestion}\`?`
    problems.unshift(`Unknown command ${plain(shown(text))}: it is ${commandList}${hint}`)
  } else if (mode !== undefined && mode !== text) {
    problems.unshift(`\`--mode=${mode}\` contradicts the command \`${text}\``)
  }
  return { value: text, problems }
}

/** Part of a secret that was not quoted must not be shown. A misspelt flag may be meant for one. */
function hasSecret({ after }: Word): boolean {
  return after !== undefined && (after.name === undefined || secretInputs.has(after.name))
}

function describeExtra(word: Word): string {
  return hasSecret(word)
    ? `Unexpected argument after \`${word.after?.raw ?? ''}\`: quote a value that contains spaces`
    : `Unexpected argument ${plain(shown(word.text))}`
}
