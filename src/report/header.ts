import { headBranchName, type PullRequestSettings } from '../core/pull-request.ts'
import { createTarget, type Target, type TargetSettings } from '../core/target.ts'
import { plural } from '../core/text/format.ts'
import { alignColumns } from './columns.ts'
import { withoutCredentials } from './result.ts'

/** What the beginning of the log says about a job: no more than what its inputs set. */
export type JobDescription = {
  readonly mode: string
  readonly mlflow: { readonly baseUrl: string }
  readonly repository: { readonly name: string; readonly branch: string | undefined }
  readonly config: string | undefined
  readonly target: TargetSettings
  readonly pullRequest: PullRequestSettings | undefined
  readonly poll: { readonly intervalMs: number; readonly durationMs: number }
}

type Row = readonly [label: string, value: string]

/** The first lines of the log. */
export function headerLines(version: string, job: JobDescription): string[] {
  const { mode, mlflow, repository, config, target, pullRequest, poll } = job
  const { name, branch } = repository
  return alignColumns([
    ['mlflow-sync', `${version}, mode: ${mode}`],
    ['MLflow', withoutCredentials(mlflow.baseUrl)],
    ['repository', name],
    ['branch', branch ?? 'the default branch'],
    ...(config === undefined
      ? targetRows(createTarget(target))
      : [['targets', `in ${config}`] as const]),
    ...optionalRow(
      'pull request',
      pullRequest && `from ${headBranchName(pullRequest, branch ?? '<branch>')}`,
    ),
    ...(poll.durationMs === 0
      ? []
      : [['polling', `every ${duration(poll.intervalMs)} for ${duration(poll.durationMs)}`]]),
  ])
}

function targetRows(target: Target): Row[] {
  const { directory, template, selection, prune, valuesSchema, index } = target
  const { modelLines, aliases, filter, runFilter, minimumAgeMs } = selection
  const models = modelLines.join(', ')
  return [
    ['path', directory === '' ? '. (the root of the repository)' : directory],
    ...optionalRow('models', models === '*' ? undefined : models),
    ...optionalRow('aliases', aliases.length === 0 ? undefined : aliases.join(', ')),
    ...optionalRow('filter', filter),
    ...optionalRow('run filter', runFilter),
    ...optionalRow('minimum age', minimumAgeMs === 0 ? undefined : duration(minimumAgeMs)),
    ...optionalRow('template', template),
    ...optionalRow('values schema', valuesSchema),
    ...optionalRow('index', index),
    ...optionalRow('prune', prune && `at most ${plural(prune.maxDeletions, 'deletion')}`),
  ]
}

function optionalRow(label: string, value: string | undefined): Row[] {
  return value === undefined ? [] : [[label, value]]
}

const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
] as const

/** As the inputs are written: `30s`, `10m`, `2h`, `1d`. */
function duration(milliseconds: number): string {
  const [unit, size] = units.find(([, length]) => milliseconds % length === 0) ?? ['s', 1000]
  return `${milliseconds / size}${unit}`
}
