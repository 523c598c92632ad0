import type { Context, Purpose, Refusal, RefusalKind } from './refusal.ts'

/** Refusals because of who asks, or because of the state of the whole repository. */
type Access = {
  readonly matches: (refusal: Refusal, context: Context) => boolean
  readonly text: (repository: string, refusal: Refusal, purpose: Purpose) => string
  readonly advice: string | ((refusal: Refusal, context: Context) => string)
}

function says(pattern: RegExp): Access['matches'] {
  return ({ message }) => pattern.test(message)
}

const otherToken = "the workflow's own token or a GitHub App token"

/** The first that matches decides. */
const table: readonly Access[] = [
  {
    matches: ({ status }) => status === 401,
    text: () => 'GitHub does not accept the token',
    advice:
      'Leave github-token at its default, or check that the secret is set in this workflow and has not expired.',
  },
  {
    // `X-GitHub-SSO: required; url=…` (docs.github.com, "Troubleshooting the REST API"); GraphQL only
    // has the message `Resource protected by organization SAML enforcement. You must grant your …`.
    matches: ({ message, headers }) =>
      /^required/i.test(headers['x-github-sso'] ?? '') || /SAML enforcement/i.test(message),
    text: (repository) => `The organization of ${repository} requires single sign-on for the token`,
    advice: ({ headers }) => {
      const [, url] = /url=(\S+)/.exec(headers['x-github-sso'] ?? '') ?? []
      const place = url ?? 'Settings > Developer settings > Personal access tokens > Configure SSO'
      return `Authorize the personal access token for the organization (${place}), or use ${otherToken} as github-token.`
    },
  },
  {
    // `… the \`acme\` organization has an IP allow list enabled, and your IP address is not permitted
    // …` (dependabot-core has it as GITHUB_IP_ALLOWLIST_ERROR)
    matches: says(/IP allow list/i),
    text: (repository) => `The IP allow list of ${repository}'s owner excludes this runner`,
    advice:
      'Run the job on a runner whose address is on the list (self-hosted, or a larger runner with a static address), or add the address to it.',
  },
  {
    // `… has enabled OAuth App access restrictions, meaning that data access to third-parties is limited.`
    matches: says(/OAuth App access restrictions/i),
    text: (repository) => `The organization of ${repository} restricts tokens of OAuth apps`,
    advice: `Have an owner approve the app, or use ${otherToken} as github-token.`,
  },
  {
    // `The 'acme' organization forbids access via a fine-grained personal access tokens if the token's
    // lifetime is greater than 366 days. Please adjust …`
    matches: says(/forbids access via .*lifetime/i),
    text: (repository) => `The token lives longer than the owner of ${repository} allows`,
    advice: `Create a token that expires sooner, or use ${otherToken} as github-token.`,
  },
  {
    // `\`acme\` forbids access via a personal access token (classic). Please use a GitHub App, …`
    matches: says(/forbids access via/i),
    text: (repository) => `The owner of ${repository} does not allow this kind of token`,
    advice: `Use ${otherToken} as github-token, or the kind of token that the message names.`,
  },
  {
    // `Sorry. Your account was suspended`, `This installation has been suspended`
    matches: says(/(account|installation) (was|has been|is) suspended/i),
    text: (repository) => `The account or app of the token is suspended (${repository})`,
    advice: `Have it reinstated, or use ${otherToken} as github-token.`,
  },
  {
    // `Repository was archived so is read-only.`
    matches: says(/\barchived\b.*read.only|repository (was|is|has been) archived/i),
    text: (repository) => `${repository} is archived: nothing can be written to it`,
    advice: 'Unarchive it, or point the input repository elsewhere.',
  },
  {
    // `Repository access blocked` (403 and 451, with `block.reason`: dmca, tos, …)
    matches: ({ status, message }) => status === 451 || /repository access blocked/i.test(message),
    text: (repository) => `GitHub has blocked access to ${repository}`,
    advice: "Ask the repository's owner; GitHub informs them of the reason.",
  },
  {
    // `Repository has been locked for migration.`, `Repository has been disabled`
    matches: says(/repository .*\b(locked|disabled)\b|read.only mode|maintenance mode/i),
    text: (repository) => `${repository} is locked or disabled at the moment`,
    advice:
      'It may be in a migration or over a billing limit: its settings say more. The next run after that catches up.',
  },
  {
    // `refusing to allow a GitHub App to create or update workflow \`…\` without \`workflows\` permission`;
    // `… a Personal Access Token … without \`workflow\` scope`
    matches: says(/without `?workflows?`? (permission|scope)/i),
    text: (repository) => `The token may not change workflows in ${repository}`,
    advice:
      'The branch differs in its workflow files. Update or delete that branch yourself, or use the token of a GitHub App with "Workflows: Read and write": the workflow\'s own token never has that permission.',
  },
  {
    matches: says(/not permitted to create or approve pull requests/i),
    text: (repository) => `${repository} does not let workflows create pull requests`,
    advice:
      'Switch on Settings > Actions > General > "Allow GitHub Actions to create and approve pull requests", or use a GitHub App token.',
  },
  {
    // A fine-grained token gets its permissions where it is created, not from the workflow.
    matches: says(/not accessible by personal access token/i),
    text: missingPermission,
    advice: grantIn('token'),
  },
  {
    // `Your token has not been granted the required scopes …`, type INSUFFICIENT_SCOPES: classic tokens
    matches: ({ type, message }) =>
      type === 'INSUFFICIENT_SCOPES' || /granted the required scopes/i.test(message),
    text: (repository) => `The personal access token lacks a scope for ${repository}`,
    advice: 'Give the token the scope `repo`.',
  },
  {
    // `octocat does not have the correct permissions to execute \`CreateCommitOnBranch\``, type FORBIDDEN
    matches: says(/correct permissions to execute|must have push access|permission to \S+ denied/i),
    text: (repository) => `The owner of the token may not write to ${repository}`,
    advice: 'Give that user or app write access to the repository.',
  },
  {
    // `X-Accepted-GitHub-Permissions` lists what would be sufficient. `not all refs are readable` is
    // what opening a pull request says without `contents`.
    matches: ({ status, message, headers }) =>
      /not accessible by integration|not all refs are readable/i.test(message) ||
      (status === 403 && headers['x-accepted-github-permissions'] !== undefined),
    text: missingPermission,
    advice: grantIn('workflow'),
  },
  {
    matches: ({ message }) => message === htmlPage,
    text: (_, { status }) => `Something in front of GitHub refused the request (HTTP ${status})`,
    advice: 'Check the proxy or firewall between the runner and GitHub.',
  },
  {
    matches: ({ status }) => status === 403,
    text: (repository) => `GitHub denies this in ${repository}`,
    advice: "GitHub's message says why. Check what the owner of the token may do there.",
  },
  {
    matches: ({ status }) => status === 404,
    text: (repository) => `There is no repository ${repository}, or the token does not reach it`,
    advice:
      "Check the input repository (owner/name). The workflow's own token reaches only its own repository: for another one use a GitHub App token.",
  },
]

