import { prose, thisMachine } from '../core/text/prose.ts'
import { permanentTypes } from './graphql-body.ts'
import { accessRefusals } from './refusals-access.ts'
import { conflictRefusals } from './refusals-conflict.ts'
import { ruleRefusals } from './refusals-rules.ts'
import {
  operation,
  type Context,
  type Explanation,
  type Refusal,
  type RefusalKind,
} from './refusal.ts'
import { withoutNames } from './words.ts'

/**
 * All refusals that the action knows, in the order in which they are looked for. This is the only
 * place that decides what GitHub means, because most refusals can only be told apart by their words.
 *
 * The responses of others come first: their status says nothing about GitHub. Then what its words say,
 * then what its status says, because the violation of a rule also comes with the status of a conflict
 * (409) or of a missing permission (403).
 */
function kindsFor(message: string): readonly RefusalKind[] {
  const unmistakable = [...accessRefusals.byWords, ...conflictRefusals.byWords]
  return [
    notGitHubs,
    // Such a message quotes the rule's pattern, which can have any words.
    ...(/rule violations? found/i.test(message)
      ? [...ruleRefusals, ...unmistakable]
      : [...unmistakable, ...ruleRefusals]),
    ...conflictRefusals.byStatus,
    ...accessRefusals.byStatus,
  ]
}

/** What a refusal means and how to fix it. */
export function explainRefusal(given: Refusal, context: Context): Explanation {
  const refusal = { ...given, message: withoutNames(given.message) }
  for (const kind of kindsFor(refusal.message)) {
    const explanation = kind(refusal, context)
    if (explanation !== undefined) return { ...explanation, isCertain: true }
  }
  const { status, type, code, url } = refusal
  const name = type ?? code ?? `HTTP ${status}`
  return {
    text: prose`GitHub rejected a request to ${operation(context, url)} (${name})`,
    advice: prose`GitHub's message says why.`,
    isCertain: status >= 400 || permanentTypes.has(type ?? '') || code !== undefined,
  }
}

/** GitHub itself has pages for its own failures, and for requests that are too large. */
function notGitHubs(
  { status, isGitHubs, url }: Refusal,
  context: Context,
): ReturnType<RefusalKind> {
  if (isGitHubs || status >= 500 || status === 413) return undefined
  return {
    text: prose`Something in front of GitHub refused the request to ${operation(context, url)} (HTTP ${status}; the response is not GitHub's)`,
    advice: prose`Check the proxy or firewall between ${thisMachine} and GitHub.`,
  }
}
