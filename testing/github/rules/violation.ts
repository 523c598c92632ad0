import type { Repository } from '../repository.ts'
import type { Token } from '../tokens.ts'
import { describeChange } from './change.ts'
import { protectionViolations } from './protection.ts'
import { rulesetViolations } from './rulesets.ts'

/** Why a rule forbids an update. The kinds have different statuses and types. */
export type Violation = {
  readonly kind: 'ruleset' | 'protection' | 'workflows'
  readonly message: string
}

/** The first kind of rule that forbids moving a branch from one commit to another. */
export function findViolation(
  repository: Repository,
  token: Token,
  { branch, from, to }: { readonly branch: string; readonly from: string; readonly to: string },
): Violation | undefined {
  const { secrets, protectedBranches } = repository.settings
  const change = describeChange(repository, branch, from, to)
  const isWorkflow = (path: string): boolean => path.startsWith('.github/workflows/')
  if (token.workflows !== true && change.paths().some(isWorkflow)) {
    return { kind: 'workflows', message: '' }
  }
  const sentences = rulesetViolations(repository, change)
  if (secrets?.test(change.addedText()) === true) sentences.push('Secret detected in content')
  if (sentences.length > 0) {
    // Source: github.com/anza-xyz/kit/pull/94, and every response that quotes the blank lines.
    const message = `Repository rule violations found\n\n${sentences.join('\n\n')}\n\n`
    return { kind: 'ruleset', message }
  }
  if (protectedBranches[branch] === 'protection') {
    const message = `Protected branch update failed for refs/heads/${branch}.`
    return { kind: 'protection', message }
  }
  const protection = protectionViolations(repository, change)
  return protection.length === 0 ? undefined : { kind: 'protection', message: protection.join(' ') }
}
