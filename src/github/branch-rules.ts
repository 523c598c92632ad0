import { z } from 'zod'
import type { Problem } from '../core/problem.ts'
import { joinProse, own, prose, type Prose } from '../core/text/prose.ts'
import { list } from '../http/list.ts'
import type { GitHubClient } from './client.ts'
import { readClassicRules } from './classic-protection.ts'
import { waysOut } from './rule-advice.ts'
import { ruleKinds } from './rule-kinds.ts'
import { unlessHidden } from './unless-hidden.ts'
import { evaluateRule, type PlannedWrite, type Evaluation } from './evaluate-rule.ts'

/** What the rules of a branch say to a write. */
export type RuleFindings = {
  /** Undefined if GitHub does not show the rulesets to this token. */
  readonly ruleCount: number | undefined
  /** Classic protection only shows on a branch that exists. */
  readonly branchExists: boolean
  /** Rules that forbid the write. */
  readonly violated: readonly Problem[]
  /** Rules that may forbid it, and where to look. */
  readonly unclear: readonly Problem[]
}

const rules = list(
  z.object({
    type: z.string(),
    parameters: z.unknown().optional(),
    ruleset_id: z.number().optional(),
    ruleset_source: z.string().optional(),
  }),
)

type Rule = z.infer<typeof rules>[number]

/** More than this many rules for one branch are unlikely, and another request for each check. */
const maxRules = 100

/** Compares the rules of a branch, from rulesets and from classic protection, with a planned write. */
export async function findRuleProblems(
  client: GitHubClient,
  write: PlannedWrite,
): Promise<RuleFindings> {
  const { branch } = write
  const listed = await unlessHidden(() =>
    client.rest('read', rules, (octokit, at) =>
      octokit.rest.repos.getBranchRules({ ...at, branch, per_page: maxRules }),
    ),
  )
  const classic = await readClassicRules(client, write, listed?.length)
  const evaluated = (listed ?? []).map((rule) => ({
    rule,
    evaluation: evaluateRule(rule, write, classic.branchExists),
  }))
  const open = evaluated.filter(({ evaluation }) => evaluation.result !== 'satisfied')
  const bypassed = await bypassedRulesets(
    client,
    open.flatMap(({ rule }) => rule.ruleset_id ?? []),
  )
  const standing = open.filter(
    ({ rule }) => rule.ruleset_id === undefined || !bypassed.has(rule.ruleset_id),
  )
  const problemsOf = (result: Evaluation['result']): Problem[] => [
    ...standing
      .filter(({ evaluation }) => evaluation.result === result)
      .map(({ rule, evaluation }) => problemOf(evaluation, placeOf(rule), write)),
    ...classic.evaluations
      .filter((evaluation) => evaluation.result === result)
      .map((evaluation) => problemOf(evaluation, prose`branch protection`, write)),
  ]
  return {
    ruleCount: listed?.length,
    branchExists: classic.branchExists,
    violated: problemsOf('violated'),
    unclear: problemsOf('unclear'),
  }
}

const ruleset = z.object({ current_user_can_bypass: z.string().optional() })

/** The rulesets that do not apply to this token. */
async function bypassedRulesets(
  client: GitHubClient,
  ids: readonly number[],
): Promise<ReadonlySet<number>> {
  const bypassed = new Set<number>()
  for (const id of new Set(ids)) {
    const found = await unlessHidden(() =>
      client.rest('read', ruleset, (octokit, at) =>
        octokit.rest.repos.getRepoRuleset({ ...at, ruleset_id: id }),
      ),
    )
    const canBypass = found?.current_user_can_bypass
    if (canBypass === 'always' || canBypass === 'exempt') bypassed.add(id)
  }
  return bypassed
}

function placeOf({ type, ruleset_id, ruleset_source }: Rule): Prose {
  const ruleset = ruleset_id === undefined ? prose`a ruleset` : prose`ruleset ${ruleset_id}`
  const owner = ruleset_source === undefined ? [] : prose` of \`${ruleset_source}\``
  return prose`rule \`${type}\` in ${ruleset}${owner}`
}

function problemOf(
  { rule, result }: Evaluation,
  place: Prose,
  { branch, isHead }: PlannedWrite,
): Problem {
  const kind = rule === undefined ? undefined : ruleKinds[rule]
  const says = own(kind?.says ?? 'it may forbid the write')
  const isClear = result === 'violated'
  return {
    message: prose`\`${branch}\`: ${says} (${place}${own(isClear ? '' : '; not tested')})`,
    advice:
      kind === undefined
        ? prose`See the ${place} of branch \`${branch}\`.`
        : joinProse(waysOut([kind.wayOut], isHead ? 'propose' : 'commit'), ' '),
    mistakes: [],
  }
}
