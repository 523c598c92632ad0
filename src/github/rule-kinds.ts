import type { WayOut } from './rule-advice.ts'

/** One kind of rule that a branch or a repository can have. */
export type RuleKind = {
  /** What the rule says, as the end of a sentence. */
  readonly says: string
  readonly wayOut: WayOut
}

/** By GitHub's type of a rule in a ruleset; classic protection has four of its own. */
export const ruleKinds = {
  pull_request: { says: 'changes need a pull request', wayOut: 'propose' },
  merge_queue: { says: 'changes go through the merge queue', wayOut: 'propose' },
  required_status_checks: { says: 'status checks are required first', wayOut: 'propose' },
  workflows: { says: 'other checks are required first', wayOut: 'propose' },
  required_deployments: { says: 'deployments are required first', wayOut: 'propose' },
  update: { says: 'updates are restricted', wayOut: 'propose' },
  push_restriction: { says: 'only certain people, teams and apps may push', wayOut: 'propose' },
  protection: {
    says: 'it is protected, and GitHub does not show this token how',
    wayOut: 'look',
  },
  no_push: {
    says: 'only certain people, teams and apps may push, or the branch is locked',
    wayOut: 'propose-or-unlock',
  },
  lock: { says: 'the branch is locked', wayOut: 'unlock' },
  creation: { says: 'creating such a branch is restricted', wayOut: 'bypass' },
  deletion: { says: 'deleting the branch is restricted', wayOut: 'bypass' },
  non_fast_forward: { says: 'force-pushes are blocked', wayOut: 'bypass' },
  required_linear_history: { says: 'merge commits are not allowed', wayOut: 'bypass' },
  required_signatures: { says: 'commits must be signed', wayOut: 'sign' },
  commit_message_pattern: {
    says: 'the commit message must match a pattern',
    wayOut: 'message',
  },
  email_pattern: {
    says: "the email address of the commit's author or committer must match a pattern",
    wayOut: 'bypass',
  },
  branch_name_pattern: {
    says: 'the name of the branch must match a pattern',
    wayOut: 'bypass',
  },
  file_path_restriction: { says: 'files at this path are restricted', wayOut: 'path' },
  file_extension_restriction: {
    says: 'files with this extension are restricted',
    wayOut: 'bypass',
  },
  max_file_path_length: { says: 'paths of files have a maximum length', wayOut: 'path' },
  max_file_size: { says: 'files have a maximum size', wayOut: 'size' },
} as const satisfies Readonly<Record<string, RuleKind>>

export type RuleName = keyof typeof ruleKinds
