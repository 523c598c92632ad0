import { readFileSync } from 'node:fs'
import type { z } from 'zod'
import { nameMatcher } from '../core/glob.ts'
import type { Target } from '../core/target.ts'
import { InputError } from '../errors.ts'
import {
  environmentFallback,
  environmentSchema,
  inputNames,
  inputSchema,
  type InputName,
} from './schema.ts'

type Parsed = z.output<typeof inputSchema>
type Settings = z.output<typeof environmentSchema>

/** The validated inputs, with MLflow's environment variables. */
export type Inputs = {
  readonly mlflow: MlflowSettings
  readonly repository: {
    /** `owner/name` */
    readonly name: string
    /** Undefined: the default branch. */
    readonly branch: string | undefined
    readonly token: string
  }
  readonly targets: readonly [Target, ...Target[]]
  readonly mode: 'sync' | 'plan' | 'check'
  /** Undefined: commit to the branch itself. */
  readonly pullRequest: PullRequestSettings | undefined
  /** Template of the first line; undefined: the default message. */
  readonly commitMessage: string | undefined
  readonly failOn: 'error' | 'never'
  /** A duration of 0 is a single sync. */
  readonly poll: { readonly intervalMs: number; readonly durationMs: number }
}

/** How to reach MLflow. What is not set is `''` for credentials, otherwise undefined. */
export type MlflowSettings = {
  /** Without a trailing slash. */
  readonly baseUrl: string
  /** Base URL of links for people. */
  readonly uiUrl: string
  readonly username: string
  readonly password: string
  readonly token: string
  readonly headers: Readonly<Record<string, string>>
  readonly workspace: string | undefined
  /** PEM text. */
  readonly caCertificate: string | undefined
  readonly insecureTls: boolean
  readonly timeoutMs: number
  readonly retry: MlflowRetrySettings
}

/** The retry variables of MLflow's own client; times in seconds, as MLflow has them. */
export type MlflowRetrySettings = {
  readonly maxRetries: number
  readonly backoffFactor: number
  readonly backoffJitter: number
}

export type PullRequestSettings = {
  /** Head branch; undefined: `mlflow-sync/<base>`. */
  readonly branch: string | undefined
  /** Template; undefined: the commit's first line. */
  readonly title: string | undefined
  readonly labels: readonly string[]
}

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Reads `INPUT_*` and MLflow's variables.
 *
 * @throws InputError with all faults together, each by the name of its input.
 */
export function readInputs(environment: Environment): Inputs {
  const raw = Object.fromEntries(inputNames.map((name) => [name, rawInput(environment, name)]))
  const parsed = inputSchema.safeParse(raw)
  const variables = Object.fromEntries(
    Object.keys(environmentSchema.shape).map((name) => [name, environment[name]?.trim() ?? '']),
  )
  const settings = environmentSchema.safeParse(variables)
  const problems = [parsed, settings].flatMap((result) =>
    result.success
      ? []
      : result.error.issues.map((issue) => `${issue.path.join('.')} ${issueText(issue)}`),
  )
  const certificates = readCertificates(raw['mlflow-ca-certificate'] ?? '')
  problems.push(...contradictions(raw), ...certificates.problems)
  if (!parsed.success || !settings.success || problems.length > 0) throw new InputError(problems)
  return arrange(parsed.data, settings.data, certificates.pem)
}

/** The runner's own rule: upper case, blanks as `_`, hyphens kept. */
function rawInput(environment: Environment, name: InputName): string {
  const given = environment[`INPUT_${name.toUpperCase()}`]?.trim() ?? ''
  const fallback = environmentFallback[name]
  return given === '' && fallback !== undefined ? (environment[fallback]?.trim() ?? '') : given
}

function issueText(issue: z.core.$ZodIssue): string {
  return issue.code === 'invalid_union'
    ? (issue.errors.flat().findLast((inner) => inner.code === 'custom')?.message ?? issue.message)
    : issue.message
}

