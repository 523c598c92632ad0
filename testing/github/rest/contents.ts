import { commitAsGitHub, ownerOf } from '../api-commit.ts'
import { updateRefs } from '../ref-updates.ts'
import type { RestCall } from './call.ts'
import { errorResponse, notFound, ok, type RestResponse } from './response.ts'

/** One file at a time: each write is a commit of its own. */

type NewContent = { message: string; content: string; branch?: string; sha?: string }

export async function getContents({ repository, params, query }: RestCall): Promise<RestResponse> {
  const { store, defaultBranch } = repository
  const path = params.path ?? ''
  const sha = store.resolve(`${query.get('ref') ?? `refs/heads/${defaultBranch}`}:${path}`)
  const object = sha === undefined ? undefined : await store.readObject(sha)
  if (object?.type !== 'blob') return notFound
  const content = object.content.toString('base64').replace(/(.{60})/g, '$1\n')
  return ok({ type: 'file', encoding: 'base64', path, sha, size: object.content.length, content })
}

export function putContents({ repository, token, params, body }: RestCall): RestResponse {
  const { store, defaultBranch } = repository
  const { message, content, sha, branch = defaultBranch } = body as NewContent
  const path = params.path ?? ''
  const head = store.branch(branch)
  if (head === undefined) return errorResponse(404, `Branch ${branch} not found`)
  const current = store.resolve(`${head}:${path}`)
  // Sources: github.com/octokit/octokit.rb/issues/992, github.com/prose/prose/issues/756. The hash of
  // a file that does not exist is ignored.
  if (current !== undefined && sha === undefined) {
    return errorResponse(422, 'Invalid request.\n\n"sha" wasn\'t supplied.')
  }
  if (current !== undefined && current !== sha) {
    return errorResponse(409, `${path} does not match ${sha ?? ''}`)
  }
  const [oid = ''] = store.writeBlobs([Buffer.from(content, 'base64')])
  const tree = store.writeTree(head, [{ path, mode: '100644', oid }])
  const commit = commitAsGitHub(repository, {
    ...{ tree, parents: [head], message },
    author: ownerOf(token),
  })
  const refusal = updateRefs(repository, token, [{ branch, to: commit, force: false }])
  return refusal === undefined
    ? ok(
        { content: { path, sha: oid }, commit: { sha: commit } },
        current === undefined ? 201 : 200,
      )
    : errorResponse(409, `Cannot update ${branch}: ${refusal.kind}`)
}
