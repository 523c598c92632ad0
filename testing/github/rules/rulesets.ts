import type { Repository } from '../repository.ts'
import type { Change } from './change.ts'
import { matchesGlob } from './glob.ts'
import type { Rule, RuleParameters, RuleType } from './types.ts'
import * as wordings from './wordings.ts'

/** All rules that cover a branch, which need not exist. */
export function rulesFor(repository: Repository, branch: string): Rule[] {
  const { rules, protectedBranches } = repository.settings
  const simple: Rule[] =
    protectedBranches[branch] === 'ruleset' ? [{ branch, type: 'pull_request' }] : []
  return [...simple, ...rules.filter((rule) => covers(repository, rule.branch, branch))]
}

function covers({ defaultBranch }: Repository, pattern: string, branch: string): boolean {
  if (pattern === '~ALL') return true
  return matchesGlob(pattern === '~DEFAULT_BRANCH' ? defaultBranch : pattern, branch)
}

/** What the rulesets have against a change; empty if nothing. */
export function rulesetViolations(repository: Repository, change: Change): string[] {
  return rulesFor(repository, change.branch)
    .filter(({ current_user_can_bypass: bypass }) => bypass !== 'always' && bypass !== 'exempt')
    .flatMap(({ type, parameters = {} }) => checks[type](change, parameters) ?? [])
}

type Check = (change: Change, parameters: RuleParameters) => string | undefined

/**
 * Sources of the wordings, where `wordings.ts` has none: logs of pushes that GitHub refused, in public
 * repositories. Those of `max_file_size`, `required_deployments` and `workflows` have no source.
 */
const checks: Record<RuleType, Check> = {
  creation: ({ kind }) =>
    kind === 'creation' ? 'Cannot create ref due to creations being restricted.' : undefined,
  update: ({ kind }) => (kind === 'update' ? 'Cannot update this protected ref.' : undefined),
  deletion: ({ kind }) => (kind === 'deletion' ? wordings.noDeletion : undefined),
  non_fast_forward: ({ isForced }) => (isForced ? wordings.noForcePush : undefined),
  // A new branch may be created, only not updated: github.com/satisfactory-factories/application/issues/67.
  pull_request: ({ kind }) => (kind === 'update' ? wordings.pullRequestRequired : undefined),
  // Source: github.com/anza-xyz/kit/pull/94.
  merge_queue: ({ kind }) =>
    kind === 'update' ? 'Changes must be made through the merge queue' : undefined,
  required_status_checks: (change, parameters) => {
    const contexts = (parameters.required_status_checks ?? []).map(({ context }) => context)
    return isUnchecked(change, parameters) ? wordings.statusChecksExpected(contexts) : undefined
  },
  required_signatures: ({ commits }) => {
    const unsigned = commits().filter(({ signer }) => signer === undefined)
    return violations(
      wordings.signaturesRequired,
      unsigned.map(({ oid }) => oid),
    )
  },
  required_linear_history: ({ commits }) => {
    const merges = commits().filter(({ parents }) => parents.length > 1)
    return violations(
      wordings.noMergeCommits,
      merges.map(({ oid }) => oid),
    )
  },
  required_deployments: (change, { required_deployment_environments: names = [] }) =>
    change.kind === 'update' ? `Required deployments are missing: ${names.join(', ')}` : undefined,
  workflows: (change, parameters) => {
    const paths = (parameters.workflows ?? []).map(({ path }) => path)
    const isMissing = isUnchecked(change, parameters)
    return isMissing ? `Required workflow ${paths.join(', ')} has not succeeded` : undefined
  },
  commit_message_pattern: ({ commits }, parameters) => {
    const wrong = commits().filter(({ message }) => !fits(message, parameters))
    return violations(
      patternSentence('Commit message', parameters),
      wrong.map(({ oid }) => oid),
    )
  },
  branch_name_pattern: ({ branch, kind }, parameters) =>
    kind === 'creation' && !fits(branch, parameters)
      ? patternSentence('Branch name', parameters)
      : undefined,
  // Source: a log of github.com/openai/codex, "GITHUB PUSH PROTECTION".
  file_path_restriction: ({ paths }, { restricted_file_paths: patterns = [] }) =>
    violations('File path is restricted', paths().filter(matchesAny(patterns))),
  file_extension_restriction: ({ files }, { restricted_file_extensions: patterns = [] }) =>
    violations(
      'File extension is restricted',
      files().flatMap(({ path }) =>
        matchesAny(patterns)(path.split('/').at(-1) ?? '') ? path : [],
      ),
    ),
  max_file_size: ({ files }, { max_file_size: megabytes = Infinity }) => {
    const large = files().filter(({ bytes }) => bytes > megabytes * 1024 * 1024)
    return violations(
      'File size is too large',
      large.map(({ path }) => path),
    )
  },
}

/** A commit that is new to the repository has no status yet. */
function isUnchecked({ kind, commits }: Change, parameters: RuleParameters): boolean {
  const isFree = kind === 'creation' && parameters.do_not_enforce_on_create === true
  return !isFree && commits().length > 0
}

function violations(sentence: string, found: readonly string[]): string | undefined {
  return found.length === 0 ? undefined : wordings.withViolations(sentence, found)
}

function matchesAny(patterns: readonly string[]): (text: string) => boolean {
  return (text) => patterns.some((pattern) => matchesGlob(pattern, text))
}

function fits(text: string, { operator, pattern = '', negate = false }: RuleParameters): boolean {
  const matches = {
    starts_with: () => text.startsWith(pattern),
    ends_with: () => text.endsWith(pattern),
    contains: () => text.includes(pattern),
    regex: () => new RegExp(pattern).test(text),
  }
  return matches[operator ?? 'contains']() !== negate
}

/** The requirements are worded as in docs.github.com, "Creating rulesets for a repository". */
function patternSentence(subject: string, parameters: RuleParameters): string {
  const { operator = 'contains', pattern = '', negate = false } = parameters
  const requirement = {
    starts_with: 'start with a matching pattern',
    ends_with: 'end with a matching pattern',
    contains: 'contain a matching pattern',
    regex: 'match a given regex pattern',
  }[operator]
  return `${subject} must ${negate ? 'not ' : ''}${requirement}: ${pattern}`
}
