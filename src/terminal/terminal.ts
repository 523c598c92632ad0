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
import { safeLine } from '../report/log.ts'
import { createReport, toJson } from '../report/report.ts'
import { hasFailed } from '../report/result.ts'
import { terminalLines } from '../report/terminal.ts'
import { parseArguments, type RunCommand } from './flags.ts'
import { readTokenOfGh } from './github-token.ts'
import { helpLines } from './help.ts'
import { namedAsFlag, UsageError } from './usage-error.ts'

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
  // The reader may have gone, as with `| head`. That must not end the job or hide its exit code.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)
  try {
    const command = parseArguments(args)
    if (command.kind === 'help') print(helpLines(readActionFile(), process.stdout.columns))
    else if (command.kind === 'version') print([actionVersion])
    else await run(command, await inputEnvironment(command.inputs, environment))
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    process.exitCode = exitCodes.usage
    for (const line of `mlflow-sync: ${error.message}`.split('\n')) logLine(line)
    logLine('`mlflow-sync --help` lists all commands and flags.')
  }
}

async function run({ isJson, isDebug }: RunCommand, environment: Environment): Promise<void> {
  const { signal, watchWrites, dispose } = listenForCancellation()
  const log: Log = {
    debug: isDebug ? logLine : () => undefined,
    info: logLine,
    warn: (line) => logLine(`Warning: ${line}`),
  }
  const { result, failOn } = await runJob(environment, {
    clock: createClock(signal),
    log,
    signal,
    watchWrites,
    // What is shown has no secrets anyway; only a runner has a log in which they can be masked.
    maskSecret: () => undefined,
  })
  if (failOn === 'error' && hasFailed(result)) process.exitCode = exitCodes.failed
  print(isJson ? [printable(toJson(createReport(result), 2))] : terminalLines(result, styleText))
  dispose()
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
  const given = inputs['github-token'] ?? environment.GITHUB_TOKEN ?? ''
  const token = given === '' ? await readTokenOfGh(readGitHubUrls(environment).urls.server) : given
  const complete = { ...variables, 'INPUT_GITHUB-TOKEN': token ?? 'missing' }
  const problems = [...findProblems(complete), ...(token === undefined ? [missingToken] : [])]
  if (problems.length > 0) throw new UsageError(problems)
  return complete
}

const missingToken =
  'A token for GitHub is missing: sign in with `gh auth login`, or set the variable `GITHUB_TOKEN`'

function findProblems(environment: Environment): string[] {
  try {
    readInputs(environment)
    return []
  } catch (error) {
    if (error instanceof InputError)
      return error.problems.map((problem) => namedAsFlag(plain(problem)))
    throw error
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

function logLine(line: string): void {
  process.stderr.write(`${safeLine(line)}\n`)
}

/** JSON in which a terminal finds nothing to act on: JSON itself only escapes some of it. */
function printable(json: string): string {
  return json.replace(unprintable, (character) =>
    character === '\n' ? character : character.split('').map(escapeUnit).join(''),
  )
}

/** One unit of UTF-16 as JSON escapes it. */
function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
}
