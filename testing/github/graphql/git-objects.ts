import type { Commit, Person, TreeEntry } from '../git/store.ts'
import type { Repository } from '../repository.ts'
import { connection, type PageArguments } from './connection.ts'
import type { GraphqlContext } from './context.ts'
import { associatedPullRequests } from './pull-request-objects.ts'

/** Git objects of GitHub's schema, resolved from git. */

export function commitObject(repository: Repository, commit: Commit): object {
  const { store } = repository
  const [headline, ...body] = commit.message.split('\n')
  const toCommit = (oid: string): object => commitObject(repository, store.commit(oid))
  return {
    __typename: 'Commit',
    id: `C_${commit.oid}`,
    oid: commit.oid,
    abbreviatedOid: commit.oid.slice(0, 7),
    url: `${repository.url}/commit/${commit.oid}`,
    message: commit.message,
    messageHeadline: headline,
    messageBody: body.join('\n').trim(),
    committedDate: commit.date,
    author: actorObject(commit.author),
    committer: actorObject(commit.committer),
    signature: signatureObject(commit),
    tree: () => treeObject(repository, commit.tree),
    parents: (args: PageArguments) => connection('parents', commit.parents, args, toCommit),
    history: (args: PageArguments & { readonly path?: string }) =>
      connection('history', store.history(commit.oid, args.path), args, toCommit),
    associatedPullRequests: (args: PageArguments, { token }: GraphqlContext) =>
      associatedPullRequests(repository, commit.oid, args, toCommit, token),
    file: ({ path }: { path: string }) => fileObject(repository, commit.oid, path),
  }
}

/** Values as GitHub returns them for a commit that was made through its API. */
function signatureObject({ signer, signature, payload, committer, date }: Commit): object | null {
  if (signer === undefined) return null
  const login = signer === 'github' ? 'web-flow' : committer.name
  return {
    __typename: 'GpgSignature',
    isValid: true,
    state: 'VALID',
    wasSignedByGitHub: signer === 'github',
    email: committer.email,
    signer: { __typename: 'User', login, name: committer.name, email: committer.email },
    signature,
    payload,
    verifiedAt: date,
    keyId: 'B5690EEEBB952194',
  }
}

function actorObject({ name, email }: Person): object {
  return { __typename: 'GitActor', name, email, user: { __typename: 'User', login: name } }
}

function fileObject(repository: Repository, commit: string, path: string): object | null {
  const slash = path.lastIndexOf('/')
  const tree = repository.store.resolve(`${commit}:${path.slice(0, Math.max(slash, 0))}`)
  const entries = tree === undefined ? [] : repository.store.list(tree)
  const entry = entries.find(({ name }) => name === path.slice(slash + 1))
  return entry === undefined ? null : treeEntryObject(repository, entry)
}

export async function gitObject(repository: Repository, oid: string): Promise<object | null> {
  const object = await repository.store.readObject(oid)
  switch (object?.type) {
    case 'commit':
      return commitObject(repository, repository.store.commit(oid))
    case 'tree':
      return treeObject(repository, oid)
    case 'blob':
      return blobObject(oid, object.content)
    default:
      return null
  }
}

function treeObject(repository: Repository, oid: string): object {
  return {
    __typename: 'Tree',
    id: `T_${oid}`,
    oid,
    entries: () => repository.store.list(oid).map((entry) => treeEntryObject(repository, entry)),
  }
}

function treeEntryObject(repository: Repository, entry: TreeEntry): object {
  return {
    __typename: 'TreeEntry',
    name: entry.name,
    path: entry.name,
    mode: parseInt(entry.mode, 8),
    type: entry.type,
    oid: entry.oid,
    size: entry.size,
    object: () => gitObject(repository, entry.oid),
    submodule: entry.type === 'commit' ? submoduleObject(entry) : null,
  }
}

/** The commit is in another repository, so that `object` is null. */
function submoduleObject({ name, oid }: TreeEntry): object {
  return { __typename: 'Submodule', name, path: name, subprojectCommitOid: oid }
}

/** GraphQL truncates a blob's text after this many bytes. */
const maxTextBytes = 512_000

function blobObject(oid: string, content: Buffer): object {
  const isBinary = content.includes(0)
  return {
    __typename: 'Blob',
    id: `B_${oid}`,
    oid,
    byteSize: content.length,
    isBinary,
    isTruncated: content.length > maxTextBytes,
    text: isBinary ? null : content.subarray(0, maxTextBytes).toString('utf8'),
  }
}
