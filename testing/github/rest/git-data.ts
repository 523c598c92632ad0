import { commitAsGitHub, ownerOf } from '../api-commit.ts'
import type { Person } from '../git/store.ts'
import type { RestCall } from './call.ts'
import { gitCommitBody } from './commit-body.ts'
import { repositoryBody } from './pull-body.ts'
import { errorResponse, notFound, ok, type RestResponse } from './response.ts'

/** Git data: trees, blobs and commits. */

type NewCommit = {
  message: string
  tree: string
  parents: string[]
  author?: Person
  committer?: Person
}

type NewTreeEntry = { path: string; mode: string; sha?: string | null; content?: string }

/** The largest tree that GitHub creates in one request. */
const treeLimits = { entries: 250, bytes: 2_500_000 }

export function getRepository({ repository }: RestCall): RestResponse {
  return ok(repositoryBody(repository))
}

export function getTree({ repository, params, query }: RestCall): RestResponse {
  const tree = repository.store.resolve(params.sha ?? '')
  if (tree === undefined) return notFound
  const entries = repository.store
    .list(tree, query.has('recursive'))
    .map(({ name, mode, type, oid, size }) => ({ path: name, mode, type, sha: oid, size }))
  return ok({ sha: tree, tree: entries, truncated: false })
}

export function createTree({ repository, body }: RestCall): RestResponse {
  const { store } = repository
  const { base_tree: base, tree } = body as { base_tree?: string; tree: NewTreeEntry[] }
  const contents = tree.flatMap(({ content }) => content ?? [])
  const bytes = contents.reduce((sum, content) => sum + Buffer.byteLength(content), 0)
  if (contents.length > treeLimits.entries || bytes > treeLimits.bytes) {
    return errorResponse(
      422,
      'Sorry, your request timed out. It is likely that your input was too large to process.',
    )
  }
  const oids = store.writeBlobs(contents)
  const changes = tree.map(({ path, mode, sha, content }) => ({
    path,
    mode,
    oid: (content === undefined ? sha : oids.shift()) ?? null,
  }))
  return ok({ sha: store.writeTree(base, changes), tree: [] }, 201)
}

export async function getBlob({ repository, params }: RestCall): Promise<RestResponse> {
  const object = await repository.store.readObject(params.sha ?? '')
  if (object?.type !== 'blob') return notFound
  const { content } = object
  const base64 = content.toString('base64').replace(/(.{60})/g, '$1\n')
  return ok({ sha: params.sha, size: content.length, content: base64, encoding: 'base64' })
}

export function getGitCommit({ repository, params }: RestCall): RestResponse {
  const { store } = repository
  const sha = params.sha ?? ''
  return store.typeOf(sha) === 'commit'
    ? ok(gitCommitBody(repository, store.commit(sha)))
    : notFound
}

/**
 * GitHub signs a commit only for an app, and only if neither its author nor its committer is given:
 * docs.github.com, "About commit signature verification", "Signature verification for bots".
 */
export function createCommit({ repository, token, body }: RestCall): RestResponse {
  const { store } = repository
  const { message, tree, parents, ...people } = body as NewCommit
  const owner = ownerOf(token)
  const isApp = token.kind === undefined || token.kind === 'app'
  const isSigned = isApp && people.author === undefined && people.committer === undefined
  const author = people.author ?? people.committer ?? owner
  const commit = { tree, parents, message, author }
  const oid = isSigned
    ? commitAsGitHub(repository, commit)
    : store.createCommit({ ...commit, committer: people.committer ?? owner })
  return ok(gitCommitBody(repository, store.commit(oid)), 201)
}
