import { z } from 'zod'
import { list } from '../http/list.ts'
import { unlessHidden } from './unless-hidden.ts'
import type { GitHubClient } from './client.ts'
import type { RuleName } from './rule-kinds.ts'
import type { PlannedWrite, Evaluation } from './evaluate-rule.ts'

type ClassicRules = {
  readonly branchExists: boolean
  readonly evaluations: readonly Evaluation[]
}

const branchInfo = z.object({
  protected: z.boolean(),
  protection: z.object({ enabled: z.boolean() }).optional(),
})

/**
 * Reads classic branch protection, which the list of rules does not contain. `protected` is true for
 * rulesets as well (hub4j/github-api#2062), `protection.enabled` is not.
 *
 * @param rulesetRules number of rules from rulesets; undefined if unknown.
 */
export async function readClassicRules(
  client: GitHubClient,
  write: PlannedWrite,
  rulesetRules: number | undefined,
): Promise<ClassicRules> {
  const { branch } = write
  const info = await unlessHidden(() =>
    client.rest('read', branchInfo, (octokit, at) =>
      octokit.rest.repos.getBranch({ ...at, branch }),
    ),
  )
  if (info?.protected !== true || info.protection?.enabled === false) {
    return { branchExists: info !== undefined, evaluations: [] }
  }
  const rule = await readUpdateRule(client, branch)
  if (rule !== undefined) return { branchExists: true, evaluations: evaluate(rule, write) }
  // Without a ruleset, it is certain that the branch is protected in the classic way.
  const result = (rulesetRules ?? 0) > 0 ? 'unclear' : 'violated'
  return { branchExists: true, evaluations: [{ rule: 'protection', result }] }
}

const updateRule = z
  .object({
    viewerCanPush: z.boolean(),
    requiredApprovingReviewCount: z.number().nullable(),
    requiresCodeOwnerReviews: z.boolean(),
    requiredStatusCheckContexts: list(z.string().nullable()).nullable(),
    requiresSignatures: z.boolean(),
    allowsForcePushes: z.boolean(),
    allowsDeletions: z.boolean(),
  })
  .nullable()

const response = z.object({
  repository: z.object({ ref: z.object({ refUpdateRule: updateRule }).nullable() }),
})

const query = `query Protection($owner: String!, $name: String!, $ref: String!) {
  repository(owner: $owner, name: $name) {
    ref(qualifiedName: $ref) {
      refUpdateRule {
        viewerCanPush
        requiredApprovingReviewCount
        requiresCodeOwnerReviews
        requiredStatusCheckContexts
        requiresSignatures
        allowsForcePushes
        allowsDeletions
      }
    }
  }
}`

type UpdateRule = NonNullable<z.infer<typeof updateRule>>

/** What everybody may know of the protection; the rule itself is only visible to administrators. */
async function readUpdateRule(
  client: GitHubClient,
  branch: string,
): Promise<UpdateRule | undefined> {
  const found = await unlessHidden(() =>
    client.query(query, { ref: `refs/heads/${branch}` }, response),
  )
  return found?.repository.ref?.refUpdateRule ?? undefined
}

function evaluate(rule: UpdateRule, { isHead }: PlannedWrite): Evaluation[] {
  const needsReview = rule.requiredApprovingReviewCount !== null || rule.requiresCodeOwnerReviews
  const needsChecks = (rule.requiredStatusCheckContexts ?? []).length > 0
  const violated: readonly (readonly [RuleName, boolean])[] = [
    ['pull_request', needsReview],
    ['required_status_checks', needsChecks],
    ['no_push', !rule.viewerCanPush && !needsReview && !needsChecks],
    ['non_fast_forward', isHead && !rule.allowsForcePushes],
  ]
  const unclear: readonly (readonly [RuleName, boolean])[] = [
    ['deletion', isHead && !rule.allowsDeletions],
    ['required_signatures', rule.requiresSignatures],
  ]
  const evaluations = (rows: typeof violated, result: Evaluation['result']): Evaluation[] =>
    rows.filter(([, applies]) => applies).map(([name]) => ({ rule: name, result }))
  return [...evaluations(violated, 'violated'), ...evaluations(unclear, 'unclear')]
}
