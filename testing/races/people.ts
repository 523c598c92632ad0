import { mergePullRequest, updateBranch } from '../github/pull-requests.ts'
import {
  amend,
  closePullRequest,
  editPullRequest,
  forcePush,
  mergeByHand,
  reopenByHand,
} from '../github/people.ts'
import { person, zeroOid } from '../github/git/store.ts'
import type { PullRequest, Repository } from '../github/repository.ts'
import { headBranch } from '../pull-requests.ts'
import { mark, type Watch } from './watch.ts'

export const baseActs = [
  'pushes another file',
  'edits a values file',
  'reverts the last commit',
  'force-pushes the base back',
] as const

export const pullRequestActs = [
  'merges',
  'squashes',
  'rebases',
  'closes',
  'merges by hand',
  'closes and merges by hand',
  'reopens',
  'pushes to the head branch',
  'edits a values file on the head branch',
  'amends the head branch',
  'updates the branch by merge',
  'updates the branch by rebase',
  'edits the title',
  'adds to the body',
  'rewrites the body',
  'deletes the head branch',
] as const

export type Act = (typeof baseActs)[number] | (typeof pullRequestActs)[number]

export function isAct(event: string): event is Act {
  return [...baseActs, ...pullRequestActs].some((act) => act === event)
}

/** What people do, each time with content that occurs nowhere else. */
export class People {
  readonly #repository: Repository
  readonly #watch: Watch
  #acts = 0

  constructor(repository: Repository, watch: Watch) {
    this.#repository = repository
    this.#watch = watch
  }

  /** Returns why it is impossible at the moment; undefined if it was done. */
  do(act: Act): string | undefined {
    this.#acts += 1
    const headChange =
      act === 'updates the branch by merge'
        ? 'merge button'
        : act === 'updates the branch by rebase'
          ? 'rebase button'
          : 'own commit'
    try {
      this.#watch.asPerson(() => {
        this.#do(act)
      }, headChange)
      return undefined
    } catch (error) {
      return String(error).split('\n')[0]
    }
  }

  #do(act: Act): void {
    const repository = this.#repository
    const base = repository.defaultBranch
    const text = `${mark} ${this.#acts}`
    switch (act) {
      case 'pushes another file':
        repository.push(base, { [`people/${this.#acts}.txt`]: text })
        return
      case 'edits a values file':
        this.#editValuesFile(base, text)
        return
      case 'reverts the last commit':
        this.#revert(base)
        return
      case 'force-pushes the base back':
        forcePush(repository, base, repository.git('rev-parse', `${base}^`))
        return
      case 'closes':
        closePullRequest(repository, this.#open().number)
        return
      case 'reopens':
        reopenByHand(repository, this.#newest().number)
        return
      case 'deletes the head branch':
        repository.store.updateRef(`refs/heads/${headBranch}`, zeroOid, this.#head())
        return
      case 'edits the title':
      case 'adds to the body':
      case 'rewrites the body':
        this.#editText(act, text)
        return
      default:
        this.#changeHead(act, text)
    }
  }

  #changeHead(act: Act, text: string): void {
    const repository = this.#repository
    this.#head()
    switch (act) {
      case 'merges':
        mergePullRequest(repository, this.#open().number, 'merge')
        return
      case 'squashes':
        mergePullRequest(repository, this.#open().number, 'squash')
        return
      case 'rebases':
        mergePullRequest(repository, this.#open().number, 'rebase')
        return
      case 'merges by hand':
        mergeByHand(repository, repository.defaultBranch, headBranch)
        return
      case 'closes and merges by hand':
        closePullRequest(repository, this.#open().number)
        mergeByHand(repository, repository.defaultBranch, headBranch)
        return
      case 'updates the branch by merge':
        updateBranch(repository, this.#open().number, 'merge')
        return
      case 'updates the branch by rebase':
        updateBranch(repository, this.#open().number, 'rebase')
        return
      case 'amends the head branch':
        amend(repository, headBranch, { [`people/${this.#acts}.txt`]: text })
        return
      case 'edits a values file on the head branch':
        this.#editValuesFile(headBranch, text)
        return
      default:
        repository.push(headBranch, { [`people/${this.#acts}.txt`]: text })
    }
  }

  #editText(act: Act, text: string): void {
    const pull = this.#open()
    const { pulls } = this.#watch
    if (act === 'edits the title') {
      editPullRequest(this.#repository, pull.number, { title: text })
      pulls.noteText(pull, { title: text })
    } else if (act === 'adds to the body') {
      editPullRequest(this.#repository, pull.number, { body: `${text}\n\n${pull.body}` })
      pulls.noteText(pull, { line: text })
    } else {
      editPullRequest(this.#repository, pull.number, { body: text })
      pulls.noteText(pull, { line: text, replaced: true })
    }
  }

  #editValuesFile(branch: string, text: string): void {
    const [path] = this.#repository.paths(branch, 'values')
    if (path === undefined) throw new Error('there is no values file')
    const { store } = this.#repository
    const [entry] = store.list(`refs/heads/${branch}:values`)
    const content = `${this.#repository.read(path, branch)}# ${text}\n`
    const mode = entry?.mode === '100755' ? '100755' : '100644'
    this.#repository.push(branch, { [path]: { content, mode } })
  }

  /** A commit with the content of the parent. */
  #revert(branch: string): void {
    const { store } = this.#repository
    const { oid, parents, message } = store.commit(`refs/heads/${branch}`)
    const [parent] = parents
    if (parent === undefined) throw new Error('there is nothing to revert')
    const { tree } = store.commit(parent)
    const revert = {
      tree,
      parents: [oid],
      author: person,
      message: `Revert "${message.split('\n')[0] ?? ''}"`,
    }
    store.updateRef(`refs/heads/${branch}`, store.createCommit(revert), oid)
  }

  #head(): string {
    const head = this.#repository.store.branch(headBranch)
    if (head === undefined) throw new Error('there is no head branch')
    return head
  }

  #open(): PullRequest {
    const { open } = this.#watch.pulls
    if (open === undefined) throw new Error('there is no open pull request')
    return open
  }

  #newest(): PullRequest {
    const { newest } = this.#watch.pulls
    if (newest === undefined) throw new Error('there is no pull request')
    return newest
  }
}
