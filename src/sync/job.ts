import { commitMessage } from '../core/message/commit.ts'
import { pullRequestTitle } from '../core/message/pull-request.ts'
import { planDeletions } from '../core/prune.ts'
import {
  changesOf,
  emptyResult,
  type ChangedEntry,
  type Entry,
  type SyncResult,
} from '../core/result.ts'
import type { RunFacts } from '../core/facts.ts'
import type { Target } from '../core/target.ts'
import type { MlflowClient } from '../mlflow/client.ts'
import { readBranch, type BranchQuery } from '../github/branch.ts'
import type { Inputs } from '../inputs/inputs.ts'
import { createRunReader, type RunReader } from '../mlflow/run-reader.ts'
import type { Stopwatch } from '../report/progress.ts'
import type { Session } from '../session.ts'
import { createCommitWriter } from './commit-writer.ts'
import { readDirectory, type DirectoryState } from './directory.ts'
import { readFacts } from './facts.ts'
import { planSync, type SyncPlan } from './plan-sync.ts'
import { createDescription } from './proposal-text.ts'
import { confirmDeletions } from './confirm-deletions.ts'
import { createPullRequestWriter } from './pull-request-writer.ts'
import { readRegistry, type RegistryState } from './registry.ts'
import {
  syncWithRetries,
  written,
  type PlannedSync,
  type Written,
  type WrittenPlan,
} from './sync.ts'
import { readTemplate } from './template.ts'

export type JobContext = {
  readonly inputs: Inputs
  readonly session: Session
  readonly stopwatch: Stopwatch
  readonly builtInTemplate: string
  /** GitHub's web address, for links. */
  readonly serverUrl: string
}

/** One sync: read MLflow, read the branch, plan, and write unless it is only to be planned. */
export async function runSync(context: JobContext): Promise<SyncResult> {
  const { repository } = context.inputs
  const { planned, operation, commit, pullRequest, warning } = await writePlan(context)
  const { plan, snapshot } = planned
  return {
    ...emptyResult(repository.name, repository.branch),
    repository: snapshot.repository,
    branch: snapshot.branch,
    operation,
    entries: plan.entries,
    warnings: warning === undefined ? plan.warnings : [...plan.warnings, warning],
    commit,
    pullRequest,
    error: plan.error,
  }
}

async function writePlan(context: JobContext): Promise<WrittenPlan> {
  const { inputs, session, stopwatch } = context
  const { log, clock } = session
  const [target] = inputs.targets
  session.renewBudget()
  const runs = createRunReader(session.mlflow)
  const registry = await stopwatch.measure('read MLflow', () =>
    readRegistry(session.mlflow, runs, target.selection, clock.now()),
  )
  log.info(
    `MLflow lists ${registry.listed.length} model versions; ${registry.candidates.length} runs are selected`,
  )
  const write = inputs.mode === 'plan' ? onlyPlan : createWriter(context, runs, registry)
  return syncWithRetries({
    plan: () => plan(context, target, runs, registry),
    write: (made) => stopwatch.measure('write', () => write(made)),
    clock,
    info: log.info,
  })
}

function onlyPlan(planned: PlannedSync): Promise<Written> {
  const operation = changesOf(planned.plan.entries).length === 0 ? 'none' : 'planned'
  return Promise.resolve(written(planned, operation))
}

export function branchQuery({ repository }: Inputs, { directory, template }: Target): BranchQuery {
  return { repository: repository.name, branch: repository.branch, directory, template }
}

async function plan(
  context: JobContext,
  target: Target,
  runs: RunReader,
  registry: RegistryState,
): Promise<PlannedSync> {
  const { inputs, session, stopwatch } = context
  const { github, mlflow, blobs, log } = session
  const snapshot = await stopwatch.measure('read GitHub', () =>
    readBranch(github, branchQuery(inputs, target)),
  )
  log.info(
    `${snapshot.repository} branch ${snapshot.branch} is at ${snapshot.head.slice(0, 8)}; ${snapshot.entries.size} entries in ${snapshot.directory === '' ? 'its root' : snapshot.directory}`,
  )
  const directory = await stopwatch.measure('read GitHub', () =>
    readDirectory(blobs, snapshot, registry, target.prune !== undefined),
  )
  const template = await readTemplate(blobs, snapshot, target.template, context.builtInTemplate)
  return stopwatch.measure('plan', async () => {
    const { candidates } = registry
    const { states } = directory
    const facts = await readFacts({ mlflow, runs, candidates, states, template })
    const entries = await planSync(registry, directory, facts, {
      head: snapshot.head,
      models: target.selection.models,
      template,
      uiUrl: inputs.mlflow.uiUrl,
    })
    const plan = await prune(mlflow, target, registry, directory, facts, entries)
    return { plan, snapshot, anchored: directory.anchored }
  })
}

/** Adds the deletions that MLflow confirms, if the target is pruned at all. */
async function prune(
  mlflow: MlflowClient,
  { prune: settings, selection }: Target,
  { candidates, listed }: RegistryState,
  directory: DirectoryState,
  facts: ReadonlyMap<string, RunFacts>,
  entries: readonly Entry[],
): Promise<SyncPlan> {
  const warnings = entries.flatMap(({ warning }) => (warning === undefined ? [] : [warning]))
  if (settings === undefined) return { entries, warnings, error: undefined }
  const { kept, deletions, warning, error } = planDeletions({
    candidates,
    listed,
    facts,
    files: directory.files,
    models: selection.models,
    maxDeletions: settings.maxDeletions,
  })
  const confirmed = await confirmDeletions(deletions, { client: mlflow, selection, listed })
  return {
    entries: replaceByPath(entries, [...kept, ...confirmed]),
    warnings: warning === undefined ? warnings : [...warnings, warning],
    error,
  }
}

/** A run has one entry: what prune decides replaces what was planned before. */
function replaceByPath(entries: readonly Entry[], decided: readonly Entry[]): Entry[] {
  const paths = new Set(decided.map(({ path }) => path))
  return [...entries.filter(({ path }) => path === null || !paths.has(path)), ...decided]
}

function createWriter(context: JobContext, runs: RunReader, registry: RegistryState) {
  const { inputs, session } = context
  const { github, blobs } = session
  const message = (changes: readonly ChangedEntry[]) =>
    commitMessage(
      changes,
      inputs.commitMessage === undefined ? {} : { template: inputs.commitMessage },
    )
  if (inputs.pullRequest === undefined)
    return createCommitWriter({ client: github, blobs, message })
  const { branch, title, labels } = inputs.pullRequest
  return createPullRequestWriter({
    client: github,
    blobs,
    branch,
    labels,
    message,
    title: (changes) =>
      title === undefined
        ? message(changes).headline
        : pullRequestTitle(changes, { template: title }),
    describe: createDescription(runs, registry, {
      uiUrl: inputs.mlflow.uiUrl,
      serverUrl: context.serverUrl,
    }),
  })
}
