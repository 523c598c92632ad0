import type { WorkflowJob } from './core/proposal-inputs.ts'

/**
 * Which job of which workflow file this is. `GITHUB_WORKFLOW_REF` is the file's path with its
 * repository and the branch, `GITHUB_WORKFLOW_SHA` the commit that the file is of (docs.github.com,
 * "Variables reference"). Jobs of a matrix have the same name.
 */
export function workflowJob({
  GITHUB_WORKFLOW_REF: reference = '',
  GITHUB_WORKFLOW_SHA: sha = '',
  GITHUB_JOB: job = '',
}: Readonly<Record<string, string | undefined>>): WorkflowJob | undefined {
  const [file = ''] = reference.split('@')
  const name = `${file}#${job}`
  const isKnown = /^[\w./ -]+#[\w-]+$/.test(name) && /^[0-9a-f]{40,64}$/.test(sha)
  return isKnown ? { name, sha } : undefined
}
