import { z } from 'zod'
import { checkMessageTemplate } from '../core/message/headline.ts'
import { branch, indexName, optionalPath, repository, writtenPath } from './git-names.ts'
import { headers, password, token, username } from './headers.ts'
import { issue } from './issue.ts'
import {
  aliases,
  boolean,
  choice,
  count,
  duration,
  lines,
  modelPatterns,
  optional,
  parseServerUrl,
  recreate,
  reviewers,
} from './parsers.ts'

const serverUrl = z.string().transform((text, context) => {
  const parsed = parseServerUrl(text)
  if (parsed.ok) return parsed.base
  context.addIssue(issue(parsed.issue))
  return z.NEVER
})

const requiredServerUrl = z
  .string()
  .transform((text, context) => {
    if (text !== '') return text
    context.addIssue(
      'is required: set it to the address of the MLflow server, or set the variable `MLFLOW_TRACKING_URI`',
    )
    return z.NEVER
  })
  .pipe(serverUrl)

const messageTemplate = optional.transform((text, context) => {
  for (const problem of text === undefined ? [] : checkMessageTemplate(text)) {
    context.addIssue(issue({ text: problem, showsValue: true }))
  }
  return text
})

/**
 * All inputs, by their names in `action.yml` (a test compares the two). Values are trimmed strings,
 * `''` if not set.
 */
export const inputSchema = z.object({
  'mlflow-tracking-uri': requiredServerUrl,
  'mlflow-username': username,
  'mlflow-password': password,
  'mlflow-token': token,
  'mlflow-headers': headers,
  'mlflow-workspace': token.pipe(optional),
  'mlflow-ca-certificate': optional,
  'mlflow-insecure-tls': boolean(false),
  'mlflow-ui-url': z.union([z.literal(''), serverUrl]),
  config: optionalPath,
  models: modelPatterns,
  aliases,
  filter: optional,
  'run-filter': optional,
  'minimum-age': duration('0s'),
  'github-token': token.refine(
    (text) => text !== '',
    'is empty: leave it at its default, or check that the secret is set in this workflow',
  ),
  repository,
  branch,
  path: writtenPath,
  template: optionalPath,
  'values-schema': optionalPath,
  index: indexName,
  mode: choice(['sync', 'plan', 'check'], 'sync'),
  prune: boolean(false),
  'max-deletions': count('10'),
  recreate,
  'write-back': boolean(false),
  'fail-on': choice(['error', 'never'], 'error'),
  'poll-interval': duration('60s'),
  'poll-duration': duration('0s'),
  'pull-request': boolean(false),
  'pull-request-branch': branch,
  'pull-request-title': messageTemplate,
  'pull-request-labels': lines,
  'pull-request-reviewers': reviewers,
  'commit-message': messageTemplate,
})

export type InputName = keyof typeof inputSchema.shape

export const inputNames = Object.keys(inputSchema.shape) as InputName[]

/** Environment variables that are used if an input is not set. */
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

/** Shorter than the 120 s of MLflow's own client. */
const defaultTimeoutSeconds = 30

/** Retry and timeout variables of MLflow's own client (`mlflow/environment_variables.py`). */
export const environmentSchema = z.object({
  // At most 10, the limit of MLflow's own client.
  MLFLOW_HTTP_REQUEST_MAX_RETRIES: z
    .string()
    .regex(/^(0*(\d|10))?$/, 'must be a whole number from 0 to 10')
    .transform((text) => (text === '' ? undefined : Number(text))),
  MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR: decimal(2),
  MLFLOW_HTTP_REQUEST_BACKOFF_JITTER: decimal(1),
  MLFLOW_HTTP_REQUEST_TIMEOUT: decimal(defaultTimeoutSeconds).refine(
    (value) => value > 0,
    'must be more than 0 seconds',
  ),
})
