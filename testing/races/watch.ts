import type { Repository } from '../github/repository.ts'
import { headBranch } from '../pull-requests.ts'
import { contentBetween, MoveRecorder, type ChangeCounts, type Move } from './moves.ts'
import { PullRequestWatch } from './watch-pull-requests.ts'

/** In every line that people write into values files. */
export const mark = 'by hand'

/** The files that the action may write. */
const ownPath = /^values\/[0-9a-f]{32}\.yaml$/

/** How a person moves the head branch; a button of GitHub's website adds no commit of their own. */
export type HeadChange = 'own commit' | 'merge button' | 'rebase button'

/** Watches the branches of a repository, and notes each move by which the action breaks a promise. */
export class Watch {
  readonly problems: string[] = []
  readonly pulls: PullRequestWatch
  /** What the action committed to the base, by commit. */
  readonly committed = new Map<string, ChangeCounts>()
  /** What the action proposed on the head branch, by commit. */
  readonly proposed = new Map<string, ChangeCounts>()
  /** Commits that people made on the head branch. */
  readonly theirs = new Set<string>()
  readonly #repository: Repository
  readonly #recorder: MoveRecorder
  readonly #baseHeads: Set<string>
  #headChange: HeadChange = 'own commit'
  #commitsSeen = 0

  constructor(repository: Repository) {
    this.#repository = repository
    this.#baseHeads = new Set([repository.head()])
    this.pulls = new PullRequestWatch(repository, (problem) => this.problems.push(problem))
    this.#recorder = new MoveRecorder(repository, (move) => {
      this.#check(move)
    })
  }

  asPerson<T>(run: () => T, headChange: HeadChange = 'own commit'): T {
    this.pulls.look('action')
    this.#headChange = headChange
    try {
      return this.#recorder.asPerson(run)
    } finally {
      this.pulls.look('person')
    }
  }

  /** What the action committed to the base since this was last asked. */
  newCommits(): string[] {
    const commits = [...this.committed.keys()].slice(this.#commitsSeen)
    this.#commitsSeen = this.committed.size
    return commits
  }

  /** Commits by people that are on the head branch and not on the base. */
  theirsOnHead(): string[] {
    const { store } = this.#repository
    const head = store.branch(headBranch)
    return head === undefined ? [] : this.#theirsIn(head, this.#repository.head())
  }

  #theirsIn(head: string, ...without: readonly string[]): string[] {
    const commits = this.#repository.git('rev-list', head, '--not', ...without).split('\n')
    return commits.filter((oid) => this.theirs.has(oid))
  }

  #check(move: Move): void {
    const isBase = move.branch === this.#repository.defaultBranch
    if (move.by === 'person') this.#note(move, isBase)
    else if (isBase) this.#checkBase(move)
    else if (move.branch === headBranch) this.#checkHead(move)
    else this.problems.push(`the action moved the branch ${move.branch}`)
    if (isBase && move.to !== undefined) this.#baseHeads.add(move.to)
  }

  #note({ branch, from, to }: Move, isBase: boolean): void {
    if (isBase || branch !== headBranch || to === undefined) return
    const base = this.#repository.head()
    const isTheirs =
      this.#headChange === 'own commit' ||
      (this.#headChange === 'rebase button' &&
        from !== undefined &&
        this.#theirsIn(from, base).length > 0)
    if (isTheirs) this.theirs.add(to)
  }

  #checkBase({ branch, from, to }: Move): void {
    if (from === undefined || to === undefined) {
      this.problems.push(`the action created or deleted ${branch}`)
      return
    }
    const parents = this.#parentsOf(to)
    if (parents.length !== 1 || parents[0] !== from) {
      this.problems.push(`${to} on ${branch} is not one commit on top of ${from}`)
      return
    }
    this.committed.set(to, this.#checkContent(from, to))
  }

  #checkHead({ from, to }: Move): void {
    if (to !== undefined) {
      const [parent, ...others] = this.#parentsOf(to)
      if (parent === undefined || others.length > 0 || !this.#baseHeads.has(parent)) {
        this.problems.push(`the proposal ${to} is not one commit on top of the base`)
        return
      }
      this.proposed.set(to, this.#checkContent(parent, to))
    }
    const isMerged = this.#repository.pullRequests.some(
      (pull) => pull.mergedAt !== null && pull.headSha === from,
    )
    if (from === undefined || isMerged) return
    const kept = [this.#repository.head(), ...(to === undefined ? [] : [to])]
    for (const oid of this.#theirsIn(from, ...kept)) {
      this.problems.push(`the action removed a person's commit ${oid} from the head branch`)
    }
  }

  #checkContent(from: string, to: string): ChangeCounts {
    const { paths, counts, markedLines } = contentBetween(this.#repository, from, to, mark)
    if (paths.length === 0) this.problems.push(`${to} is an empty commit`)
    for (const path of paths) {
      if (!ownPath.test(path)) this.problems.push(`${to} touches a person's file ${path}`)
    }
    for (const line of markedLines) this.problems.push(`${to} loses or brings back: ${line}`)
    return counts
  }

  #parentsOf(oid: string): string[] {
    return [...this.#repository.store.commit(oid).parents]
  }
}
