import type { Plan } from '../core/changes.ts'
import { ActionError, problemOf } from '../core/errors.ts'
import type { BranchSnapshot } from '../core/branch.ts'
import { joinProblems, type Problem } from '../core/problem.ts'
import type { ProposingJob } from '../core/proposal-inputs.ts'
import type { PullRequestSettings } from '../core/pull-request.ts'
import type { Recreate } from '../core/recreate.ts'
import { emptyResult, type SyncResult } from '../core/result.ts'
import type { Prose } from '../core/text/prose.ts'
import type { MlflowClient } from '../mlflow/client.ts'
import { createRegistry, type Registry } from '../mlflow/registry.ts'
import { retryWhenBranchMoves } from './attempts.ts'
import { createPlan } from './create-plan.ts'
import { createComparisonReader, type Comparisons } from './read-comparisons.ts'
import type { SelectedTarget } from './read-selection.ts'
import { createRemovalReader } from './read-removals.ts'
import { createSchemaReader } from './read-schemas.ts'
import { createServerReader, type ReadOptions } from './read-servers.ts'
import { knownTargets } from './read-targets.ts'
import { createTemplateReader } from './templates.ts'
import { writeBack } from './write-back.ts'
import { createCommitWriter } from './write-commit.ts'
import { createPullRequestWriter } from './write-pull-request.ts'
import { preview, type Writer } from './write.ts'

export type SyncOptions = ReadOptions & {
  readonly mlflow: MlflowClient
  /** `plan` writes nothing. */
  readonly mode: 'sync' | 'plan'
  readonly recreate: Recreate
  /** Template of the commit's first line; undefined: the default message. */
  readonly commitMessage: string | undefined
  /** Whether MLflow is told where each version is deployed. */
  readonly writeBack: boolean
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
  /** What a proposal says about the job that made it. */
  readonly proposing: ProposingJob
  /** Removes the job's secrets from a text that others will see. */
  readonly hideSecrets: (text: string) => string
  /** Aborted when the job is cancelled. */
  readonly signal: AbortSignal
}

/** Runs one sync: reads MLflow and the branch at the same time, plans, and writes. */
export async function runSync(options: SyncOptions): Promise<SyncResult> {
  const { stopwatch } = options
  const registry = createRegistry(options.mlflow)
  const readers = {
    templates: createTemplateReader(options.builtInTemplate),
    schemas: createSchemaReader(options.repository),
    readRemovals: createRemovalReader(options.repository, options.recreate),
  }
  let known: Pick<BranchSnapshot, 'repository' | 'branch'> | undefined
  let targets = knownTargets(options)
  let selected: readonly SelectedTarget[] = []
  const readServers = createServerReader(options, registry, (branch) => {
    known = branch
  })
  const compare = createComparisonReader(registry, options.hideSecrets)
  const writer = createWriter(options, compare)
  const write = retryWhenBranchMoves(
    async () => {
      const state = await readServers()
      targets = state.targets
      selected = state.selected
      const plan = await createPlan(options, registry, state, readers)
      return stopwatch.measure('write', () => writer.write(plan))
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
    return { ...emptyResult(known.repository, known.branch), targets, error: problemOf(error) }
  })
  if (!('plan' in outcome)) return outcome
  const { plan, warnings, ...written } = outcome
  const { repository, branch } = plan.snapshot
  const { comparisons, problem } =
    written.operation === 'none'
      ? { comparisons: new Map(), problem: undefined }
      : await stopwatch.measure('read MLflow', () => compareWritten(compare(plan)))
  const tagWarnings = await writeBackIfWanted(options, registry, selected, {
    ...written,
    plan,
    corrections: writer.corrections(),
  })
  return {
    ...emptyResult(repository, branch),
    ...written,
    commitCount: written.operation === 'committed' ? 1 : 0,
    isProposal: options.pullRequest !== undefined,
    comparisons,
    entries: plan.entries,
    extraFiles: plan.extraFiles,
    targets: plan.targets,
    failedTargets: plan.failedTargets,
    selectedRuns: plan.selectedRuns,
    warnings: [...plan.warnings, ...warnings, ...tagWarnings],
    error: joinProblems([plan.error ?? [], written.error ?? problem ?? []].flat()),
  }
}

/** A preview writes nothing to MLflow, either. */
async function writeBackIfWanted(
  options: SyncOptions,
  registry: Registry,
  targets: readonly SelectedTarget[],
  written: Parameters<typeof writeBack>[2],
): Promise<Prose[]> {
  if (!options.writeBack || options.mode === 'plan') return []
  const { stopwatch, config } = options
  const settings = { ...options, registry, namesTargets: config !== undefined }
  return stopwatch.measure('write MLflow', () => writeBack(settings, targets, written))
}

/** The job may be cancelled while they are read; that takes nothing away from what was written. */
async function compareWritten(
  reading: Promise<Comparisons>,
): Promise<{ readonly comparisons: Comparisons; readonly problem: Problem | undefined }> {
  try {
    return { comparisons: await reading, problem: undefined }
  } catch (error) {
    if (!(error instanceof ActionError)) throw error
    return { comparisons: new Map(), problem: problemOf(error) }
  }
}

function createWriter(options: SyncOptions, compare: (plan: Plan) => Promise<Comparisons>): Writer {
  if (options.mode === 'plan') return preview
  const { repository, pullRequest: settings, commitMessage: commitTemplate } = options
  if (settings === undefined) return createCommitWriter(repository, commitTemplate)
  const { uiUrl, hideSecrets, serverUrl, workflowRunUrl, proposing } = options
  return createPullRequestWriter({
    repository,
    compare,
    settings,
    commitTemplate,
    uiUrl,
    hideSecrets,
    serverUrl,
    workflowRunUrl,
    proposing,
  })
}
