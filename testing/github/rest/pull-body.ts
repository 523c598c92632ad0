import type { PullRequest } from '../pull-request.ts'
import { nodeId } from '../pull-requests.ts'
import type { Repository } from '../repository.ts'

/** Pull requests in the shapes of GitHub's OpenAPI description. */

/** `pull-request-simple`, which lists return. */
export function listedPullBody(repository: Repository, pull: PullRequest): object {
  return {
    number: pull.number,
    node_id: nodeId(repository, pull),
    html_url: `${repository.url}/pull/${pull.number}`,
    state: pull.state,
    locked: false,
    draft: pull.draft,
    title: pull.title,
    body: pull.body === '' ? null : pull.body,
    user: userBody(pull.author),
    labels: pull.labels.map(labelBody),
    assignees: pull.assignees.map(userBody),
    requested_reviewers: pull.reviewers.map(userBody),
    requested_teams: pull.teamReviewers.map((slug) => ({ slug, name: slug })),
    created_at: pull.createdAt,
    updated_at: pull.updatedAt,
    closed_at: pull.closedAt,
    merged_at: pull.mergedAt,
    merge_commit_sha: pull.mergeCommit,
    head: headBody(repository, pull),
    base: {
      label: `${repository.owner}:${pull.base}`,
      ref: pull.base,
      sha: pull.baseSha,
      user: userBody(repository.owner),
      repo: repositoryBody(repository),
    },
  }
}

/** `pull-request`, which all other endpoints return. */
export function pullBody(repository: Repository, pull: PullRequest): object {
  return { ...listedPullBody(repository, pull), merged: pull.mergedAt !== null }
}

export function labelBody(name: string): object {
  return { name, color: 'ededed', default: false }
}

export function repositoryBody(repository: Repository): object {
  return {
    id: repository.numericId,
    node_id: repository.id,
    name: repository.name,
    full_name: repository.fullName,
    owner: userBody(repository.owner),
    html_url: repository.url,
    private: true,
    fork: false,
    default_branch: repository.defaultBranch,
    archived: repository.settings.archived,
    delete_branch_on_merge: repository.settings.deleteBranchOnMerge,
  }
}

/** `repo` is null if the fork was deleted. */
function headBody(repository: Repository, pull: PullRequest): object {
  const { head, headOwner, headSha, headRepositoryExists } = pull
  const fork = {
    ...repositoryBody(repository),
    id: repository.numericId + pull.number,
    node_id: `${repository.id}_${headOwner}`,
    full_name: `${headOwner}/${repository.name}`,
    owner: userBody(headOwner),
    fork: true,
  }
  const repo = headOwner === repository.owner ? repositoryBody(repository) : fork
  return {
    label: `${headOwner}:${head}`,
    ref: head,
    sha: headSha,
    user: userBody(headOwner),
    repo: headRepositoryExists ? repo : null,
  }
}

function userBody(login: string): object {
  return { login, type: login.endsWith('[bot]') ? 'Bot' : 'User' }
}
