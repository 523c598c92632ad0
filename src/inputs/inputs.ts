import type { z } from 'zod'
import { InputError } from '../core/errors.ts'
import type { PullRequestSettings } from '../core/pull-request.ts'
import type { Recreate } from '../core/recreate.ts'
import type { TargetSettings } from '../core/target.ts'
import type { Prose } from '../core/text/prose.ts'
import { readCertificates } from './certificates.ts'
import { findConflicts } from './conflicts.ts'
import { describeIssue, type Source } from './describe.ts'
import { readGitHubUrls, type GitHubUrls } from './github-urls.ts'
import { findMisspeltInputs } from './misspelt.ts'
import {
  environmentFallback,
  environmentSchema,
  inputNames,
  inputSchema,
  type InputName,
} from './schema.ts'

type ParsedInputs = z.output<typeof inputSchema>
type ParsedEnvironment = z.output<typeof environmentSchema>

/** The validated inputs and environment variables. */
export type Inputs = {
  readonly mlflow: MlflowSettings
  readonly repository: {
    /** `owner/name` */
    readonly name: string
    /** Undefined: the repository's default branch. */
    readonly branch: string | undefined
    readonly token: string
  }
  readonly gitHubUrls: GitHubUrls
  /** Path of the configuration file in the repository; undefined: the inputs are the only target. */
  readonly config: string | undefined
  /** The only target, or what the targets of the configuration file leave out. */
  readonly target: TargetSettings
  readonly mode: 'sync' | 'plan' | 'check'
  /** Undefined: commit to the branch itself. */
  readonly pullRequest: PullRequestSettings | undefined
  /** Template of the first line; undefined: the default message. */
  readonly commitMessage: string | undefined
  /** Whether MLflow is told where each version is deployed. */
  readonly writeBack: boolean
  /** Files to create again although a person deleted them. */
  readonly recreate: Recreate
  readonly failOn: 'error' | 'never'
  /** What is probably a mistake, although the inputs are valid. */
  readonly warnings: readonly Prose[]
  /** A duration of 0 means a single sync. */
  readonly poll: { readonly intervalMs: number; readonly durationMs: number }
}

/** How to reach MLflow. Credentials are `''` if not set. */
export type MlflowSettings = {
  /** Base URL of the API, without a trailing slash. */
  readonly baseUrl: string
  /** Base URL of links to the UI. */
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
  /** The retry variables of MLflow's own client; times in seconds, as in MLflow. */
  readonly retry: {
    /** Undefined if the variable is not set. */
    readonly maxRetries: number | undefined
    readonly backoffFactor: number
    readonly backoffJitter: number
  }
}

/** zod would compile each schema to a function, which takes longer than the one use of it. */
const parseOnce = { jitless: true }

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Reads and validates the inputs (`INPUT_*`), MLflow's environment variables and GitHub's
 * addresses.
 *
 * @throws InputError with all problems together, each with the name of its input.
 */
export function readInputs(environment: Environment): Inputs {
  const sources = new Map(inputNames.map((name) => [name, readSource(environment, name)]))
  const raw = Object.fromEntries([...sources].map(([name, { value }]) => [name, value]))
  const parsed = inputSchema.safeParse(raw, parseOnce)
  const variables = Object.fromEntries(
    Object.keys(environmentSchema.shape).map((name) => [name, readVariable(environment, name)]),
  )
  const settings = environmentSchema.safeParse(variables, parseOnce)
  const allSources = new Map<string, Source>([
    ...sources,
    ...Object.entries(variables).map(([name, value]): [string, Source] => [
      name,
      { value, variable: undefined },
    ]),
  ])
  const problems = [parsed, settings].flatMap((result) =>
    (result.error?.issues ?? []).map((found) => describeIssue(found, allSources)),
  )
  const certificates = readCertificates(raw['mlflow-ca-certificate'] ?? '')
  const gitHub = readGitHubUrls(environment)
  problems.push(...findConflicts(raw), ...certificates.problems, ...gitHub.problems)
  const misspelt = findMisspeltInputs(environment, raw)
  if (!parsed.success || !settings.success || problems.length > 0) {
    throw new InputError([...problems, ...misspelt])
  }
  return {
    ...buildInputs(parsed.data, settings.data, certificates.pem),
    gitHubUrls: gitHub.urls,
    warnings: misspelt,
  }
}

/** The runner names the variable after the input in upper case and keeps hyphens. */
function readSource(environment: Environment, name: InputName): Source {
  const value = readVariable(environment, `INPUT_${name.toUpperCase()}`)
  const variable = environmentFallback[name]
  if (value !== '' || variable === undefined) return { value, variable: undefined }
  const fallback = readVariable(environment, variable)
  return { value: fallback, variable: fallback === '' ? undefined : variable }
}

function readVariable(environment: Environment, variable: string): string {
  return environment[variable]?.trim() ?? ''
}

function buildInputs(
  inputs: ParsedInputs,
  settings: ParsedEnvironment,
  caCertificate: string | undefined,
): Omit<Inputs, 'gitHubUrls' | 'warnings'> {
  return {
    mlflow: {
      baseUrl: inputs['mlflow-tracking-uri'],
      uiUrl:
        inputs['mlflow-ui-url'] === '' ? inputs['mlflow-tracking-uri'] : inputs['mlflow-ui-url'],
      username: inputs['mlflow-username'],
      password: inputs['mlflow-password'],
      token: inputs['mlflow-token'],
      headers: inputs['mlflow-headers'],
      workspace: inputs['mlflow-workspace'],
      caCertificate,
      insecureTls: inputs['mlflow-insecure-tls'],
      timeoutMs: settings.MLFLOW_HTTP_REQUEST_TIMEOUT * 1000,
      retry: {
        maxRetries: settings.MLFLOW_HTTP_REQUEST_MAX_RETRIES,
        backoffFactor: settings.MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR,
        backoffJitter: settings.MLFLOW_HTTP_REQUEST_BACKOFF_JITTER,
      },
    },
    repository: {
      name: inputs.repository,
      branch: inputs.branch,
      token: inputs['github-token'],
    },
    config: inputs.config,
    target: targetSettings(inputs),
    mode: inputs.mode,
    pullRequest: inputs['pull-request']
      ? {
          branch: inputs['pull-request-branch'],
          title: inputs['pull-request-title'],
          labels: inputs['pull-request-labels'],
          reviewers: inputs['pull-request-reviewers'],
        }
      : undefined,
    commitMessage: inputs['commit-message'],
    writeBack: inputs['write-back'],
    recreate: inputs.recreate,
    failOn: inputs['fail-on'],
    poll: { intervalMs: inputs['poll-interval'], durationMs: inputs['poll-duration'] },
  }
}

function targetSettings(inputs: ParsedInputs): TargetSettings {
  return {
    name: undefined,
    path: inputs.path,
    template: inputs.template,
    models: inputs.models,
    aliases: inputs.aliases,
    filter: inputs.filter,
    runFilter: inputs['run-filter'],
    minimumAgeMs: inputs['minimum-age'],
    prune: inputs.prune,
    maxDeletions: inputs['max-deletions'],
    valuesSchema: inputs['values-schema'],
    index: inputs.index,
  }
}
