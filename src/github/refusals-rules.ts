import { joinProse, own, prose, type Prose } from '../core/text/prose.ts'
import { waysOut } from './rule-advice.ts'
import { ruleKinds, type RuleName } from './rule-kinds.ts'
import type { Context, RefusalKind } from './refusal.ts'

/**
 * How GitHub words the violation of each kind of rule. A ruleset is reported as `Repository rule
 * violations found` and one sentence per rule; classic protection often as the sentences alone
 * (HTTP 422, and 409 from the contents and merges APIs). A push reports the same sentences under
 * GH013 and GH006. Where GitHub shows a pattern, it follows the sentence.
 */
const wordings: readonly (readonly [RuleName, RegExp])[] = [
  // `Changes must be made through a pull request.` (docs.github.com, "Troubleshooting rules");
  // `At least 1 approving review is required by reviewers with write access.`,
  // `Waiting on code owner review from acme/models.`,
  // `New changes require approval from someone other than the last pusher.`
  [
    'pull_request',
    /through a pull request|approving reviews? (is|are) required|review is required|waiting on code owner review|someone other than the last pusher/i,
  ],
  // `Changes must be made through the merge queue` (cli/cli#8746)
  ['merge_queue', /through the merge queue|uses a merge queue/i],
  // `Required status check "ci/test" is expected.`, `5 of 5 required status checks are expected.`;
  // dependabot-core matches `required status check` as well.
  ['required_status_checks', /required status check/i],
  ['workflows', /required workflow|code scanning|conversation must be resolved/i],
  ['required_deployments', /required deployment|must be (successfully )?deployed/i],
  // `Cannot update this protected ref.`
  ['update', /cannot update this protected ref/i],
  // `You're not authorized to push to this branch.` (docs.github.com, "About protected branches")
  ['push_restriction', /not authorized to push to this branch/i],
  // `Cannot change this locked branch`: setting "Lock branch" of classic protection
  ['lock', /locked branch|branch is locked|branch is read.only/i],
  // `Cannot create ref due to creations being restricted.`
  ['creation', /creations being restricted/i],
  // `Cannot delete this branch`, `Cannot delete a protected branch` (weaveworks/wksctl#36)
  ['deletion', /cannot delete (this|a) (protected )?branch/i],
  // `Cannot force-push to this branch`
  ['non_fast_forward', /cannot force.push to (this|a) (protected )?branch/i],
  // `This branch must not contain merge commits.` (dependabot-core matches it)
  ['required_linear_history', /must not contain merge commits/i],
  // `Commits must have verified signatures.`
  ['required_signatures', /(verified|valid) signatures?|commits? must be signed/i],
  // Patterns are named after their requirement in the settings, `Must match a given regex pattern`,
  // `Must start with a matching pattern`, …: `Commit message must match a given regex pattern: ^feat`.
  [
    'commit_message_pattern',
    /commit messages? (must|does|do|is|are)\b|sign(ed)?.?off\b.* (required|missing)|(must|missing) .*sign(ed)?.?off\b/i,
  ],
  ['email_pattern', /(author|committer)('s)? email/i],
  ['branch_name_pattern', /(branch|ref) names? (must|does|do|is|are)\b/i],
  // `File path is restricted` (push rulesets; renovatebot/renovate#44819)
  [
    'file_path_restriction',
    /file paths? (is|are) restricted|file path restriction|restricted file path/i,
  ],
  ['file_extension_restriction', /file extensions? (is|are) restricted|restricted file extension/i],
  ['max_file_path_length', /file paths? .*(too long|exceed|length)|max(imum)? file path length/i],
  ['max_file_size', /file size|files? (is|are) too large/i],
]

/** Both kinds of rules without a sentence that is known, and hooks of GitHub Enterprise Server. */
const anyRulePattern =
  /rule violations? found|protected branch|reference update failed|hook declined|pre-receive hook/i

/** `Secret detected in content` in REST, `Push cannot contain secrets` for a push. */
const secretPattern = /secret detected|cannot contain secrets/i

const secretInContent: RefusalKind = ({ message }, { repository }) =>
  secretPattern.test(message)
    ? {
        text: prose`GitHub's push protection found a secret in the files for \`${repository}\``,
        advice: prose`Remove it from the template, or from the parameters and tags of the run in MLflow, which reach the file. GitHub's message says where it is.`,
      }
    : undefined

/** createCommitOnBranch reports classic protection with this type (Thinkmill/keystatic#1598). */
const protectionType = 'BRANCH_PROTECTION_RULE_VIOLATION'

const violatedRules: RefusalKind = ({ type, message }, context) => {
  if (context.purpose === 'read') return undefined
  const violated = wordings.filter(([, pattern]) => pattern.test(message))
  const isRule = type === protectionType || anyRulePattern.test(message)
  if (violated.length === 0 && !isRule) return undefined
  const kinds = violated.map(([name]) => ruleKinds[name])
  const named = kinds.map(({ says }) => says).join(', ')
  const outs = kinds.length === 0 ? (['propose'] as const) : kinds.map(({ wayOut }) => wayOut)
  return {
    text: prose`A rule of \`${context.repository}\` forbids this ${own(subject(context))}${own(named === '' ? '' : `: ${named}`)}`,
    advice: joinProse(
      [...waysOut(outs, context.purpose), ...blockingBranch(message, context)],
      ' ',
    ),
  }
}

function subject({ purpose }: Context): string {
  if (purpose === 'pull-request') return 'pull request'
  return purpose === 'propose' ? "change of the pull request's head branch" : 'commit'
}

/** REST reports a branch that is in the way like a rule. */
function blockingBranch(message: string, { purpose }: Context): Prose[] {
  return purpose === 'propose' && /reference update failed/i.test(message)
    ? [prose`If another branch has the beginning of this name up to a slash, rename that branch.`]
    : []
}

/**
 * GitHub changes no branch whose pull request is in a merge queue: `Protected branch update failed for …. A
 * pull request for this branch has been added to a merge queue. Branches that are queued for merging cannot
 * be updated. To modify this branch, dequeue the associated pull request.` (a push:
 * SharezoneApp/sharezone-app#605; a PATCH of a ref: dependabot-core, pull_request_updater/github.rb). It
 * deletes the branch all the same, and closes the pull request (cli/cli#10074).
 */
const queued: RefusalKind = ({ message }, { repository, purpose }) =>
  purpose !== 'read' && /added to a merge queue|queued for merging/i.test(message)
    ? {
        text: prose`The branch's pull request in \`${repository}\` is in a merge queue, so GitHub does not change the branch`,
        advice: prose`The first run after the merge will catch up. To change the branch now, remove the pull request from the queue.`,
      }
    : undefined

export const ruleRefusals = [queued, secretInContent, violatedRules]