/** Faults that only two inputs together have. */
function contradictions(raw: Readonly<Record<string, string>>): string[] {
  const problems: string[] = []
  const half = (raw['mlflow-username'] === '') !== (raw['mlflow-password'] === '')
  if (half && raw['mlflow-token'] === '') {
    const missing = raw['mlflow-username'] === '' ? 'mlflow-username' : 'mlflow-password'
    problems.push(`${missing} is empty, but the other half of the credentials is set`)
  }
  if (/^true$/i.test(raw['mlflow-insecure-tls'] ?? '') && raw['mlflow-ca-certificate'] !== '') {
    problems.push('mlflow-insecure-tls and mlflow-ca-certificate exclude each other')
  }
  if (
    /^0+[smhd]$/.test(raw['poll-interval'] ?? '') &&
    !/^(0+[smhd])?$/.test(raw['poll-duration'] ?? '')
  ) {
    problems.push('poll-interval must be at least 1s')
  }
  return problems
}

const pemMark = '-----BEGIN CERTIFICATE-----'

/** PEM text, or a path to such a file. */
function readCertificates(text: string): { pem: string | undefined; problems: readonly string[] } {
  if (text === '') return { pem: undefined, problems: [] }
  if (text.includes(pemMark)) return { pem: text, problems: [] }
  const bad = (why: string) => ({ pem: undefined, problems: [`mlflow-ca-certificate ${why}`] })
  if (text.includes('-----BEGIN')) return bad(`must hold certificates (${pemMark})`)
  if (/[\r\n]/.test(text)) return bad('must be PEM text or a path to a PEM file')
  try {
    const content = readFileSync(text, 'utf8')
    return content.includes(pemMark)
      ? { pem: content, problems: [] }
      : bad(`names the file ${text}, which holds no certificate in PEM form`)
  } catch (error) {
    const { code = '' } = error as { code?: string }
    return bad(`names the file ${text}, which can't be read (${code})`)
  }
}

function arrange(input: Parsed, settings: Settings, caCertificate: string | undefined): Inputs {
  return {
    mlflow: {
      baseUrl: input['mlflow-tracking-uri'],
      uiUrl: input['mlflow-ui-url'] === '' ? input['mlflow-tracking-uri'] : input['mlflow-ui-url'],
      username: input['mlflow-username'],
      password: input['mlflow-password'],
      token: input['mlflow-token'],
      headers: input['mlflow-headers'],
      workspace: input['mlflow-workspace'],
      caCertificate,
      insecureTls: input['mlflow-insecure-tls'],
      timeoutMs: settings.MLFLOW_HTTP_REQUEST_TIMEOUT * 1000,
      retry: {
        maxRetries: settings.MLFLOW_HTTP_REQUEST_MAX_RETRIES,
        backoffFactor: settings.MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR,
        backoffJitter: settings.MLFLOW_HTTP_REQUEST_BACKOFF_JITTER,
      },
    },
    repository: {
      name: input.repository,
      branch: input.branch,
      token: input['github-token'],
    },
    targets: [targetOf(input)],
    mode: input.mode,
    pullRequest: input['pull-request']
      ? {
          branch: input['pull-request-branch'],
          title: input['pull-request-title'],
          labels: input['pull-request-labels'],
        }
      : undefined,
    commitMessage: input['commit-message'],
    failOn: input['fail-on'],
    poll: { intervalMs: input['poll-interval'], durationMs: input['poll-duration'] },
  }
}

function targetOf(input: Parsed): Target {
  return {
    name: input.path === '' ? '.' : input.path,
    directory: input.path,
    template: input.template,
    selection: {
      models: nameMatcher(input.models),
      aliases: input.aliases,
      filter: input.filter,
      runFilter: input['run-filter'],
      minimumAgeMs: input['minimum-age'],
    },
    prune: input.prune ? { maxDeletions: input['max-deletions'] } : undefined,
  }
}
