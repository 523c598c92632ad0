import { permanentTypes } from './graphql-body.ts'
import { accessRefusals } from './refusals-access.ts'
import { conflictRefusals } from './refusals-conflict.ts'
import { ruleRefusals } from './refusals-rules.ts'
import type { Context, Explanation, Refusal, RefusalKind } from './refusal.ts'

/**
 * All refusals that the action knows, in the order in which they are looked for. This is the only
 * place that decides what GitHub means, because most refusals can only be told apart by their words.
 *
 * Conflicts whose words are unmistakable come first, then rules, because a rule's violation also
 * comes with the status of a conflict (409) or of a missing permission (403).
 */
const kinds: readonly RefusalKind[] = [
  ...conflictRefusals.byWords,
  ...ruleRefusals,
  ...conflictRefusals.byStatus,
  ...accessRefusals,
]

/** What a refusal means and how to fix it. */
export function explainRefusal(refusal: Refusal, context: Context): Explanation {
  for (const kind of kinds) {
    const explanation = kind(refusal, context)
    if (explanation !== undefined) return { ...explanation, isCertain: true }
  }
  const { status, type, code } = refusal
  const name = type ?? code ?? `HTTP ${status}`
  return {
    text: `GitHub rejected the request to ${context.repository} (${name})`,
    advice: "GitHub's message says why.",
    isCertain: status >= 400 || permanentTypes.has(type ?? '') || code !== undefined,
  }
}
