import { commitMessage } from '../core/message/commit.ts'
import { pullRequestTitle } from '../core/message/pull-request.ts'
import { planDeletions } from '../core/prune.ts'
import {
  changesOf,
  type ChangedEntry,
  type Entry,
  type Operation,
  type Problem,
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
import { syncWithRetries, type PlannedSync, type Written } from './sync.ts'
import { readTemplate } from './template.ts'

/** What one sync did. */
export type SyncOutcome = {
  readonly operation: Operation
  readonly repository: string
  readonly branch: string
  readonly entries: readonly Entry[]
  readonly warnings: readonly string[]
  readonly commit?: { readonly sha: string; readonly url: string }
  readonly pullRequest?: { readonly number: number; readonly url: string }
  /** What makes the sync fail although the rest of it is done. */
  readonly error?: Problem
}

export type JobContext = {
  readonly inputs: Inputs
  readonly session: Session
  readonly stopwatch: Stopwatch
  readonly builtInTemplate: string
  /** GitHub's web address, for links. */
  readonly serverUrl: string
}

/** One sync: read MLflow, read the branch, plan, and write unless it is only to be planned. */
export async function runSync(context: JobContext): Promise<SyncOutcome> {
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
  const { planned, written } = await syncWithRetries({
    plan: () => plan(context, target, runs, registry),
    write: (made) => stopwatch.measure('write', () => write(made)),
    clock,
    info: log.info,
  })
  const { warning, ...rest } = written
  return {
    repository: planned.snapshot.repository,
    branch: planned.snapshot.branch,
    entries: planned.plan.entries,
    warnings: warning === undefined ? planned.plan.warnings : [...planned.plan.warnings, warning],
    ...(planned.plan.error === undefined ? {} : { error: planned.plan.error }),
    operation: rest.operation,
    ...(rest.commit === undefined ? {} : { commit: rest.commit }),
    ...(rest.pullRequest === undefined ? {} : { pullRequest: rest.pullRequest }),
  }
}

function onlyPlan({ plan: { entries } }: PlannedSync): Promise<Written> {
  return Promise.resolve({
    kind: 'written',
    operation: changesOf(entries).length === 0 ? 'none' : 'planned',
  })
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
