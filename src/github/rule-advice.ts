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

const bypass =
  'use a token that may bypass the rule (a GitHub App in its bypass list) as github-token.'

const onBase: Record<WayOut, string> = {
  propose: `Either set \`pull-request: true\`, or ${bypass}`,
  look: `Look at Settings > Branches of the repository. If commits are restricted there, set \`pull-request: true\`, or ${bypass}`,
  'propose-or-unlock': `Either set \`pull-request: true\`, or ${bypass} If the branch is locked, unlock it first: a pull request into a locked branch cannot be merged.`,
  bypass: `To commit nevertheless, ${bypass}`,
  unlock: 'Unlock the branch in the settings, or set the input `branch` to another one.',
  sign: `Leave github-token at its default or use a GitHub App token, because GitHub signs their commits; otherwise ${bypass}`,
  message: `Change the first line of the message with the input \`commit-message\`, or ${bypass}`,
  path: `Set the input \`path\` to another directory, or ${bypass}`,
  size: `Make the template smaller, or ${bypass}`,
}

/** A pull request is there already, so its branch needs another name or a bypass. */
const onHead: Record<WayOut, string> = {
  ...onBase,
  propose: `Choose another \`pull-request-branch\`, one that the rule does not cover, or ${bypass}`,
  look: 'Look at Settings > Branches of the repository, or choose another `pull-request-branch`, one that the rule does not cover.',
  'propose-or-unlock':
    'Choose another `pull-request-branch`, one that the rule does not cover, or unlock the branch in the settings.',
  bypass: `Choose another \`pull-request-branch\`, one that the rule does not cover, or ${bypass}`,
  unlock:
    'Choose another `pull-request-branch`, one that the rule does not cover, or unlock the branch in the settings.',
}

/** Advice for some rules at once, each only once. */
export function waysOut(outs: readonly WayOut[], purpose: Purpose): string[] {
  const texts = purpose === 'commit' ? onBase : onHead
  return [...new Set(outs.map((out) => texts[out]))]
}
