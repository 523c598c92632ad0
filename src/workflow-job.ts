import type { WorkflowJob } from './core/proposal-inputs.ts'

/** Environment variables. */
export type Environment = Readonly<Record<string, string | undefined>>

/**
 * Which job of which workflow file this is. `GITHUB_WORKFLOW_REF` is the file's path with its
 * repository and the branch, `GITHUB_WORKFLOW_SHA` the commit that the file is of (docs.github.com,
 * "Variables reference"). Jobs of a matrix have the same name.
 */
export function workflowJob({
  GITHUB_WORKFLOW_REF: reference = '',
  GITHUB_WORKFLOW_SHA: sha = '',
  GITHUB_JOB: job = '',
}: Environment): WorkflowJob | undefined {
  const [file = ''] = reference.split('@')
  const name = `${file}#${job}`
  const isKnown = /^[\w./ -]+#[\w-]+$/.test(name) && /^[0-9a-f]{40,64}$/.test(sha)
  return isKnown ? { name, sha } : undefined
}

/** The runner sets these variables; outside of GitHub Actions there is no run. */
export function workflowRunUrl({
  GITHUB_SERVER_URL: server = '',
  GITHUB_REPOSITORY: repository = '',
  GITHUB_RUN_ID: runId = '',
  GITHUB_RUN_ATTEMPT: attempt = '',
}: Environment): string | undefined {
  if (server === '' || repository === '' || !/^\d+$/.test(runId)) return undefined
  const suffix = /^\d+$/.test(attempt) ? `/attempts/${attempt}` : ''
  return `${server}/${repository}/actions/runs/${runId}${suffix}`
}
