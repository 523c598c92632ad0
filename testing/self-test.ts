import { spawn } from 'node:child_process'
import {
  appendFileSync,
  existsSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startServers, type State } from './self-test/servers.ts'
import { verify, type Outputs } from './self-test/verify.ts'

/**
 * The servers for the self-test in `.github/workflows/ci.yml`, which outlive the step that starts them:
 * `start`, `verify first` and `verify second` after a run of the action, and `stop`.
 */

const { env } = process
const folder = env.RUNNER_TEMP ?? tmpdir()
const stateFile = join(folder, 'self-test.json')
const logFile = join(folder, 'self-test.log')

/** Starts the servers in a process of their own and tells the workflow where they are. */
async function start(): Promise<void> {
  rmSync(stateFile, { force: true })
  const log = openSync(logFile, 'w')
  const args = [...process.execArgv, import.meta.filename, 'serve']
  const child = spawn(process.execPath, args, { detached: true, stdio: ['ignore', log, log] })
  child.unref()
  while (!existsSync(stateFile)) {
    if (child.exitCode !== null) {
      throw new Error(`the servers did not start:\n${readFileSync(logFile, 'utf8')}`)
    }
    await sleep(100)
  }
  const { mlflowUrl, proxyUrl, certificate, token } = readState()
  const outputs = { mlflow: mlflowUrl, proxy: proxyUrl, certificate, token }
  const lines = Object.entries(outputs).map(([name, value]) => `${name}=${value}\n`)
  appendFileSync(env.GITHUB_OUTPUT ?? '/dev/stdout', lines.join(''))
  console.log(`MLflow: ${mlflowUrl}, proxy to the stand-in for GitHub: ${proxyUrl}`)
}

async function serve(): Promise<void> {
  const apiUrl = new URL(env.GITHUB_API_URL ?? 'https://api.github.com')
  const { state, close } = await startServers(env.GITHUB_REPOSITORY ?? 'acme/models', apiUrl)
  process.once('SIGTERM', () => void close().then(() => process.exit()))
  // Renamed, so that nobody reads half of it.
  writeFileSync(`${stateFile}.new`, JSON.stringify(state))
  renameSync(`${stateFile}.new`, stateFile)
}

function readState(): State {
  return JSON.parse(readFileSync(stateFile, 'utf8')) as State
}

function stop(): void {
  if (!existsSync(stateFile)) return
  // On Windows this ends the process at once, and MLflow follows when its standard input closes.
  process.kill(readState().pid, 'SIGTERM')
}

const [, , command, run = ''] = process.argv
if (command === 'start') await start()
else if (command === 'serve') await serve()
else if (command === 'verify')
  await verify(run, readState(), JSON.parse(env.OUTPUTS ?? '') as Outputs)
else if (command === 'stop') stop()
else throw new Error('usage: self-test.ts start | verify first | verify second | stop')
