import type { GitHubReason } from '../core/errors.ts'
import { byPlace, linkTo, prose, type Prose } from '../core/text/prose.ts'
import { hiddenTeamPattern } from './not-ready.ts'
import { operation, type Context, type Refusal, type RefusalKind } from './refusal.ts'
import { missingPermission, notFound } from './refusals-permission.ts'

/** Refusals because of who asks, or because of the state of the whole repository. */
type Access = {
  readonly matches: (refusal: Refusal) => boolean
  readonly text: (context: Context) => Prose
  readonly advice: Prose | ((refusal: Refusal) => Prose)
  readonly reason?: GitHubReason
}

function says(pattern: RegExp): Access['matches'] {
  return ({ message }) => pattern.test(message)
}

const otherToken = prose`the workflow's own token or a GitHub App token`

/** The first that matches decides. */
const table: readonly Access[] = [
  {
    matches: ({ status }) => status === 401,
    text: () => prose`GitHub does not accept the token`,
    advice: byPlace(
      'Leave `github-token` at its default, or check that the secret is set in this workflow and that the token has not expired.',
      'Sign in again with `gh auth login`, or check that the token in the variable `GITHUB_TOKEN` has not expired.',
    ),
  },
  {
    // `X-GitHub-SSO: required; url=…` (docs.github.com, "Troubleshooting the REST API"); GraphQL only
    // has the message `Resource protected by organization SAML enforcement. You must grant your …`.
    matches: ({ message, headers }) =>
      /^required/i.test(headers['x-github-sso'] ?? '') || /SAML enforcement/i.test(message),
    text: ({ repository }) =>
      prose`The organization of \`${repository}\` requires single sign-on for the token`,
    advice: ({ headers }) => {
      const [, url] = /url=(\S+)/.exec(headers['x-github-sso'] ?? '') ?? []
      const place =
        url === undefined
          ? prose`single sign-on (Settings > Developer settings > Personal access tokens > Configure SSO)`
          : linkTo('single sign-on', url)
      return prose`Authorize the personal access token for the organization's ${place}, or use ${otherToken} as \`github-token\`.`
    },
  },
  {
    // `… the \`acme\` organization has an IP allow list enabled, and your IP address is not permitted
    // …` (dependabot-core has it as GITHUB_IP_ALLOWLIST_ERROR)
    matches: says(/IP allow list/i),
    text: ({ repository }) =>
      prose`The IP allow list of \`${repository}\`'s owner excludes ${byPlace('this runner', 'this machine')}`,
    advice: prose`${byPlace('Run the job on a runner whose address is on the list (self-hosted, or a larger runner with a static address)', 'Use a machine whose address is on the list')}, or add the address to it.`,
  },
  {
    // `… has enabled OAuth App access restrictions, meaning that data access to third-parties is limited.`
    matches: says(/OAuth App access restrictions/i),
    text: ({ repository }) =>
      prose`The organization of \`${repository}\` restricts tokens of OAuth apps`,
    advice: prose`Have an owner approve the app, or use ${otherToken} as \`github-token\`.`,
  },
  {
    // `The 'acme' organization forbids access via a fine-grained personal access tokens if the token's
    // lifetime is greater than 366 days. Please adjust …`
    matches: says(/forbids access via .*lifetime/i),
    text: ({ repository }) =>
      prose`The token lives longer than the owner of \`${repository}\` allows`,
    advice: prose`Create a token that expires sooner, or use ${otherToken} as \`github-token\`.`,
  },
  {
    // `\`acme\` forbids access via a personal access token (classic). Please use a GitHub App, …`
    matches: says(/forbids access via/i),
    text: ({ repository }) =>
      prose`The owner of \`${repository}\` does not allow this kind of token`,
    advice: prose`Use ${otherToken} as \`github-token\`, or the kind of token that the message names.`,
  },
  {
    // `Sorry. Your account was suspended`, `This installation has been suspended`
    matches: says(/(account|installation) (was|has been|is) suspended/i),
    text: ({ repository }) =>
      prose`The account or app of the token is suspended (\`${repository}\`)`,
    advice: prose`Have it reinstated, or use ${otherToken} as \`github-token\`.`,
  },
  {
    // `Repository was archived so is read-only.`
    matches: says(/\barchived\b.*read.only|repository (was|is|has been) archived/i),
    text: ({ repository }) => prose`\`${repository}\` is archived, so nothing can be written to it`,
    advice: prose`Unarchive it, or set the input \`repository\` to another one.`,
  },
  {
    // `Repository access blocked` (403 and 451, with `block.reason`: dmca, tos, …)
    matches: ({ status, message }) => status === 451 || /repository access blocked/i.test(message),
    text: ({ repository }) => prose`GitHub has blocked access to \`${repository}\``,
    advice: prose`Ask the repository's owner, whom GitHub has told the reason.`,
  },
  {
    // `Repository has been locked for migration.`, `Repository has been disabled`
    matches: says(
      /repository (was|is|has been)( currently)? (locked|disabled)|read.only mode|maintenance mode/i,
    ),
    text: ({ repository }) => prose`\`${repository}\` is locked or disabled at the moment`,
    advice: prose`It may be in a migration or over a billing limit: see its settings. The first run after that will catch up.`,
  },
  {
    // `refusing to allow a GitHub App to create or update workflow \`…\` without \`workflows\` permission`;
    // `refusing to allow an integration to create or update .github/workflows/ci.yml`
    matches: says(
      /without (``|workflows?) (permission|scope)|refusing to allow .* to create or update/i,
    ),
    text: ({ repository }) => prose`The token may not change workflows in \`${repository}\``,
    advice: prose`The branch differs in its workflow files. Update or delete that branch yourself, or use the token of a GitHub App with "Workflows: Read and write": the workflow's own token never has that permission.`,
  },
  {
    matches: says(/not permitted to create or approve pull requests/i),
    text: ({ repository }) => prose`\`${repository}\` does not let workflows create pull requests`,
    advice: prose`Turn on "Allow GitHub Actions to create and approve pull requests" in Settings > Actions > General, or use a GitHub App token as \`github-token\`.`,
  },
  {
    // `Reviews may only be requested from collaborators. One or more of the users or teams you
    // specified is not a collaborator of the acme/models repository.` (peter-evans/create-pull-request#4138)
    matches: says(/reviews may only be requested from collaborators/i),
    text: ({ repository }) =>
      prose`Only users and teams with access to \`${repository}\` can be asked for a review`,
    advice: prose`Give them access (Settings > Collaborators and teams), or correct \`pull-request-reviewers\`.`,
  },
  {
    // `Review cannot be requested from pull request author.` (peter-evans/create-pull-request#1835)
    matches: says(/review cannot be requested from pull request author/i),
    text: () => prose`The owner of the token can't review their own pull request`,
    advice: prose`Leave them out of \`pull-request-reviewers\`, or use ${otherToken} as \`github-token\`.`,
  },
  {
    matches: says(hiddenTeamPattern),
    text: () => prose`The token can't see the organization's teams`,
    advice: prose`The workflow's own token never can. Use the token of a GitHub App with "Members: Read-only", or a personal access token with the scope \`repo\`, as \`github-token\`.`,
  },
  {
    // `Your token has not been granted the required scopes …`, type INSUFFICIENT_SCOPES: classic tokens
    matches: ({ type, message }) =>
      type === 'INSUFFICIENT_SCOPES' || /granted the required scopes/i.test(message),
    text: ({ repository }) => prose`The personal access token lacks a scope for \`${repository}\``,
    advice: prose`Give the token the scope \`repo\`.`,
  },
  {
    // `octocat does not have the correct permissions to execute \`CreateCommitOnBranch\``, type FORBIDDEN
    matches: says(/correct permissions to execute|must have push access|permission to \S+ denied/i),
    text: ({ repository }) => prose`The owner of the token may not write to \`${repository}\``,
    advice: prose`Give that user or app write access to the repository.`,
  },
  {
    // `Must have admin rights to Repository.`
    matches: says(/must have admin rights/i),
    text: (context) => prose`Only an administrator may ${operation(context)} in this way`,
    advice: prose`Use the token of a user or app that is an administrator of the repository.`,
  },
  {
    // `At least one email address must be verified to do that.`
    matches: says(/verify your email|email address must be verified/i),
    text: () => prose`The account of the token has no verified email address`,
    advice: prose`Verify the address in the settings of that account, or use ${otherToken} as \`github-token\`.`,
  },
  {
    // `Upgrade to GitHub Pro or make this repository public to enable this feature.`
    // (github/branch-deploy#345)
    matches: says(/upgrade to github \S+ or make this repository public/i),
    text: ({ repository }) =>
      prose`The plan of \`${repository}\`'s owner does not include this feature`,
    advice: prose`GitHub's message says which plans include it.`,
    reason: 'hidden',
  },
  {
    // `An owner of this repository has limited the ability to open a pull request to users that are
    // collaborators on this repository.` (cypress-io/eslint-plugin-cypress#346)
    matches: says(/has limited the ability to open a pull request/i),
    text: ({ repository }) => prose`\`${repository}\` limits who may open pull requests`,
    advice: prose`Make the owner of the token a collaborator, or change the limit in the settings of the repository (General > Pull requests, or Moderation options).`,
  },
]

/** Only the status tells. */
const denied: RefusalKind = ({ status, url }, context) =>
  status === 403
    ? {
        text: prose`GitHub did not let the token ${operation(context, url)}`,
        advice: prose`GitHub's message says why. Check the permissions of the token and of its owner.`,
      }
    : undefined

const tableKinds = table.map(
  ({ matches, text, advice, reason }): RefusalKind =>
    (refusal, context) =>
      matches(refusal)
        ? {
            text: text(context),
            advice: typeof advice === 'function' ? advice(refusal) : advice,
            reason,
          }
        : undefined,
)

export const accessRefusals = {
  byWords: [...tableKinds, missingPermission],
  byStatus: [denied, notFound],
}
