import { protectionOf } from '../rules/protection.ts'
import { rulesFor } from '../rules/rulesets.ts'
import type { Protection, Rule } from '../rules/types.ts'
import type { RestCall } from './call.ts'
import { commitBody } from './commit-body.ts'
import { paginate } from './pagination.ts'
import { errorResponse, notFound, ok, type RestResponse } from './response.ts'

/** Branches and the rules that cover them, as in GitHub's OpenAPI description. */

export function getBranch({ repository, params }: RestCall): RestResponse {
  const branch = params.branch ?? ''
  const sha = repository.store.branch(branch)
  if (sha === undefined) return errorResponse(404, 'Branch not found')
  const protection = protectionOf(repository, branch)
  return ok({
    name: branch,
    commit: commitBody(repository, repository.store.commit(sha)),
    protected: protection !== undefined || rulesFor(repository, branch).length > 0,
    protection: protectionBody(protection),
    protection_url: `https://github.example.com/api/v3/repos/${repository.fullName}/branches/${branch}/protection`,
  })
}

/** What everybody who reads the repository may know of classic protection. */
function protectionBody(protection: Protection | undefined): object {
  const contexts = protection?.requiredStatusChecks ?? []
  return {
    enabled: protection !== undefined,
    required_status_checks: {
      enforcement_level: contexts.length === 0 ? 'off' : 'everyone',
      contexts,
      checks: contexts.map((context) => ({ context, app_id: null })),
    },
  }
}

/** Also answers for a branch that does not exist yet. */
export function getBranchRules(call: RestCall): RestResponse {
  const { repository, params } = call
  return paginate(call, rulesFor(repository, params.branch ?? ''), (rule) => ({
    ...ruleBody(rule),
    ruleset_source_type: 'Repository',
    ruleset_source: repository.fullName,
    ruleset_id: rule.ruleset_id ?? defaultRuleset,
  }))
}

/** The ruleset of rules that name none. */
const defaultRuleset = 1

export function getRuleset({ repository, params }: RestCall): RestResponse {
  const id = Number(params.id)
  const { rules, protectedBranches } = repository.settings
  const simple = Object.entries(protectedBranches).flatMap(([branch, kind]): Rule[] =>
    kind === 'ruleset' ? [{ branch, type: 'pull_request' }] : [],
  )
  const found = [...simple, ...rules].filter(
    ({ ruleset_id }) => (ruleset_id ?? defaultRuleset) === id,
  )
  const [first] = found
  if (first === undefined) return notFound
  return ok({
    id,
    name: `Ruleset ${id}`,
    target: 'branch',
    source_type: 'Repository',
    source: repository.fullName,
    enforcement: 'active',
    current_user_can_bypass: first.current_user_can_bypass ?? 'never',
    conditions: {
      ref_name: { include: [...new Set(found.map(({ branch }) => refName(branch)))], exclude: [] },
    },
    rules: found.map(ruleBody),
  })
}

function refName(branch: string): string {
  return branch.startsWith('~') ? branch : `refs/heads/${branch}`
}

function ruleBody({ type, parameters }: Rule): object {
  return { type, ...(parameters === undefined ? {} : { parameters }) }
}
