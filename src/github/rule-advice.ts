import { distinctProse, prose, type Prose } from '../core/text/prose.ts'
import type { Purpose } from './refusal.ts'

/** How to satisfy or avoid a rule. */
export type WayOut =
  /** By pull request. */
  | 'propose'
  | 'look'
  | 'propose-or-unlock'
  | 'bypass'
  | 'unlock'
  | 'sign'
  | 'message'
  | 'path'
  | 'size'

const bypass = prose`use a token that may bypass the rule (of a GitHub App in its bypass list) as \`github-token\`.`

const onBase: Record<WayOut, Prose> = {
  propose: prose`Either set \`pull-request: true\`, or ${bypass}`,
  look: prose`See Settings > Branches of the repository. If commits are restricted there, set \`pull-request: true\`, or ${bypass}`,
  'propose-or-unlock': prose`Either set \`pull-request: true\`, or ${bypass} If the branch is locked, unlock it first: a pull request into a locked branch cannot be merged.`,
  bypass: prose`To commit despite the rule, ${bypass}`,
  unlock: prose`Unlock the branch in the settings, or set the input \`branch\` to another one.`,
  sign: prose`Leave \`github-token\` at its default or use a GitHub App token, because GitHub signs their commits. Otherwise, ${bypass}`,
  message: prose`Change the first line of the message with the input \`commit-message\`, or ${bypass}`,
  path: prose`Set the input \`path\` to another directory, or ${bypass}`,
  size: prose`Make the template smaller, or ${bypass}`,
}

/** A pull request is there already, so its branch needs another name or a bypass. */
const onHead: Record<WayOut, Prose> = {
  ...onBase,
  propose: prose`Choose another \`pull-request-branch\`, one that the rule does not cover, or ${bypass}`,
  look: prose`See Settings > Branches of the repository, or choose another \`pull-request-branch\`, one that the rule does not cover.`,
  'propose-or-unlock': prose`Choose another \`pull-request-branch\`, one that the rule does not cover, or unlock the branch in the settings.`,
  bypass: prose`Choose another \`pull-request-branch\`, one that the rule does not cover, or ${bypass}`,
  unlock: prose`Choose another \`pull-request-branch\`, one that the rule does not cover, or unlock the branch in the settings.`,
}

/** Advice for some rules at once, each only once. */
export function waysOut(outs: readonly WayOut[], purpose: Purpose): Prose[] {
  const texts = purpose === 'commit' ? onBase : onHead
  return distinctProse(outs.map((out) => texts[out]))
}
