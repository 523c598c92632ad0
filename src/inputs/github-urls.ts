import { prose, type Prose } from '../core/text/prose.ts'
import { shown } from './issue.ts'

/** GitHub's addresses, without a trailing slash. */
export type GitHubUrls = {
  /** The website. */
  readonly server: string
  /** The REST API. */
  readonly api: string
  readonly graphql: string
}

const variables = ['GITHUB_SERVER_URL', 'GITHUB_API_URL', 'GITHUB_GRAPHQL_URL'] as const

/**
 * Reads GitHub's addresses from the variables that the runner sets. A missing one is derived from the
 * others, because github.com must not receive the token of another server.
 *
 * @returns the addresses, and one sentence for each invalid variable.
 */
export function readGitHubUrls(environment: Readonly<Record<string, string | undefined>>): {
  readonly urls: GitHubUrls
  readonly problems: readonly Prose[]
} {
  const problems: Prose[] = []
  const [server, api, graphql] = variables.map((variable) => {
    const text = environment[variable]?.trim() ?? ''
    if (text === '') return undefined
    const base = parseBaseUrl(text)
    if (base === undefined) {
      problems.push(
        prose`\`${variable}\` must be an address such as \`https://github.example.com\` (received ${shown(withoutCredentials(text))})`,
      )
    }
    return base
  })
  return { urls: completeUrls(server, api, graphql), problems }
}

/** Whatever is before an `@` may be a user and a token, even if the address cannot be parsed. */
export function withoutCredentials(text: string): string {
  return text.replace(/^([a-z]+:\/\/)?.*@/is, '$1***@')
}

function parseBaseUrl(text: string): string | undefined {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return undefined
  const { origin, pathname } = new URL(text)
  return `${origin}${pathname}`.replace(/\/+$/, '')
}

function completeUrls(
  server: string | undefined,
  givenApi: string | undefined,
  graphql: string | undefined,
): GitHubUrls {
  const api = givenApi ?? (graphql && apiOfGraphql(graphql)) ?? apiOfServer(server ?? githubCom)
  return { server: server ?? serverOfApi(api), api, graphql: graphql ?? graphqlOfApi(api) }
}

const githubCom = 'https://github.com'

/**
 * github.com and `<name>.ghe.com` have their API on the host `api.…`, and a GitHub Enterprise Server
 * below `/api` of its own host.
 */
const withApiHost = /^(https?:\/\/)(github\.com|[^./]+\.ghe\.com)$/
const apiHost = /^(https?:\/\/)api\.(github\.com|[^./]+\.ghe\.com)$/

function apiOfServer(server: string): string {
  return withApiHost.test(server) ? server.replace(withApiHost, '$1api.$2') : `${server}/api/v3`
}

function serverOfApi(api: string): string {
  return apiHost.test(api) ? api.replace(apiHost, '$1$2') : api.replace(/\/api\/v3$/, '')
}

function graphqlOfApi(api: string): string {
  return api.endsWith('/api/v3') ? api.replace(/v3$/, 'graphql') : `${api}/graphql`
}

function apiOfGraphql(graphql: string): string {
  return graphql.endsWith('/api/graphql')
    ? graphql.replace(/graphql$/, 'v3')
    : graphql.replace(/\/graphql$/, '')
}
