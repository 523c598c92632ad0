import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { mlflowWithUi } from '../virtual-environment.ts'

export type MlflowOptions = {
  readonly version: 2 | 3
  /** E.g. `/ml`. */
  readonly staticPrefix?: string
  /** Enables `--app-name basic-auth`. */
  readonly basicAuth?: BasicAuth
  readonly workspaces?: boolean
  /** Delivers webhooks to http and loopback too, and knows each webhook as soon as it exists. */
  readonly localWebhooks?: boolean
  /** Serves MLflow's web pages, which `script/demo --keep` installs. */
  readonly ui?: boolean
  /** Paths of PEM files; enables TLS. */
  readonly tls?: { readonly key: string; readonly certificate: string }
}

export type BasicAuth = { readonly admin: string; readonly password: string }

/** Files of one server. */
export type MlflowFiles = {
  readonly directory: string
  readonly database: string
  readonly artifacts: string
}

/**
 * Runs the Python module that the next argument names, and kills its process group when stdin
 * closes. A server then never outlives the process that started it, even if that one is killed.
 * Windows has no process groups, and there the servers are single processes.
 */
export const pythonLauncher = [
  '-c',
  `import os, runpy, signal, sys, threading
def kill_group_with_parent():
    os.read(0, 1)
    if hasattr(os, 'killpg'):
        os.killpg(0, signal.SIGKILL)
    os._exit(1)
threading.Thread(target=kill_group_with_parent, daemon=True).start()
sys.argv = sys.argv[1:]
runpy.run_module(sys.argv[0], run_name='__main__', alter_sys=True)
`,
]

/**
 * Python's arguments for the server that `mlflow server` would start: uvicorn for 3; for 2 gunicorn, or
 * waitress on Windows.
 */
export function launchArguments(
  options: MlflowOptions,
  platform: NodeJS.Platform = process.platform,
): string[] {
  const serve = options.version === 3 ? uvicorn : platform === 'win32' ? waitress : gunicorn
  return [...pythonLauncher, ...serve(options)]
}

function uvicorn({ basicAuth, tls }: MlflowOptions): string[] {
  const app =
    basicAuth === undefined
      ? ['mlflow.server.fastapi_app:app']
      : ['--factory', 'mlflow.server.auth:create_app']
  const ssl = tls === undefined ? [] : ['--ssl-keyfile', tls.key, '--ssl-certfile', tls.certificate]
  return ['uvicorn', '--host', '127.0.0.1', '--port', '0', ...ssl, ...app]
}

function gunicorn({ basicAuth, tls }: MlflowOptions): string[] {
  const app = basicAuth === undefined ? 'mlflow.server:app' : 'mlflow.server.auth:create_app()'
  const ssl = tls === undefined ? [] : ['--keyfile', tls.key, '--certfile', tls.certificate]
  return ['gunicorn', '-b', '127.0.0.1:0', '-w', '1', ...ssl, app]
}

function waitress({ basicAuth, tls }: MlflowOptions): string[] {
  if (tls !== undefined) throw new Error('MLflow 2 has no TLS on Windows')
  const app =
    basicAuth === undefined ? ['mlflow.server:app'] : ['--call', 'mlflow.server.auth:create_app']
  return ['waitress', '--listen=127.0.0.1:0', ...app]
}

/** MLflow's private variables, the same in both major versions. */
export function launchEnvironment(
  options: MlflowOptions,
  files: MlflowFiles,
): Record<string, string> {
  const { staticPrefix, workspaces = false, localWebhooks = false, ui = false, basicAuth } = options
  return {
    HOME: files.directory,
    TMPDIR: files.directory,
    MLFLOW_DISABLE_TELEMETRY: 'true',
    MLFLOW_SERVER_ENABLE_JOB_EXECUTION: 'false',
    _MLFLOW_SERVER_FILE_STORE: `sqlite:///${files.database}`,
    _MLFLOW_SERVER_ARTIFACT_ROOT: 'mlflow-artifacts:/',
    _MLFLOW_SERVER_SERVE_ARTIFACTS: 'true',
    _MLFLOW_SERVER_ARTIFACT_DESTINATION: pathToFileURL(files.artifacts).href,
    ...(staticPrefix === undefined ? {} : { _MLFLOW_STATIC_PREFIX: staticPrefix }),
    ...(workspaces ? { MLFLOW_ENABLE_WORKSPACES: 'true' } : {}),
    ...(localWebhooks ? webhookEnvironment : {}),
    // The same version of MLflow, with the pages that the small package in the environment lacks.
    ...(ui ? { PYTHONPATH: mlflowWithUi } : {}),
    ...(basicAuth === undefined ? {} : authEnvironment(basicAuth, files.directory)),
  }
}

/** Source: mlflow/environment_variables.py. */
const webhookEnvironment = {
  MLFLOW_WEBHOOK_ALLOWED_SCHEMES: 'http',
  MLFLOW_WEBHOOK_ALLOW_PRIVATE_IPS: 'true',
  MLFLOW_WEBHOOK_CACHE_TTL: '0',
}

function authEnvironment({ admin, password }: BasicAuth, directory: string) {
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
      // Without the cache, hashing the password takes a third of a second per request.
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
