import { hasFile, parentOf } from '../core/branch.ts'
import type { Plan } from '../core/changes.ts'
import type { Entry, FileEdit } from '../core/entry.ts'
import type { IndexLinks } from '../core/plan/index-page.ts'
import { withEntries } from '../core/plan/index-pages.ts'
import { proposedFiles, type ProposedFile } from '../core/proposal.ts'
import type { OwnHead, PullRequest } from '../core/pull-request.ts'
import { joinProse, linkTo, own, prose, type Prose } from '../core/text/prose.ts'
import { decode } from '../core/values-file/decode.ts'
import type { Repository } from '../github/repository.ts'
import { listProposedFiles } from './identify-head.ts'

/** Files of an open proposal about which this sync does not decide. */
export type Undecided = {
  /** Their run or their target failed, or MLflow or a limit does not allow their deletion now. */
  readonly unknown: readonly string[]
  /** A person deleted them before, and `recreate` proposed them again. */
  readonly removed: readonly string[]
  /** Whether everything else is as the plan wants it, so that the proposal can stay as it is. */
  readonly isRestCurrent: boolean
}

/**
 * Finds the files of a proposal that the plan only lacks because the sync does not decide about them, or
 * because a person deleted them before and `recreate` proposed them again. Undefined if there are none.
 */
export async function findUndecided(
  repository: Repository,
  plan: Plan,
  head: OwnHead,
  links: IndexLinks,
): Promise<Undecided | undefined> {
  const isPossible =
    undecidedTargets(plan).length > 0 ||
    plan.blockedDeletions.length > 0 ||
    plan.entries.some(isUndecidedEntry)
  if (!isPossible) return undefined
  const files = await listProposedFiles(repository, plan.snapshot, head.range)
  const undecided = files.filter((file) => isUndecided(plan, file))
  if (undecided.length === 0) return undefined
  const paths = undecided.map(({ path }) => path)
  const others = files.filter(({ path }) => !paths.includes(path))
  const proposed = new Map(others.map((file) => [file.path, file]))
  const complete = await withProposed(repository, plan, undecided, links)
  const planned = proposedFiles(complete).filter(({ path }) => !paths.includes(path))
  const isRestCurrent =
    planned.every(({ path, after }) => proposed.get(path)?.after === after) &&
    planned.length === others.length
  const isRemoved = (path: string): boolean =>
    plan.entries.some((entry) => entry.path === path && entry.outcome === 'held')
  return {
    unknown: paths.filter((path) => !isRemoved(path)),
    removed: paths.filter(isRemoved),
    isRestCurrent,
  }
}

/** The plan with the undecided files as they are proposed, so that the indexes are about them, too. */
async function withProposed(
  repository: Repository,
  plan: Plan,
  undecided: readonly ProposedFile[],
  links: IndexLinks,
): Promise<Plan> {
  if (plan.indexes.size === 0) return plan
  const pathsByOid = new Map(
    undecided.flatMap(({ path, after }): [string, string][] =>
      after === undefined ? [] : [[after, path]],
    ),
  )
  const contents = await repository.readFiles(plan.snapshot, pathsByOid)
  const edits = new Map(
    undecided.map(({ path, after: oid, executable }): [string, FileEdit] => {
      const content = oid === undefined ? undefined : contents.get(oid)
      const after = content === undefined ? undefined : decode(content).text
      return [path, { path, before: undefined, after, executable }]
    }),
  )
  const blocked = plan.blockedDeletions.filter(({ path }) => edits.has(path))
  const entries = [...plan.entries, ...blocked].map((entry) => {
    const edit = entry.path === null ? undefined : edits.get(entry.path)
    return edit === undefined ? entry : { ...entry, edit }
  })
  return withEntries(plan, entries, links)
}

function undecidedTargets({ failedTargets, blindTargets }: Plan): string[] {
  return [...failedTargets, ...blindTargets]
}

function isUndecidedEntry({ outcome, edit, withheld }: Entry): boolean {
  return edit === undefined && (outcome === 'failed' || outcome === 'held' || isWaiting(withheld))
}

/** Whether a later sync may make the change. */
function isWaiting(withheld: Entry['withheld']): boolean {
  return withheld === 'too-many-deletions' || withheld === 'unconfirmed'
}

function isUndecided(plan: Plan, { path, before }: ProposedFile): boolean {
  const target = plan.targets.find(({ directory }) => directory === parentOf(path))
  if (target !== undefined && undecidedTargets(plan).includes(target.name)) return true
  if (plan.blockedDeletions.some((deletion) => deletion.path === path)) return true
  const entry = plan.entries.find((row) => row.path === path)
  if (entry === undefined || !isUndecidedEntry(entry)) return false
  // A file that exists is on hold, so nothing is proposed for it any more.
  return entry.outcome !== 'held' || (before === undefined && !hasFile(plan.snapshot, path))
}

/** Says that a pull request waits as it is, or that files are missing from it for now. */
export function describeUndecided(
  { unknown, removed, isRestCurrent }: Undecided,
  { number, url }: PullRequest,
): Prose[] {
  const link = linkTo(`Pull request #${number}`, url)
  const warnings = isRestCurrent
    ? {
        unknown: prose`${link} was left as it is: this sync could not decide about ${listOf(unknown)}.`,
        removed: prose`${link} was left as it is: it proposes ${listOf(removed)}, which a person deleted. Merge it to have the file back, for example after a sync with the input \`recreate\`; otherwise close it.`,
      }
    : {
        unknown: prose`${link} no longer proposes ${listOf(unknown)}, because this sync could not decide about them. They return once one can.`,
        removed: prose`${link} no longer proposes ${listOf(removed)}, which a person deleted before. They only return with another sync with the input \`recreate\`.`,
      }
  return [
    ...(unknown.length > 0 ? [warnings.unknown] : []),
    ...(removed.length > 0 ? [warnings.removed] : []),
  ]
}

/** Says why the branch of a closed pull request was not deleted. */
export function describeKeptBranch(
  branch: string,
  { unknown }: Undecided,
  { number, url }: PullRequest,
): Prose {
  const link = linkTo(`pull request #${number}`, url)
  return prose`The branch \`${branch}\` was not deleted: ${link} can only be reopened with it, and this sync could not decide about ${listOf(unknown)}.`
}

const maxNamed = 5

function listOf(paths: readonly string[]): Prose {
  const named = paths.slice(0, maxNamed).map((path) => prose`\`${path}\``)
  const more = paths.length > maxNamed ? own(` and ${paths.length - maxNamed} more`) : []
  return joinProse([joinProse(named, ', '), more], '')
}
