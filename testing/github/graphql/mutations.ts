import { missingPermissionMessage } from '../access.ts'
import { commitAsGitHub, ownerOf } from '../api-commit.ts'
import { updateRefs, type Refusal } from '../ref-updates.ts'
import type { Repository } from '../repository.ts'
import { findViolation, type Violation } from '../rules/violation.ts'
import type { Token } from '../tokens.ts'
import { requireRepository, requireWriteAccess, type GraphqlContext } from './context.ts'
import { GraphqlError } from './error.ts'
import { commitObject } from './git-objects.ts'
import { refObject } from './repository-objects.ts'

type CommitInput = {
  branch: { repositoryNameWithOwner?: string; branchName?: string; id?: string }
  expectedHeadOid: string
  message: { headline: string; body?: string }
  fileChanges?: {
    additions?: { path: string; contents: string }[] | null
    deletions?: { path: string }[] | null
  }
}

type RefUpdateInput = { name: string; beforeOid?: string; afterOid: string; force?: boolean }

export function mutations(context: GraphqlContext): object {
  return {
    createCommitOnBranch: ({ input }: { input: CommitInput }) => {
      const repository = requireRepository(context, input.branch.repositoryNameWithOwner ?? '')
      requireWriteAccess(context, repository, 'CreateCommitOnBranch')
      const oid = createCommit(repository, context.token, input)
      return {
        commit: commitObject(repository, repository.store.commit(oid)),
        ref: refObject(repository, input.branch.branchName ?? ''),
      }
    },
    updateRefs: ({ input }: { input: { repositoryId: string; refUpdates: RefUpdateInput[] } }) => {
      const repository = context.findById(input.repositoryId)
      if (repository === undefined)
        throw new GraphqlError('NOT_FOUND', 'Could not resolve the node')
      requireWriteAccess(context, repository, 'UpdateRefs')
      const updates = input.refUpdates.map(({ name, beforeOid, afterOid, force = false }) => ({
        ...{ branch: name.replace(/^refs\/heads\//, ''), to: afterOid, force },
        expected: beforeOid,
      }))
      throwIfRefused(context.token, updateRefs(repository, context.token, updates))
      return { clientMutationId: null }
    },
  }
}

function createCommit(repository: Repository, token: Token, input: CommitInput): string {
  const { store } = repository
  const branch = input.branch.branchName ?? ''
  const head = store.branch(branch)
  const { additions = [], deletions = [] } = input.fileChanges ?? {}
  if (additions === null || deletions === null) {
    // GitHub's schema allows null, but the request fails with an error that has no type.
    throw new Error('Something went wrong while executing your query.')
  }
  if (head === undefined) throw new GraphqlError('NOT_FOUND', `No such branch ${branch}`)
  if (input.message.headline === '') throw unprocessable('A commit message headline is required')
  if (input.expectedHeadOid !== head) throw staleData(repository, head, input.expectedHeadOid)
  checkPaths(repository, head, additions, deletions)
  const contents = additions.map(({ contents: text }) => Buffer.from(text, 'base64'))
  const oids = store.writeBlobs(contents)
  const tree = store.writeTree(head, [
    ...additions.map(({ path }, index) => ({ path, mode: '100644', oid: oids[index] ?? null })),
    ...deletions.map(({ path }) => ({ path, mode: '0', oid: null })),
  ])
  const { headline, body = '' } = input.message
  const message = body === '' ? headline : `${headline}\n\n${body}`
  const oid = commitAsGitHub(repository, { tree, parents: [head], message, author: ownerOf(token) })
  const violation = findViolation(repository, token, { branch, from: head, to: oid })
  if (violation !== undefined) throw ruleError(token, violation)
  store.updateRef(`refs/heads/${branch}`, oid, head)
  return oid
}

function checkPaths(
  { store }: Repository,
  head: string,
  additions: readonly { path: string }[],
  deletions: readonly { path: string }[],
): void {
  const paths = [...additions, ...deletions].map(({ path }) => path)
  if (new Set(paths).size < paths.length) {
    throw unprocessable('A path was specified more than once')
  }
  for (const path of paths) {
    if (path.split('/').some((part) => /^(\.\.?|\.git|)$/i.test(part))) {
      throw unprocessable(`A path was requested that is invalid: ${path}`)
    }
  }
  for (const { path } of deletions) {
    if (store.resolve(`${head}:${path}`) === undefined) {
      throw unprocessable(`A path was requested for deletion which does not exist: ${path}`)
    }
  }
}

function throwIfRefused(token: Token, refusal: Refusal | undefined): void {
  switch (refusal?.kind) {
    case undefined:
      return
    case 'stale':
      throw unprocessable(`is at ${refusal.current} but expected ${refusal.expected}`)
    case 'missing-object':
      throw unprocessable('Object does not exist')
    case 'missing-ref':
      throw unprocessable('Reference does not exist')
    case 'not-fast-forward':
      throw unprocessable('Update is not a fast forward')
    case 'name-conflict':
      throw unprocessable(refusal.message)
    case 'rule':
      throw ruleError(token, refusal.violation)
  }
}

/**
 * Source of the type for classic protection: github.com/Thinkmill/keystatic/issues/1598; of the one for
 * rulesets: a CI log of createCommitOnBranch in a public repository.
 */
function ruleError(token: Token, { kind, message }: Violation): GraphqlError {
  switch (kind) {
    case 'ruleset':
      return new GraphqlError('FORBIDDEN', message)
    case 'protection':
      return new GraphqlError('BRANCH_PROTECTION_RULE_VIOLATION', message)
    case 'workflows':
      return new GraphqlError('FORBIDDEN', missingPermissionMessage(token))
  }
}

function unprocessable(message: string): GraphqlError {
  return new GraphqlError('UNPROCESSABLE', message)
}

/** Source of the older wording: github.com/PyGithub/PyGithub/issues/1787. */
function staleData({ settings }: Repository, head: string, expected: string): GraphqlError {
  return settings.raceWording === 'usual'
    ? new GraphqlError(
        'STALE_DATA',
        `Expected branch to point to "${expected}" but it did not.  Pull and try again.`,
      )
    : unprocessable(`is at ${head} but expected ${expected}`)
}
