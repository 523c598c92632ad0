import { findPullRequest } from '../pull-requests.ts'
import type { Repository } from '../repository.ts'
import { protectionOf } from '../rules/protection.ts'
import type { Protection } from '../rules/types.ts'
import type { Token } from '../tokens.ts'
import { GraphqlError } from './error.ts'
import { commitObject, gitObject } from './git-objects.ts'
import { pullRequestConnection, pullRequestObject } from './pull-request-objects.ts'

/** Repositories and branches of GitHub's schema. */

export function repositoryObject(repository: Repository, token: Token): object {
  const toCommit = (oid: string): object => commitObject(repository, repository.store.commit(oid))
  return {
    __typename: 'Repository',
    id: repository.id,
    name: repository.name,
    nameWithOwner: repository.fullName,
    url: repository.url,
    databaseId: repository.numericId,
    deleteBranchOnMerge: repository.settings.deleteBranchOnMerge,
    isArchived: repository.settings.archived,
    isPrivate: true,
    viewerPermission: token.contents === 'write' ? 'WRITE' : 'READ',
    defaultBranchRef: () => refObject(repository, repository.defaultBranch),
    ref: ({ qualifiedName }: { qualifiedName: string }) =>
      refObject(repository, qualifiedName.replace(/^refs\/heads\//, '')),
    refs: ({ refPrefix, first = 30 }: { refPrefix: string; first?: number }) => {
      const names = repository.git('for-each-ref', '--format=%(refname)', refPrefix)
      const found = names === '' ? [] : names.split('\n').slice(0, first)
      return { nodes: found.map((name) => ({ name: name.slice(refPrefix.length) })) }
    },
    pullRequests: (args: Parameters<typeof pullRequestConnection>[1]) =>
      pullRequestConnection(repository, args, toCommit),
    pullRequest: ({ number }: { number: number }) => {
      const pull = findPullRequest(repository, number)
      if (pull === undefined) {
        const message = `Could not resolve to a PullRequest with the number of ${number}.`
        throw new GraphqlError('NOT_FOUND', message)
      }
      return pullRequestObject(repository, pull, toCommit)
    },
    object: ({ oid, expression }: { oid?: string; expression?: string }) => {
      const found = oid ?? repository.store.resolve(expression ?? '')
      return found === undefined ? null : gitObject(repository, found)
    },
  }
}

export function refObject(repository: Repository, branch: string): object | null {
  const head = repository.store.branch(branch)
  if (head === undefined) return null
  return {
    __typename: 'Ref',
    id: `REF_${repository.fullName}_${branch}`,
    name: branch,
    prefix: 'refs/heads/',
    target: () => commitObject(repository, repository.store.commit(head)),
    // Only visible to administrators, which the action's tokens never are.
    branchProtectionRule: null,
    refUpdateRule: () => refUpdateRule(protectionOf(repository, branch)),
  }
}

/** Classic protection, as those see it who may push. */
function refUpdateRule(protection: Protection | undefined): object | null {
  if (protection === undefined) return null
  return {
    __typename: 'RefUpdateRule',
    pattern: protection.pattern,
    viewerCanPush: protection.restrictsPushes !== true && protection.locked !== true,
    viewerAllowedToDismissReviews: false,
    requiredApprovingReviewCount: protection.requiredReviews ?? null,
    requiredStatusCheckContexts: protection.requiredStatusChecks ?? [],
    requiresSignatures: protection.requiresSignatures ?? false,
    requiresLinearHistory: protection.requiresLinearHistory ?? false,
    requiresCodeOwnerReviews: false,
    requiresConversationResolution: false,
    allowsForcePushes: protection.allowsForcePushes ?? false,
    allowsDeletions: protection.allowsDeletions ?? false,
    blocksCreations: protection.blocksCreations ?? false,
  }
}
