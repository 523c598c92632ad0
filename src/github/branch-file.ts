import { z } from 'zod'
import { blobOid, type Content } from '../core/branch.ts'
import { readRaw } from './blobs.ts'
import { missingBranch, revisionOf } from './branch.ts'
import type { GitHubClient } from './client.ts'

/** One file of a branch, by itself. */
export type BranchFile = {
  /** `owner/name` as GitHub spells it. */
  readonly repository: string
  readonly branch: string
  /** Undefined if there is no file at the path. */
  readonly file: { readonly oid: string; readonly content: Content } | undefined
}

const ref = z.object({ name: z.string() }).nullish()

const response = z.object({
  repository: z.object({
    nameWithOwner: z.string(),
    defaultBranchRef: ref,
    ref,
    file: z
      .object({
        __typename: z.string(),
        oid: z.string(),
        text: z.string().nullish(),
        isTruncated: z.boolean().nullish(),
      })
      .nullable(),
  }),
})

const query = `query BranchFile($owner: String!, $name: String!, $ref: String!, $named: Boolean!, $file: String!) {
  repository(owner: $owner, name: $name) {
    nameWithOwner
    defaultBranchRef { name }
    ref(qualifiedName: $ref) @include(if: $named) { name }
    file: object(expression: $file) { __typename oid ... on Blob { text isTruncated } }
  }
}`

/**
 * Reads one file in one request.
 *
 * @param branch undefined: the repository's default branch.
 * @throws GitHubError if the branch does not exist.
 */
export async function readBranchFile(
  client: GitHubClient,
  branch: string | undefined,
  path: string,
): Promise<BranchFile> {
  const revision = revisionOf(branch)
  const variables = { ref: revision, named: branch !== undefined, file: `${revision}:${path}` }
  const { repository } = await client.query(query, variables, response)
  const { nameWithOwner, defaultBranchRef, file } = repository
  const found = branch === undefined ? defaultBranchRef : repository.ref
  if (!found) throw missingBranch(client.repository(), branch, defaultBranchRef?.name)
  const base = { repository: nameWithOwner, branch: found.name }
  if (file?.__typename !== 'Blob') return { ...base, file: undefined }
  const { oid, text, isTruncated } = file
  // GraphQL decodes lossily, so only the hash tells whether the text is the content.
  const isExact = typeof text === 'string' && isTruncated === false && blobOid(text) === oid
  return { ...base, file: { oid, content: isExact ? text : await readRaw(client, oid) } }
}
