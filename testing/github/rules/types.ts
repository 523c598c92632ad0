/** Rules about branches, in the shape of GitHub's REST API. */

export type RuleType =
  | 'creation'
  | 'update'
  | 'deletion'
  | 'non_fast_forward'
  | 'pull_request'
  | 'merge_queue'
  | 'required_status_checks'
  | 'required_signatures'
  | 'required_linear_history'
  | 'required_deployments'
  | 'workflows'
  | 'commit_message_pattern'
  | 'branch_name_pattern'
  | 'file_path_restriction'
  | 'file_extension_restriction'
  | 'max_file_size'

export type RuleParameters = {
  readonly required_approving_review_count?: number
  readonly required_status_checks?: readonly { readonly context: string }[]
  readonly do_not_enforce_on_create?: boolean
  readonly required_deployment_environments?: readonly string[]
  readonly workflows?: readonly { readonly path: string; readonly repository_id: number }[]
  readonly operator?: 'starts_with' | 'ends_with' | 'contains' | 'regex'
  readonly pattern?: string
  readonly negate?: boolean
  readonly restricted_file_paths?: readonly string[]
  readonly restricted_file_extensions?: readonly string[]
  /** In megabytes. */
  readonly max_file_size?: number
}

/** One rule of a ruleset, with the branches that it covers: a glob, `~ALL` or `~DEFAULT_BRANCH`. */
export type Rule = {
  readonly branch: string
  readonly type: RuleType
  readonly parameters?: RuleParameters
  readonly ruleset_id?: number
  readonly current_user_can_bypass?: 'always' | 'pull_requests_only' | 'never' | 'exempt'
}

/** Classic branch protection. Unlike rulesets, it forbids force-pushes and deletions by default. */
export type Protection = {
  /** A glob. */
  readonly pattern: string
  /** Pull requests are required, with this number of approvals. */
  readonly requiredReviews?: number
  readonly requiredStatusChecks?: readonly string[]
  /** The token is not among those that may push. */
  readonly restrictsPushes?: boolean
  readonly locked?: boolean
  readonly requiresSignatures?: boolean
  readonly requiresLinearHistory?: boolean
  readonly allowsForcePushes?: boolean
  readonly allowsDeletions?: boolean
  readonly blocksCreations?: boolean
}
