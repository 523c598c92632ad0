import { readFileSync } from 'node:fs'
import { styleText } from 'node:util'
import { listenForCancellation } from '../cancellation.ts'
import { createClock } from '../clock.ts'
import { InputError } from '../core/errors.ts'
import type { Log } from '../core/runtime.ts'
import { unprintable } from '../core/text/neutralise.ts'
import { plain } from '../core/text/prose.ts'
import { actionVersion } from '../core/version.ts'
import { readGitHubUrls } from '../inputs/github-urls.ts'
import { readInputs } from '../inputs/inputs.ts'
import { runJob } from '../job.ts'
import { printableLine, safeLine } from '../report/log.ts'
import { createReport, toJson } from '../report/report.ts'
import { hasFailed, mapMessages } from '../report/result.ts'
import { terminalLines } from '../report/terminal.ts'
import { parseArguments, type RunCommand } from './flags.ts'
import { readGhToken } from './gh-token.ts'
import { commandName, helpLines } from './help.ts'
import { UsageError } from './usage-error.ts'
import { inTerminalWords } from './wording.ts'

type Environment = Readonly<Record<string, string | undefined>>

const exitCodes = { failed: 1, usage: 2 } as const

/**
 * Runs the action from a terminal. A flag is an input: from there on, the job is that of a workflow.
 * Standard output gets the result, and standard error the log and mistakes of usage.
 */
export async function runInTerminal(
  args: readonly string[],
  environment: Environment,
): Promise<void> {
  const isInService = hasService(environment)
  const clean = (line: string): string => (isInService ? safeLine(line) : printableLine(line))
  const logLine = (line: string): void => {
    process.stderr.write(`${clean(line)}\n`)
  }
  watchStreams(logLine)
  try {
    const command = parseArguments(args)
    if (command.kind === 'help') print(helpLines(readActionFile(), process.stdout.columns))
    else if (command.kind === 'version') print([actionVersion])
    else {
      const inputs = await inputEnvironment(command.inputs, environment)
      await run(command, inputs, { isInService, clean, logLine })
    }
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    process.exitCode = exitCodes.usage
    for (const line of `mlflow-sync: ${error.message}`.split('\n')) logLine(line)
    logLine(`All commands and flags: ${commandName} --help`)
  }
  await new Promise((resolve) => process.stderr.write('', resolve))
}

/**
 * The reader may have gone, as with `| head`: that must not end the job or hide its exit code. A result
 * that is lost for another reason, such as a full disk, is a failure.
 */
function watchStreams(logLine: (line: string) => void): void {
  process.stderr.on('error', () => undefined)
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return
    process.exitCode = exitCodes.failed
    logLine(`The result could not be written to standard output: ${error.message}`)
  })
}

/** Whether a CI service reads the log, and runs commands that it finds there. Services say so. */
function hasService(environment: Environment): boolean {
  const services = ['CI', 'GITHUB_ACTIONS', 'TF_BUILD', 'TEAMCITY_VERSION']
  return services.some((name) => (environment[name] ?? '') !== '')
}

/** How the result and the log are written. */
type Streams = {
  readonly isInService: boolean
  /** Reduces a text to one line that nobody acts on. */
  readonly clean: (line: string) => string
  readonly logLine: (line: string) => void
}

async function run(
  { inputs, isJson, isDebug }: RunCommand,
  environment: Environment,
  { isInService, clean, logLine }: Streams,
): Promise<void> {
  const { signal, watchWrites, dispose } = listenForCancellation()
  const log: Log = {
    debug: isDebug ? logLine : () => undefined,
    info: logLine,
    warn: (line) => logLine(`Warning: ${line}`),
  }
  const { result: inWorkflowWords, failOn } = await runJob(environment, {
    clock: createClock(signal),
    log,
    signal,
    watchWrites,
    // What is shown has no secrets anyway; only a runner has a log in which they can be masked.
    maskSecret: () => undefined,
  })
  const hasKeys = inputs.config !== undefined
  const result = mapMessages(inWorkflowWords, (message) => inTerminalWords(message, hasKeys))
  if (failOn === 'error' && hasFailed(result)) process.exitCode = exitCodes.failed
  if (process.stdout.isTTY && process.stderr.isTTY) logLine('')
  print(
    isJson
      ? [printable(toJson(createReport(result), 2), isInService)]
      : terminalLines(result, { paint: createPaint(environment), clean }),
  )
  dispose()
}

/** Colours only in a terminal, and not for those who do not want any (no-color.org). */
function createPaint({ NO_COLOR = '', TERM }: Environment): typeof styleText {
  const hasColours = process.stdout.isTTY && NO_COLOR === '' && TERM !== 'dumb'
  return (style, text) => (hasColours ? styleText(style, text, { validateStream: false }) : text)
}

/**
 * The environment of a job with these inputs, as a runner would set it.
 *
 * @throws UsageError with all invalid inputs.
 */
async function inputEnvironment(
  inputs: RunCommand['inputs'],
  environment: Environment,
): Promise<Environment> {
  const variables = {
    // Those of a workflow that runs this command are not meant for it.
    ...Object.fromEntries(
      Object.entries(environment).filter(([name]) => !name.startsWith('INPUT_')),
    ),
    ...Object.fromEntries(
      Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]),
    ),
  }
  const token = await findToken(inputs['github-token'], environment)
  const complete = { ...variables, 'INPUT_GITHUB-TOKEN': token?.value ?? 'missing' }
  const problems = findProblems(complete).map((problem) =>
    token?.source === undefined
      ? problem
      : problem.replace(/^`--github-token`/, `$& (from \`${token.source}\`)`),
  )
  if (token === undefined) problems.push(missingToken)
  if (problems.length > 0) throw new UsageError(problems)
  return complete
}

/** `source` is undefined if the token is the flag's. */
type Token = { readonly value: string; readonly source: string | undefined }

async function findToken(
  flag: string | undefined,
  environment: Environment,
): Promise<Token | undefined> {
  const { GITHUB_TOKEN: variable = '' } = environment
  if (flag !== undefined && flag.trim() !== '') return { value: flag, source: undefined }
  if (variable.trim() !== '') return { value: variable, source: 'GITHUB_TOKEN' }
  const value = await readGhToken(readGitHubUrls(environment).urls.server)
  return value === undefined ? undefined : { value, source: 'gh auth token' }
}

const missingToken =
  'A token for GitHub is missing: sign in with `gh auth login`, or set the variable `GITHUB_TOKEN`'

function findProblems(environment: Environment): string[] {
  try {
    readInputs(environment)
    return []
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    return error.problems.map((problem) => plain(inTerminalWords(problem, false)))
  }
}

/** Found at run time: a bundler would copy the file, and there would be two. */
function readActionFile(): string {
  const name = 'action.yml'
  return readFileSync(new URL(`../${name}`, import.meta.url), 'utf8')
}

function print(lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`)
}

/**
 * JSON without characters that a terminal acts on, of which JSON itself escapes only some, and without
 * the beginning of a command for a CI service. It stays the same value.
 */
function printable(json: string, isInService: boolean): string {
  const text = json.replace(unprintable, (character) =>
    character === '\n' ? character : character.split('').map(escapeUnit).join(''),
  )
  // Two of them in a row are in a string, never between strings.
  return isInService ? text.replace(/#(?=#)|:(?=:)/g, escapeUnit) : text
}

/** One unit of UTF-16 as JSON escapes it. */
function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
}
