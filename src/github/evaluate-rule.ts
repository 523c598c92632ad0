import { z } from 'zod'
import { list } from '../http/list.ts'
import type { RuleName } from './rule-kinds.ts'
import { coversPath, satisfiesPattern, textPattern } from './rule-patterns.ts'

/** What a sync would do to a branch, as far as rules look at it. */
export type PlannedWrite = {
  readonly branch: string
  /** It is the pull request's head branch, which is created, force-pushed and deleted. */
  readonly isHead: boolean
  /** Examples of commit messages. */
  readonly messages: readonly string[]
  /** Examples of paths of files. */
  readonly paths: readonly string[]
}

/** Whether a rule forbids a write. `unclear` if that can't be told from here. */
export type Evaluation = {
  readonly rule: RuleName | undefined
  readonly result: 'violated' | 'satisfied' | 'unclear'
}

/** A rule as GitHub lists it. */
export type ListedRule = { readonly type: string; readonly parameters?: unknown }

export function evaluateRule(
  { type, parameters }: ListedRule,
  write: PlannedWrite,
  branchExists: boolean,
): Evaluation {
  switch (type) {
    case 'pull_request':
    case 'merge_queue':
    case 'required_status_checks':
    case 'required_deployments':
    case 'workflows':
    case 'update':
      return { rule: type, result: 'violated' }
    case 'code_scanning':
      return { rule: 'workflows', result: 'violated' }
    case 'creation':
      // The head branch is created again after each merge.
      return { rule: type, result: branchExists && !write.isHead ? 'satisfied' : 'violated' }
    case 'deletion':
      // A branch that stays is a warning of the sync.
      return { rule: type, result: write.isHead ? 'unclear' : 'satisfied' }
    case 'non_fast_forward':
      return { rule: type, result: write.isHead ? 'violated' : 'satisfied' }
    case 'required_signatures':
      return { rule: type, result: 'unclear' }
    case 'commit_author_email_pattern':
    case 'committer_email_pattern':
      return { rule: 'email_pattern', result: 'unclear' }
    case 'commit_message_pattern':
      return { rule: type, result: evaluateTexts(parameters, write.messages) }
    case 'branch_name_pattern':
      return {
        rule: type,
        result: write.isHead ? evaluateTexts(parameters, [write.branch]) : 'satisfied',
      }
    case 'file_path_restriction':
      return { rule: type, result: evaluatePaths(parameters, write.paths) }
    case 'file_extension_restriction':
      return { rule: type, result: evaluateExtensions(parameters) }
    case 'max_file_path_length':
      return { rule: type, result: evaluateLength(parameters, write.paths) }
    // A commit of the action has one parent; a values file is a few KB; the others are about tags,
    // reviews and dependencies.
    case 'required_linear_history':
    case 'max_file_size':
    case 'tag_name_pattern':
    case 'copilot_code_review':
    case 'license_compliance_scanning':
      return { rule: undefined, result: 'satisfied' }
    default:
      return { rule: undefined, result: 'unclear' }
  }
}

function evaluateTexts(parameters: unknown, texts: readonly string[]): Evaluation['result'] {
  const { data } = textPattern.safeParse(parameters)
  if (data === undefined) return 'unclear'
  const results = texts.map((text) => satisfiesPattern(data, text))
  if (results.includes(false)) return 'violated'
  return results.includes(undefined) ? 'unclear' : 'satisfied'
}

const pathParameters = z.object({ restricted_file_paths: list(z.string()) })

function evaluatePaths(parameters: unknown, paths: readonly string[]): Evaluation['result'] {
  const { data } = pathParameters.safeParse(parameters)
  if (data === undefined) return 'unclear'
  const coverages = data.restricted_file_paths.flatMap((glob) =>
    paths.map((path) => coversPath(glob, path)),
  )
  if (coverages.includes('fully')) return 'violated'
  return coverages.includes('partly') ? 'unclear' : 'satisfied'
}

const extensionParameters = z.object({ restricted_file_extensions: list(z.string()) })

/** Written as `yaml`, `.yaml` or `*.yaml`. */
function evaluateExtensions(parameters: unknown): Evaluation['result'] {
  const { data } = extensionParameters.safeParse(parameters)
  if (data === undefined) return 'unclear'
  const isYaml = (extension: string): boolean => /^\*?\.?yaml$/i.test(extension)
  return data.restricted_file_extensions.some(isYaml) ? 'violated' : 'satisfied'
}

const lengthParameters = z.object({ max_file_path_length: z.number() })

function evaluateLength(parameters: unknown, paths: readonly string[]): Evaluation['result'] {
  const { data } = lengthParameters.safeParse(parameters)
  if (data === undefined) return 'unclear'
  return paths.some((path) => path.length > data.max_file_path_length) ? 'violated' : 'satisfied'
}
