import { z } from 'zod'
import { checkMessageTemplate } from '../core/message/headline.ts'
import {
  boolean,
  branch,
  choice,
  count,
  duration,
  headers,
  lines,
  optional,
  repository,
  repositoryPath,
  secret,
  serverBase,
} from './parsers.ts'

const serverAddress = z.string().transform((text, context) => {
  const base = serverBase(text)
  if (base.ok) return base.base
  context.addIssue(base.problem)
  return z.NEVER
})

const requiredServerAddress = z
  .string()
  .transform((text, context) => {
    if (text !== '') return text
    context.addIssue('is required: the address of the MLflow server (or set MLFLOW_TRACKING_URI)')
    return z.NEVER
  })
  .pipe(serverAddress)

const message = optional.transform((text, context) => {
  for (const problem of text === undefined ? [] : checkMessageTemplate(text)) {
    context.addIssue(problem)
  }
  return text
})

/**
 * All inputs by the names that they have in `action.yml` (a test holds the two together). Values
 * come in as the runner's strings, trimmed, `''` for what is not set.
 */
export const inputSchema = z.object({
  'mlflow-tracking-uri': requiredServerAddress,
  'mlflow-username': secret,
  'mlflow-password': secret,
  'mlflow-token': secret,
  'mlflow-headers': headers,
  'mlflow-workspace': optional,
  'mlflow-ca-certificate': optional,
  'mlflow-insecure-tls': boolean(false),
  'mlflow-ui-url': z.union([z.literal(''), serverAddress]),
  models: lines.transform((patterns) => (patterns.length === 0 ? ['*'] : patterns)),
  aliases: lines,
  filter: optional,
  'run-filter': optional,
  'minimum-age': duration('0s'),
  'github-token': secret.refine(
    (text) => text !== '',
    'is empty: leave it at its default, or check that the secret is set in this workflow',
  ),
  repository,
  branch,
  path: repositoryPath,
  template: repositoryPath.transform((path) => (path === '' ? undefined : path)),
  mode: choice(['sync', 'plan', 'check'], 'sync'),
  prune: boolean(false),
  'max-deletions': count('10'),
  'pull-request': boolean(false),
  'pull-request-branch': branch,
  'pull-request-title': message,
  'pull-request-labels': lines,
  'commit-message': message,
  'fail-on': choice(['error', 'never'], 'error'),
  'poll-interval': duration('60s'),
  'poll-duration': duration('0s'),
})

export type InputName = keyof typeof inputSchema.shape

export const inputNames = Object.keys(inputSchema.shape) as InputName[]

/** MLflow's own variables, used where an input is not set. */
export const environmentFallback: Partial<Record<InputName, string>> = {
  'mlflow-tracking-uri': 'MLFLOW_TRACKING_URI',
  'mlflow-username': 'MLFLOW_TRACKING_USERNAME',
  'mlflow-password': 'MLFLOW_TRACKING_PASSWORD',
  'mlflow-token': 'MLFLOW_TRACKING_TOKEN',
  'mlflow-workspace': 'MLFLOW_WORKSPACE',
  'mlflow-ca-certificate': 'MLFLOW_TRACKING_SERVER_CERT_PATH',
  'mlflow-insecure-tls': 'MLFLOW_TRACKING_INSECURE_TLS',
  repository: 'GITHUB_REPOSITORY',
}

function decimal(fallback: number) {
  return z
    .string()
    .transform((text) => (text === '' ? String(fallback) : text))
    .pipe(z.string().regex(/^\d{1,6}(\.\d{1,6})?$/, 'must be a number, 0 or more'))
    .transform(Number)
}

/** Seconds that a request to MLflow may stay silent, unless MLflow's variable says otherwise. */
const defaultTimeoutSeconds = 30

/** MLflow's own client allows no more tries. */
const mostRetries = 10

/** How MLflow's own client retries (`mlflow/environment_variables.py`). */
export const environmentSchema = z.object({
  MLFLOW_HTTP_REQUEST_MAX_RETRIES: decimal(7).refine(
    (value) => Number.isInteger(value) && value <= mostRetries,
    `must be a whole number from 0 to ${mostRetries}`,
  ),
  MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR: decimal(2),
  MLFLOW_HTTP_REQUEST_BACKOFF_JITTER: decimal(1),
  MLFLOW_HTTP_REQUEST_TIMEOUT: decimal(defaultTimeoutSeconds).refine(
    (value) => value > 0,
    'must be more than 0 seconds',
  ),
})
