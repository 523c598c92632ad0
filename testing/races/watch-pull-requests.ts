import type { Repository, PullRequest } from '../github/repository.ts'
import { headBranch } from '../pull-requests.ts'
import type { Mover } from './moves.ts'

/** What people wrote into a pull request. */
type Texts = { title: string | undefined; lines: string[] }

/** Watches the pull requests from the head branch. */
export class PullRequestWatch {
  readonly #repository: Repository
  readonly #report: (problem: string) => void
  readonly #states = new Map<number, PullRequest['state']>()
  readonly #texts = new Map<number, Texts>()
  /** Written during a sync that may already have read the text: GitHub has no compare-and-swap for it. */
  #fresh: (() => void)[] = []
  /** What each pull request proposed when a person closed it: by its text, and by its commit. */
  readonly #rejected = new Map<number, readonly (string | undefined)[]>()

  constructor(repository: Repository, report: (problem: string) => void) {
    this.#repository = repository
    this.#report = report
  }

  get open(): PullRequest | undefined {
    return this.#own().find(({ state }) => state === 'open')
  }

  get newest(): PullRequest | undefined {
    return this.#own().at(-1)
  }

  /** Compares with the last look. `by` says who can have changed something since. */
  look(by: Mover): void {
    const pulls = this.#own()
    const open = pulls.filter(({ state }) => state === 'open')
    if (open.length > 1) this.#report(`${open.length} pull requests are open`)
    for (const pull of pulls) {
      const before = this.#states.get(pull.number)
      this.#states.set(pull.number, pull.state)
      if (before === undefined) this.#checkNew(pull)
      if (before === 'closed' && pull.state === 'open') {
        if (by === 'action') this.#report(`the action reopened #${pull.number}`)
        this.#rejected.delete(pull.number)
      }
      const isRejected = by === 'person' && before === 'open' && pull.state === 'closed'
      if (isRejected && pull.mergedAt === null) {
        const { message } = this.#repository.store.commit(pull.headSha)
        this.#rejected.set(pull.number, [changesIn(pull.body), changesIn(message)])
      }
    }
  }

  /** Remembers what a person has just written; `endRound` says when it must have survived. */
  noteText(
    { number }: PullRequest,
    text: { title?: string; line?: string; replaced?: true },
  ): void {
    const note = (): void => {
      const texts = this.#texts.get(number) ?? { title: undefined, lines: [] }
      texts.title = text.title ?? texts.title
      if (text.replaced) texts.lines = []
      if (text.line !== undefined) texts.lines.push(text.line)
      this.#texts.set(number, texts)
    }
    if (text.replaced) this.#texts.get(number)?.lines.splice(0)
    if (text.title !== undefined)
      this.#texts.set(number, { title: undefined, lines: this.#texts.get(number)?.lines ?? [] })
    this.#fresh.push(note)
  }

  /** A sync has ended: from now on what survived it must stay. */
  endRound(): void {
    this.look('action')
    for (const pull of this.#own()) {
      const { title, lines } = this.#texts.get(pull.number) ?? { title: undefined, lines: [] }
      if (title !== undefined && pull.title !== title) {
        this.#report(`the title of #${pull.number} was ${title} and is now ${pull.title}`)
      }
      for (const line of lines) {
        if (!pull.body.includes(line)) this.#report(`${line} is no longer in #${pull.number}`)
      }
    }
    for (const note of this.#fresh) note()
    this.#fresh = []
    for (const pull of this.#own()) this.#dropLost(pull)
  }

  /** Whether a person closed the pull request when it proposed what it says that it proposes. */
  isRejection(number: number): boolean {
    const pull = this.#own().find((other) => other.number === number)
    return pull !== undefined && this.#isRejected(pull, changesIn(pull.body))
  }

  isMerged(number: number): boolean {
    return this.#own().some((pull) => pull.number === number && pull.mergedAt !== null)
  }

  #dropLost(pull: PullRequest): void {
    const texts = this.#texts.get(pull.number)
    if (texts === undefined) return
    if (texts.title !== pull.title) texts.title = undefined
    texts.lines = texts.lines.filter((line) => pull.body.includes(line))
  }

  #checkNew(pull: PullRequest): void {
    const changes = changesIn(pull.body)
    const earlier = this.#own().filter(({ number }) => number < pull.number)
    const last = earlier.findLast(({ body }) => changesIn(body) === changes)
    if (last !== undefined && this.#isRejected(last, changes)) {
      this.#report(`#${pull.number} proposes again what a person rejected in #${last.number}`)
    }
  }

  #isRejected({ number }: PullRequest, changes: string | undefined): boolean {
    return this.#rejected.get(number)?.includes(changes) ?? false
  }

  #own(): PullRequest[] {
    return this.#repository.pullRequests.filter(({ head }) => head === headBranch)
  }
}

/** The digest of changes in a pull request's body or in a commit message. */
function changesIn(text: string): string | undefined {
  return /\bfiles=\w* changes=(\w+)/.exec(text)?.[1]
}
