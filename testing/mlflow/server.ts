import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A real MLflow server on loopback, with a store of its own. */
export type MlflowServer = {
  readonly url: string
  readonly version: 2 | 3
  readonly databasePath: string
  readonly artifactsDir: string
  /** All that the server wrote so far. */
  readonly log: () => string
  readonly stop: () => Promise<void>
}

export type MlflowOptions = {
  readonly version: 2 | 3
  /** E.g. `/ml`. */
  readonly staticPrefix?: string
  /** Switches `--app-name basic-auth` on. */
  readonly basicAuth?: { readonly admin: string; readonly password: string }
  readonly workspaces?: boolean
  /** TLS: paths of PEM files. */
  readonly tls?: { readonly key: string; readonly certificate: string }
  readonly env?: Readonly<Record<string, string>>
}

const root = join(import.meta.dirname, '..', '..')

/**
 * Starts the server that `mlflow server` would start (uvicorn for 3, gunicorn for 2), directly: half
 * the time. The variables are MLflow's private ones, the same in both versions.
 */
export const startMlflow = async (options: MlflowOptions): Promise<MlflowServer> => {
  const python = join(root, '.venvs', `mlflow-${options.version}`, 'bin', 'python')
  if (!existsSync(python)) throw new Error(`MLflow ${options.version} is missing: run script/setup`)
  const directory = mkdtempSync(join(tmpdir(), 'mlflow-'))
  const databasePath = join(directory, 'mlflow.db')
  const artifactsDir = join(directory, 'artifacts')
  mkdirSync(artifactsDir)

  const child = spawn(python, command(options), {
    cwd: directory,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      HOME: directory,
      TMPDIR: directory,
      ...environment(options, directory, databasePath, artifactsDir),
      ...options.env,
    },
  })
  let text = ''
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()))
  const killAtExit = (): void => signalGroup(child, 'SIGKILL')
  process.on('exit', killAtExit)

  const stop = async (): Promise<void> => {
    process.off('exit', killAtExit)
    await stopGroup(child)
    rmSync(directory, { recursive: true, force: true })
  }
  try {
    const port = await portFromLog(child, () => text)
    const scheme = options.tls === undefined ? 'http' : 'https'
    const url = `${scheme}://127.0.0.1:${port}${options.staticPrefix ?? ''}`
    if (options.tls === undefined) await firstAnswer(url, options)
    return { url, version: options.version, databasePath, artifactsDir, log: () => text, stop }
  } catch (error) {
    await stop()
    throw new Error(
      `MLflow ${options.version} did not start: ${String(error)}\n${text.slice(-4000)}`,
      { cause: error },
    )
  }
}

const command = ({ version, basicAuth, tls }: MlflowOptions): string[] => {
  if (version === 3) {
    const app =
      basicAuth === undefined
        ? ['mlflow.server.fastapi_app:app']
        : ['--factory', 'mlflow.server.auth:create_app']
    const ssl =
      tls === undefined ? [] : ['--ssl-keyfile', tls.key, '--ssl-certfile', tls.certificate]
    return ['-m', 'uvicorn', '--host', '127.0.0.1', '--port', '0', ...ssl, ...app]
  }
  const app = basicAuth === undefined ? 'mlflow.server:app' : 'mlflow.server.auth:create_app()'
  const ssl = tls === undefined ? [] : ['--keyfile', tls.key, '--certfile', tls.certificate]
  return ['-m', 'gunicorn', '-b', '127.0.0.1:0', '-w', '1', ...ssl, app]
}

const environment = (
  options: MlflowOptions,
  directory: string,
  databasePath: string,
  artifactsDir: string,
): Record<string, string> => ({
  MLFLOW_DISABLE_TELEMETRY: 'true',
  MLFLOW_SERVER_ENABLE_JOB_EXECUTION: 'false',
  _MLFLOW_SERVER_FILE_STORE: `sqlite:///${databasePath}`,
  _MLFLOW_SERVER_ARTIFACT_ROOT: 'mlflow-artifacts:/',
  _MLFLOW_SERVER_SERVE_ARTIFACTS: 'true',
  _MLFLOW_SERVER_ARTIFACT_DESTINATION: artifactsDir,
  ...(options.staticPrefix === undefined ? {} : { _MLFLOW_STATIC_PREFIX: options.staticPrefix }),
  ...(options.workspaces === true ? { MLFLOW_ENABLE_WORKSPACES: 'true' } : {}),
  ...(options.basicAuth === undefined ? {} : authEnvironment(options.basicAuth, directory)),
})

/** The password hash costs a third of a second a request unless it is cached. */
const authEnvironment = (
  { admin, password }: { admin: string; password: string },
  directory: string,
): Record<string, string> => {
  const config = join(directory, 'basic_auth.ini')
  writeFileSync(
    config,
    [
      '[mlflow]',
      'default_permission = READ',
      `database_uri = sqlite:///${join(directory, 'auth.db')}`,
      `admin_username = ${admin}`,
      `admin_password = ${password}`,
      'authorization_function = mlflow.server.auth:authenticate_request_basic_auth',
      'auth_cache_ttl_seconds = 600',
      '',
    ].join('\n'),
  )
  return {
    _MLFLOW_SGI_NAME: 'uvicorn',
    MLFLOW_AUTH_CONFIG_PATH: config,
    MLFLOW_AUTH_ADMIN_PASSWORD: password,
    MLFLOW_FLASK_SERVER_SECRET_KEY: 'only for tests',
  }
}

const startLimitMs = 90_000

const portFromLog = (child: ChildProcess, log: () => string): Promise<number> =>
  waitFor(() => {
    const port = /(?:running on|Listening at:) https?:\/\/127\.0\.0\.1:(\d+)/.exec(log())?.[1]
    if (port === undefined && child.exitCode !== null) throw new Error('it ended')
    return port === undefined ? undefined : Number(port)
  })

/** The first call of the API opens the database; `/health` would prove nothing. */
const firstAnswer = (url: string, options: MlflowOptions): Promise<true> =>
  waitFor(async () => {
    const { basicAuth } = options
    const authorization =
      basicAuth === undefined
        ? {}
        : {
            authorization: `Basic ${Buffer.from(`${basicAuth.admin}:${basicAuth.password}`).toString('base64')}`,
          }
    const response = await fetch(`${url}/ajax-api/2.0/mlflow/model-versions/search?max_results=1`, {
      headers: authorization,
    }).catch(() => undefined)
    await response?.arrayBuffer()
    return response?.status === 200 ? true : undefined
  })

const waitFor = async <T>(look: () => T | undefined | Promise<T | undefined>): Promise<T> => {
  const end = Date.now() + startLimitMs
  while (Date.now() < end) {
    const found = await look()
    if (found !== undefined) return found
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error('no answer in time')
}

const signalGroup = (child: ChildProcess, signal: NodeJS.Signals): void => {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, signal)
  } catch {
    // The group is gone already.
  }
}

const groupLives = (child: ChildProcess): boolean => {
  try {
    return child.pid !== undefined && process.kill(-child.pid, 0)
  } catch {
    return false
  }
}

/** SQLite survives a SIGKILL; a server that does not end by itself within 3 s gets one. */
const stopGroup = async (child: ChildProcess): Promise<void> => {
  signalGroup(child, 'SIGTERM')
  const end = Date.now() + 3000
  while (groupLives(child)) {
    if (Date.now() > end) signalGroup(child, 'SIGKILL')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
