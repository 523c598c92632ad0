import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'

/** The program act, which `script/setup act` builds. */
const program = join(import.meta.dirname, '..', '.cache', 'go', 'bin', 'act')

/** Whether workflows can run here. */
export const hasAct = existsSync(program)

export type WorkflowRun = {
  readonly exitCode: number
  /** Everything that act printed, with its own messages. */
  readonly log: string
  /** Outputs of all steps, by the id of the step. */
  readonly outputs: Readonly<Record<string, Readonly<Record<string, string>>>>
  readonly summary: string
}

export type WorkflowOptions = {
  /** A git repository with the workflow. The job works in a copy. */
  readonly directory: string
  readonly workflow: string
  readonly event: string
  /** Further arguments of act. */
  readonly args?: readonly string[]
  /** Folders that stand in for actions, by `owner/name@ref`. */
  readonly actions?: Readonly<Record<string, string>>
  /** Variables of the runner, such as `GITHUB_API_URL`, which also set the `github` context. */
  readonly env?: Readonly<Record<string, string>>
  readonly secrets?: Readonly<Record<string, string>>
  readonly variables?: Readonly<Record<string, string>>
  /** Inputs of `workflow_dispatch`. */
  readonly inputs?: Readonly<Record<string, string>>
}

/** act's records, one JSON document per line. */
type Record_ = {
  readonly command?: string
  readonly name?: string
  readonly arg?: string
  readonly content?: string
  readonly stepID?: readonly string[]
  readonly msg?: string
}

/** Runs a workflow with act on this machine, without containers and without the network. */
export async function runWorkflow(options: WorkflowOptions): Promise<WorkflowRun> {
  const home = mkdtempSync(join(tmpdir(), 'act-'))
  const pairs = (flag: string, values: Readonly<Record<string, string>> = {}): string[] =>
    Object.entries(values).flatMap(([name, value]) => [flag, `${name}=${value}`])
  const args = [
    options.event,
    ...['-W', options.workflow],
    ...['-P', 'ubuntu-latest=-self-hosted', '-P', 'self-hosted=-self-hosted'],
    ...['--rm', '--no-cache-server', '--json', '--action-offline-mode'],
    ...pairs('--local-repository', options.actions),
    ...pairs('--env', options.env),
    ...pairs('--secret', options.secrets),
    ...pairs('--var', options.variables),
    ...pairs('--input', options.inputs),
    ...(options.args ?? []),
  ]
  try {
    // act runs actions with the first Node.js on the path. Nothing else of this environment is passed on.
    const path = [dirname(process.execPath), process.env.PATH].join(delimiter)
    const env = { HOME: home, PATH: path, ACT_DISABLE_VERSION_CHECK: '1' }
    const { exitCode, log } = await run(args, options.directory, env)
    return { exitCode, log, ...resultsOf(log) }
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}

async function run(
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
): Promise<{ exitCode: number; log: string }> {
  const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let log = ''
  for (const output of [child.stdout, child.stderr]) {
    output.on('data', (chunk: Buffer) => (log += chunk.toString()))
  }
  const exitCode = await new Promise<number>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve(code ?? -1))
  })
  return { exitCode, log }
}

function resultsOf(log: string): Pick<WorkflowRun, 'outputs' | 'summary'> {
  const outputs: Record<string, Record<string, string>> = {}
  let summary = ''
  for (const line of log.split('\n')) {
    if (!line.startsWith('{')) continue
    const record = JSON.parse(line) as Record_
    if (record.command === 'set-output') {
      const step = (outputs[record.stepID?.at(-1) ?? ''] ??= {})
      step[record.name ?? ''] = record.arg ?? ''
    } else if (record.command === 'summary') summary += record.content ?? ''
  }
  return { outputs, summary }
}