/** Stands for the words of a response that is not JSON. */
export const htmlPage = 'a page of HTML'

export const accessRefusals: readonly RefusalKind[] = table.map(
  ({ matches, text, advice }): RefusalKind =>
    (refusal, context) =>
      matches(refusal, context)
        ? {
            text: text(context.repository, refusal, context.purpose),
            advice: typeof advice === 'string' ? advice : advice(refusal, context),
          }
        : undefined,
)

function missingPermission(repository: string, refusal: Refusal, purpose: Purpose): string {
  return `The token may not do this in ${repository} (it needs ${neededPermissions(refusal, purpose)})`
}

/** In GitHub's notation: `contents=write`; `;` separates alternatives. */
function neededPermissions({ headers }: Refusal, purpose: Purpose): string {
  const listed = headers['x-accepted-github-permissions']
  if (listed !== undefined && listed !== '') return listed
  return purpose === 'pull-request' ? 'pull_requests=write' : 'contents=write'
}

/** How to grant a permission to the workflow's own token, and to other tokens. */
const grants = {
  contents: {
    workflow: 'Add `permissions: contents: write` to the job',
    token: 'set "Contents" to "Read and write"',
  },
  pullRequests: {
    workflow: "Add `pull-requests: write` to the job's `permissions`",
    token: 'set "Pull requests" to "Read and write"',
  },
} as const

/** GraphQL refuses to move a branch to other workflow files in the same words. */
const workflowsHint =
  ' If it is there already, the old and the new state of the head branch differ in .github/workflows: delete that branch, or use a GitHub App token with "Workflows: Read and write".'

function grantIn(kind: 'workflow' | 'token'): Access['advice'] {
  return (refusal, { purpose }) => {
    const needed = neededPermissions(refusal, purpose)
    const { contents, pullRequests } = grants
    const grant = needed.includes('contents')
      ? contents
      : needed.includes('pull_requests')
        ? pullRequests
        : undefined
    if (grant === undefined) return `Use a token with ${needed} as github-token.`
    return kind === 'token'
      ? `Edit the personal access token: under "Repository permissions" ${grant.token}.`
      : `${grant.workflow}; for a GitHub App, ${grant.token} in its settings. Runs of pull requests from forks never get it.${purpose === 'propose' ? workflowsHint : ''}`
  }
}
