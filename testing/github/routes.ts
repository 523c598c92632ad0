import type { Answer, Token } from './answer.ts'
import type { Repository } from './repository.ts'
import * as git from './rest-git.ts'
import * as pulls from './rest-pulls.ts'

/** One request to the REST API, addressed to a repository that the token reaches. */
export type RestCall = {
  readonly repository: Repository
  readonly token: Token
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  readonly body: unknown
}

type Handler = (call: RestCall) => Answer | Promise<Answer>

/** Paths below `/repos/{owner}/{name}`; `:x` is one segment, `*x` the rest. */
const table: readonly (readonly [string, string, Handler])[] = [
  ['GET', '', git.getRepository],
  ['GET', 'git/ref/heads/*branch', git.getRef],
  ['POST', 'git/refs', git.createRef],
  ['PATCH', 'git/refs/heads/*branch', git.updateRef],
  ['DELETE', 'git/refs/heads/*branch', git.deleteRef],
  ['GET', 'git/trees/*sha', git.getTree],
  ['POST', 'git/trees', git.createTree],
  ['GET', 'git/blobs/:sha', git.getBlob],
  ['GET', 'git/commits/:sha', git.getCommit],
  ['POST', 'git/commits', git.createCommit],
  ['GET', 'compare/*range', git.compare],
  ['GET', 'branches/*branch', git.getBranch],
  ['GET', 'rules/branches/*branch', git.getBranchRules],
  ['GET', 'pulls', pulls.listPulls],
  ['POST', 'pulls', pulls.createPull],
  ['GET', 'pulls/:number', pulls.getPull],
  ['PATCH', 'pulls/:number', pulls.updatePull],
  ['POST', 'issues/:number/labels', pulls.addLabels],
]

const compiled = table.map(([method, path, handler]) => ({
  method,
  handler,
  pattern: new RegExp(
    `^${path.replace(/:(\w+)/g, '(?<$1>[^/]+)').replace(/\*(\w+)/g, '(?<$1>.+)')}$`,
  ),
}))

/** The handler of a path below a repository, with what its path names. */
export const route = (
  method: string,
  path: string,
): { handler: Handler; params: Record<string, string> } | undefined => {
  for (const entry of compiled) {
    const match = entry.method === method ? entry.pattern.exec(decodeURIComponent(path)) : null
    if (match !== null) {
      const params = Object.entries(match.groups ?? {}).map(([name, value]) => [name, value])
      return {
        handler: entry.handler,
        params: Object.fromEntries(params) as Record<string, string>,
      }
    }
  }
  return undefined
}
