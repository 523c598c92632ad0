import { byPlace, prose, type Prose } from '../core/text/prose.ts'
import { operation, type Context, type Purpose, type Refusal, type RefusalKind } from './refusal.ts'

/** How to grant a permission to the workflow's own token, and to other tokens. */
const grants = {
  contents: {
    workflow: "Add `contents: write` to the job's `permissions`",
    token: prose`set "Contents" to "Read and write"`,
  },
  pull_requests: {
    workflow: "Add `pull-requests: write` to the job's `permissions`",
    token: prose`set "Pull requests" to "Read and write"`,
  },
} as const

const both = "Add `contents: write` and `pull-requests: write` to the job's `permissions`"

type Permission = keyof typeof grants

const permissions: readonly Permission[] = ['contents', 'pull_requests']

/** GraphQL refuses to move a branch to other workflow files in the same words. */
const workflowsHint = prose` If it is there already, the old and the new state of the head branch differ in \`.github/workflows\`: delete that branch, or use the token of a GitHub App with "Workflows: Read and write".`

/** `Resource not accessible by integration`, or `… by personal access token`. */
export const notAccessiblePattern = /not accessible by /i

/** `not all refs are readable`: opening a pull request without `contents`. */
const unreadableRefsPattern = /not all refs are readable/i

/**
 * Only by words: `X-Accepted-GitHub-Permissions`, which lists what would be sufficient, comes with
 * every refusal of a REST request, whatever its cause.
 */
export const missingPermission: RefusalKind = (refusal, context) => {
  const { message } = refusal
  if (!notAccessiblePattern.test(message) && !unreadableRefsPattern.test(message)) return undefined
  const needed = neededPermissions(refusal, context.purpose)
  // A fine-grained token gets its permissions where it is created, not from the workflow.
  const isPersonal = /by personal access token/i.test(message)
  return {
    text: prose`The token may not ${operation(context, refusal.url)} (it needs \`${needed}\`)`,
    advice: isPersonal ? grantToToken(needed, context) : grantToWorkflow(needed, context),
    ...(context.purpose === 'read' ? { reason: 'hidden' as const } : {}),
  }
}

/** GitHub also says "not found" to a token that may not write. */
export const notFound: RefusalKind = ({ status, url, message }, context) => {
  if (status !== 404) return undefined
  if (context.purpose === 'read') {
    return {
      text: prose`There is no repository \`${context.repository}\`, or the token has no access to it`,
      advice: prose`Check the input \`repository\` (\`owner/name\`). ${byPlace("The workflow's own token has access only to its own repository: for another one, use a GitHub App token as `github-token`.", 'A fine-grained token has access only to the repositories that were chosen for it.')}`,
      reason: 'hidden',
    }
  }
  const needed = preferredPermission(context.purpose)
  return {
    text: prose`GitHub does not let the token ${operation(context, url)}, or the branch was deleted (HTTP 404)`,
    advice: /could not resolve to a ref/i.test(message)
      ? prose`The next run finds out whether the branch is gone. If it still exists: ${grantToWorkflow(needed, context)}`
      : prose`GitHub responds with 404 if a permission is missing. ${grantToWorkflow(needed, context)}`,
  }
}

/** In GitHub's notation: `contents=write`; `;` separates alternatives. */
function neededPermissions({ headers, message, url }: Refusal, purpose: Purpose): string {
  const listed = headers['x-accepted-github-permissions'] ?? ''
  if (unreadableRefsPattern.test(message)) return 'contents=write'
  if (listed !== '') return listed
  return purpose === 'read' && /\/pulls\b/.test(url)
    ? 'pull_requests=write'
    : preferredPermission(purpose)
}

function preferredPermission(purpose: Purpose): string {
  return purpose === 'pull-request' ? 'pull_requests=write' : 'contents=write'
}

function grantToToken(needed: string, { purpose }: Context): Prose {
  const permission = permissionToGrant(needed, purpose)
  return permission === undefined
    ? otherToken(needed)
    : prose`Edit the personal access token: under "Repository permissions" ${grants[permission].token}.`
}

function grantToWorkflow(needed: string, { purpose }: Context): Prose {
  const permission = permissionToGrant(needed, purpose)
  if (permission === undefined) return otherToken(needed)
  const { workflow: single, token } = grants[permission]
  // A job that lists one permission takes all others away.
  const workflow = purpose === 'propose' ? both : single
  const place = byPlace(
    `${workflow}. For a GitHub App, `,
    'For a fine-grained token or a GitHub App, ',
  )
  const forks = byPlace(' Runs of pull requests from forks never get it.', '')
  return prose`${place}${token} in its settings.${forks}${purpose === 'propose' ? workflowsHint : []}`
}

function otherToken(needed: string): Prose {
  return prose`Use a token with \`${needed}\` as \`github-token\`.`
}

/** The one that the request is about if it is among them, and one to write rather than one to read. */
function permissionToGrant(needed: string, purpose: Purpose): Permission | undefined {
  const listed = needed.split(/[;,]/).map((entry) => entry.trim())
  const preferred = preferredPermission(purpose)
  return (
    permissions.find((name) => `${name}=write` === preferred && listed.includes(preferred)) ??
    permissions.find((name) => listed.includes(`${name}=write`)) ??
    permissions.find((name) => listed.includes(`${name}=read`))
  )
}
