import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  launchArguments,
  launchEnvironment,
  type BasicAuth,
  type MlflowFiles,
  type MlflowOptions,
} from './launch.ts'
import { startProcessGroup, type ProcessGroup } from './process-group.ts'
import { pythonOf } from '../virtual-environment.ts'

/** Address and database of a real MLflow server. */
export type MlflowAddress = {
  readonly url: string
  readonly version: 2 | 3
  readonly databasePath: string
}

/** A real MLflow server on loopback with its own store. */
export type MlflowServer = MlflowAddress & { readonly stop: () => Promise<void> }

const startTimeoutMs = 90_000

/** Starts the web server directly, which takes half as long as `mlflow server`. */
export async function startMlflow(options: MlflowOptions): Promise<MlflowServer> {
  const { version, basicAuth, staticPrefix = '', tls } = options
  const python = pythonOf(`mlflow-${version}`)
  if (!existsSync(python)) throw new Error(`MLflow ${version} is missing: run script/setup`)
  const files = createFiles()
  const group = startProcessGroup(python, launchArguments(options), {
    cwd: files.directory,
    env: { PATH: process.env.PATH, ...launchEnvironment(options, files) },
  })
  const stop = async (): Promise<void> => {
    await group.stop()
    // Windows keeps the files of a process open for a moment after its end.
    rmSync(files.directory, { recursive: true, force: true, maxRetries: 5 })
  }
  try {
    const port = await waitForPort(group)
    const url = `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}${staticPrefix}`
    // The certificate is private, so only the action under test can open a TLS connection.
    if (tls === undefined) await waitForApi(url, basicAuth)
    return { url, version, databasePath: files.database, stop }
  } catch (error) {
    await stop()
    const log = group.log().slice(-4000)
    throw new Error(`MLflow ${version} did not start: ${String(error)}\n${log}`, { cause: error })
  }
}

function createFiles(): MlflowFiles {
  const directory = mkdtempSync(join(tmpdir(), 'mlflow-'))
  const artifacts = join(directory, 'artifacts')
  mkdirSync(artifacts)
  return { directory, artifacts, database: join(directory, 'mlflow.db') }
}

function waitForPort(group: ProcessGroup): Promise<string> {
  return waitFor(() => {
    const pattern = /(?:running on|Listening at:|Serving on) https?:\/\/127\.0\.0\.1:(\d+)/
    const port = pattern.exec(group.log())?.[1]
    if (port === undefined && group.hasExited()) throw new Error('the process exited')
    return port
  })
}

/** The first API request opens the database; a 200 from `/health` would prove nothing. */
function waitForApi(url: string, basicAuth: BasicAuth | undefined): Promise<true> {
  const credentials = basicAuth && Buffer.from(`${basicAuth.admin}:${basicAuth.password}`)
  const headers: Record<string, string> =
    credentials === undefined ? {} : { authorization: `Basic ${credentials.toString('base64')}` }
  return waitFor(async () => {
    const response = await fetch(`${url}/ajax-api/2.0/mlflow/model-versions/search?max_results=1`, {
      headers,
    }).catch(() => undefined)
    await response?.arrayBuffer()
    return response?.status === 200 ? true : undefined
  })
}

async function waitFor<T>(check: () => T | undefined | Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + startTimeoutMs
  while (Date.now() < deadline) {
    const found = await check()
    if (found !== undefined) return found
    await sleep(50)
  }
  throw new Error(`not ready after ${startTimeoutMs / 1000} s`)
}
