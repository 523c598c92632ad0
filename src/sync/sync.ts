import { ActionError, MlflowError, problemOf } from '../core/errors.ts'
import { directoryAt, type BranchSnapshot } from '../core/branch.ts'
import type { PullRequestSettings } from '../core/pull-request.ts'
import { joinProblems } from '../core/problem.ts'
import { emptyResult, type Plan, type SyncResult } from '../core/result.ts'
import { joinSentences } from '../core/text/prose.ts'
import type { MlflowClient } from '../mlflow/client.ts'
import { createRegistry, type Registry } from '../mlflow/registry.ts'
import { retryWhenBranchMoves } from './attempts.ts'
import { planTarget, type TargetPlan } from './plan-target.ts'
import { createComparisonReader, type Comparisons } from './read-comparisons.ts'
import { readFiles, type SelectedTarget } from './read-files.ts'
import { readServers, type ReadOptions } from './read-servers.ts'
import { createTemplateReader, type TemplateReader } from './templates.ts'
import { createCommitWriter } from './write-commit.ts'
import { createPullRequestWriter } from './write-pull-request.ts'
import { preview, type Writer } from './write.ts'

export type SyncOptions = ReadOptions & {
  readonly mlflow: MlflowClient
  /** `plan` writes nothing. */
  readonly mode: 'sync' | 'plan'
  /** Template of the commit's first line; undefined: the default message. */
  readonly commitMessage: string | undefined
  /** Undefined: commit to the branch itself. */
  readonly pullRequest: PullRequestSettings | undefined
  /** Text of the template for targets without one of their own. */
  readonly builtInTemplate: string
  /** Base URL of MLflow's UI. */
  readonly uiUrl: string
  /** Base URL of GitHub's website. */
  readonly serverUrl: string
  /** URL of the workflow run; undefined outside of GitHub Actions. */
  readonly workflowRunUrl: string | undefined
  /** Removes the job's secrets from a text that others will see. */
  readonly hideSecrets: (text: string) => string
  /** Aborted when the job is cancelled. */
  readonly signal: AbortSignal
}

/** Runs one sync: reads MLflow and the branch at the same time, plans, and writes. */
export async function runSync(options: SyncOptions): Promise<SyncResult> {
  const { stopwatch } = options
  const registry = createRegistry(options.mlflow)
  const templates = createTemplateReader(options.builtInTemplate)
  const { targets, readBranch } = await readServers(options, registry)
  const compare = createComparisonReader(registry, options.hideSecrets)
  const writer = createWriter(options, compare)
  let known: Pick<BranchSnapshot, 'repository' | 'branch'> | undefined
  const write = retryWhenBranchMoves(
    async () => {
      const snapshot = await readBranch()
      known = snapshot
      const newPlan = await createPlan(options, registry, snapshot, targets, templates)
      return stopwatch.measure('write', () => writer.write(newPlan))
    },
    {
      ...options,
      branchName: () => known?.branch ?? options.branch,
      settle: writer.settle,
      withError: (result, error) => ({ ...result, error: problemOf(error) }),
    },
  )
  const outcome = await write.catch((error: unknown) => {
    // Whoever reads the error wants to know where it happened.
    if (known === undefined || !(error instanceof ActionError)) throw error
    return { ...emptyResult(known.repository, known.branch), error: problemOf(error) }
  })
  if (!('plan' in outcome)) return outcome
  const { plan, warnings, ...written } = outcome
  const { repository, branch } = plan.snapshot
  const comparisons =
    written.operation === 'none'
      ? new Map()
      : await stopwatch.measure('read MLflow', () => unlessUnreadable(compare(plan)))
  return {
    ...emptyResult(repository, branch),
    ...written,
    commitCount: written.operation === 'committed' ? 1 : 0,
    isProposal: options.pullRequest !== undefined,
    comparisons,
    entries: plan.entries,
    extraFiles: plan.extraFiles,
    selectedRuns: plan.selectedRuns,
    warnings: [...plan.warnings, ...warnings],
    error: joinProblems([plan.error ?? [], written.error ?? []].flat()),
  }
}

/** A comparison that cannot be read takes nothing away from what was written. */
async function unlessUnreadable(comparisons: Promise<Comparisons>): Promise<Comparisons> {
  try {
    return await comparisons
  } catch (error) {
    if (!(error instanceof MlflowError)) throw error
    return new Map()
  }
}

async function createPlan(
  options: SyncOptions,
  registry: Registry,
  snapshot: BranchSnapshot,
  targets: readonly SelectedTarget[],
  templates: TemplateReader,
): Promise<Plan> {
  const { repository, stopwatch, mlflow, uiUrl, signal, info } = options
  for (const { directory } of options.targets) info(describeDirectory(snapshot, directory))
  const loaded = await stopwatch.measure('read GitHub', () =>
    readFiles(repository, snapshot, targets, templates),
  )
  return stopwatch.measure('plan', async () => {
    const plans: TargetPlan[] = []
    for (const target of loaded) {
      plans.push(
        await planTarget(target, { mlflow, repository, registry, snapshot, uiUrl, signal }),
      )
    }
    const warnings = plans.flatMap((plan) => plan.warnings)
    const error = joinProblems(plans.flatMap((plan) => plan.error ?? []))
    const entries = plans.flatMap((plan) => plan.entries)
    const selectedRuns = plans.reduce((sum, plan) => sum + plan.selectedRuns, 0)
    const plan = { snapshot, entries, extraFiles: [], selectedRuns, error, warnings }
    if (options.mode !== 'plan' || error === undefined) return plan
    // A preview of too many deletions is not a failure.
    const warning = joinSentences([error.message, error.advice ?? []])
    return { ...plan, error: undefined, warnings: [...warnings, warning] }
  })
}

function describeDirectory(snapshot: BranchSnapshot, directory: string): string {
  const { repository, branch, head } = snapshot
  const { entries } = directoryAt(snapshot, directory)
  const place = directory === '' ? 'its root' : directory
  return `${repository} branch ${branch} is at ${head.slice(0, 8)}; entries in ${place}: ${entries.size}`
}

function createWriter(options: SyncOptions, compare: (plan: Plan) => Promise<Comparisons>): Writer {
  if (options.mode === 'plan') return preview
  const { repository, targets, pullRequest: settings, commitMessage: commitTemplate } = options
  if (settings === undefined) return createCommitWriter(repository, commitTemplate)
  const { uiUrl, serverUrl, workflowRunUrl } = options
  return createPullRequestWriter({
    repository,
    compare,
    targets,
    settings,
    commitTemplate,
    uiUrl,
    serverUrl,
    workflowRunUrl,
  })
}
