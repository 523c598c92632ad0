import { waysOut, type WayOut } from './rule-advice.ts'
import type { Context, RefusalKind } from './refusal.ts'

/** A rule of a branch or a repository, as GitHub reports its violation. */
type Rule = {
  readonly pattern: RegExp
  /** What the rule says, as the end of a sentence. */
  readonly says: string
  readonly wayOut: WayOut
}

/**
 * A ruleset is reported as `Repository rule violations found` and one sentence per rule; classic
 * protection often as the sentences alone (HTTP 422, and 409 from the contents and merges APIs). A
 * push reports the same sentences under GH013 and GH006. Where GitHub shows a pattern, it follows
 * the sentence.
 */
const rules: readonly Rule[] = [
  {
    // `Changes must be made through a pull request.` (docs.github.com, "Troubleshooting rules");
    // `At least 1 approving review is required by reviewers with write access.`
    pattern: /through a pull request|approving reviews? (is|are) required|review is required/i,
    says: 'changes need a pull request',
    wayOut: 'propose',
  },
  {
    // `Changes must be made through the merge queue` (cli/cli#8746)
    pattern: /through the merge queue|uses a merge queue/i,
    says: 'changes go through the merge queue',
    wayOut: 'propose',
  },
  {
    // `Required status check "ci/test" is expected.`, `5 of 5 required status checks are expected.`;
    // dependabot-core matches `required status check` as well.
    pattern: /required status check/i,
    says: 'status checks are required first',
    wayOut: 'propose',
  },
  {
    pattern: /required workflow|code scanning|conversation must be resolved/i,
    says: 'other checks are required first',
    wayOut: 'propose',
  },
  {
    pattern: /required deployment|must be (successfully )?deployed/i,
    says: 'deployments are required first',
    wayOut: 'propose',
  },
  {
    // `Cannot update this protected ref.`: rule `update`
    pattern: /cannot update this protected ref/i,
    says: 'updates are restricted',
    wayOut: 'propose',
  },
  {
    // `You're not authorized to push to this branch.` (docs.github.com, "About protected branches")
    pattern: /not authorized to push to this branch/i,
    says: 'only certain people, teams and apps may push',
    wayOut: 'propose',
  },
  {
    // `Cannot change this locked branch`: setting "Lock branch" of classic protection
    pattern: /locked branch|branch is locked|branch is read.only/i,
    says: 'the branch is locked',
    wayOut: 'unlock',
  },
  {
    // `Cannot create ref due to creations being restricted.`
    pattern: /creations being restricted/i,
    says: 'creating such a branch is restricted',
    wayOut: 'bypass',
  },
  {
    // `Cannot delete this branch`
    pattern: /cannot delete this (protected )?branch/i,
    says: 'deleting the branch is restricted',
    wayOut: 'bypass',
  },
  {
    // `Cannot force-push to this branch`
    pattern: /cannot force.push to this (protected )?branch/i,
    says: 'force-pushes are blocked',
    wayOut: 'bypass',
  },
  {
    // `This branch must not contain merge commits.` (dependabot-core matches it)
    pattern: /must not contain merge commits/i,
    says: 'merge commits are not allowed',
    wayOut: 'bypass',
  },
  {
    // `Commits must have verified signatures.`
    pattern: /verified signatures?|commits? must be signed/i,
    says: 'commits must be signed',
    wayOut: 'sign',
  },
  {
    // Rules named after their requirement in the settings, `Must match a given regex pattern`, `Must
    // start with a matching pattern`, …: `Commit message must match a given regex pattern: ^feat`.
    pattern: /commit messages? (must|does|do|is|are)\b|signed-off-by|sign.?off/i,
    says: 'the commit message does not match the required pattern',
    wayOut: 'message',
  },
  {
    pattern: /(author|committer)('s)? email/i,
    says: "the commit's author or committer has the wrong email address",
    wayOut: 'bypass',
  },
  {
    pattern: /(branch|ref) names? (must|does|do|is|are)\b/i,
    says: 'the name of the branch does not match the required pattern',
    wayOut: 'bypass',
  },
  {
    // `File path is restricted` (push rulesets; renovatebot/renovate#44819)
    pattern: /file paths? (is|are) restricted|file path restriction|restricted file path/i,
    says: 'files at this path are restricted',
    wayOut: 'path',
  },
  {
    pattern: /file extensions? (is|are) restricted|restricted file extension/i,
    says: 'files with this extension are restricted',
    wayOut: 'bypass',
  },
  {
    pattern: /file paths? .*(too long|exceed|length)|max(imum)? file path length/i,
    says: 'the path of a file is too long',
    wayOut: 'path',
  },
  {
    pattern: /file size|files? (is|are) too large/i,
    says: 'a file is too large',
    wayOut: 'size',
  },
]

/** Both kinds of rules without a sentence that is known, and hooks of GitHub Enterprise Server. */
const anyRulePattern =
  /rule violations? found|protected branch|reference update failed|hook declined|pre.receive/i

/** `Secret detected in content` in REST, `Push cannot contain secrets` for a push. */
const secretPattern = /secret detected|cannot contain secrets/i

const secretInContent: RefusalKind = ({ message }, { repository }) =>
  secretPattern.test(message)
    ? {
        text: `GitHub's push protection found a secret in the files for ${repository}`,
        advice:
          'Remove it from the template or from the run in MLflow (parameters and tags reach the file); see the message for the place.',
      }
    : undefined

const violatedRules: RefusalKind = ({ message }, context) => {
  if (context.purpose === 'read') return undefined
  const violated = rules.filter(({ pattern }) => pattern.test(message))
  if (violated.length === 0 && !anyRulePattern.test(message)) return undefined
  const named = violated.map(({ says }) => says).join(', ')
  const outs = violated.length === 0 ? (['propose'] as const) : violated.map((rule) => rule.wayOut)
  return {
    text: `A rule of ${context.repository} forbids this ${subject(context)}${named === '' ? '' : `: ${named}`}`,
    advice: [...waysOut(outs, context.purpose), ...blockingBranch(message, context)].join(' '),
  }
}

function subject({ purpose }: Context): string {
  if (purpose === 'pull-request') return 'pull request'
  return purpose === 'propose' ? "change of the pull request's head branch" : 'commit'
}

/** REST reports a branch that is in the way like a rule. */
function blockingBranch(message: string, { purpose }: Context): string[] {
  return purpose === 'propose' && /reference update failed/i.test(message)
    ? [
        'Or rename the branch that is in the way, if one has the beginning of this name up to a slash.',
      ]
    : []
}

export const ruleRefusals = [secretInContent, violatedRules]
