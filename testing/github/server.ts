import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { notFound, ok, refusal, type Answer, type Token } from './answer.ts'
import { createFaults, type Fault, type SeenRequest } from './faults.ts'
import type { Files } from './git.ts'
import { answerGraphql } from './graphql.ts'
import { idOf, nameOf } from './graphql-objects.ts'
import { openRepository, type Repository } from './repository.ts'
import { route } from './routes.ts'

/** A GitHub on loopback; see the README beside this file. */
export type GitHub = {
  readonly apiUrl: string
  readonly graphqlUrl: string
  /** May do everything, in every repository. */
  readonly token: string
  readonly addToken: (token: Token) => string
  readonly createRepository: (
    nameWithOwner: string,
    options?: { readonly defaultBranch?: string; readonly files?: Files },
  ) => Promise<Repository>
  /** All requests so far. */
  readonly requests: SeenRequest[]
  /** What was asked that GitHub does not know; a test expects none. */
  readonly violations: string[]
  readonly fault: (fault: Fault) => void
  readonly clearFaults: () => void
  readonly close: () => Promise<void>
}

export const startGitHub = async (): Promise<GitHub> => {
  const root = mkdtempSync(join(tmpdir(), 'github-'))
  const repositories = new Map<string, Repository>()
  const tokens = new Map<string, Token>([
    ['full-token', { contents: 'write', pullRequests: 'write' }],
  ])
  const requests: SeenRequest[] = []
  const violations: string[] = []
  const faults = createFaults()

  const reach = (token: Token, name: string): Repository | undefined =>
    token.repositories === undefined || token.repositories.includes(name)
      ? repositories.get(name)
      : undefined

  const graphql = async (token: Token, body: string): Promise<Answer> =>
    ok(
      await answerGraphql(
        JSON.parse(body) as { query?: unknown },
        {
          token,
          find: (name) => reach(token, name),
          findById: (id) =>
            [...repositories.values()].find(
              (repository) =>
                idOf(repository) === id && reach(token, nameOf(repository)) !== undefined,
            ),
        },
        (text) => violations.push(text),
      ),
    )

  const rest = async (token: Token, seen: SeenRequest, url: URL): Promise<Answer> => {
    const [, name = '', path = ''] = /^\/repos\/([^/]+\/[^/]+)\/?(.*)$/.exec(seen.path) ?? []
    const found = route(seen.method, path)
    if (name === '' || found === undefined) {
      violations.push(`REST: ${seen.method} ${seen.path}`)
      return notFound
    }
    const repository = reach(token, name)
    if (repository === undefined) return notFound
    const body: unknown = seen.body === '' ? undefined : JSON.parse(seen.body)
    return found.handler({ repository, token, params: found.params, query: url.searchParams, body })
  }

  const answer = async (request: IncomingMessage, seen: SeenRequest, url: URL): Promise<Answer> => {
    const [, secret = ''] =
      /^(?:token|bearer) (.+)$/i.exec(request.headers.authorization ?? '') ?? []
    const token = tokens.get(secret)
    if (token === undefined) return refusal(401, 'Bad credentials')
    return isGraphql(seen) ? graphql(token, seen.body) : rest(token, seen, url)
  }

  const server = createServer((request, response) => {
    void handle(request, response).catch((error: unknown) => {
      violations.push(`the stand-in failed: ${String(error)}`)
      response.destroy()
    })
  })

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1')
    const seen = await see(request, url, requests.length)
    requests.push(seen)
    const fault = faults.next(seen)
    if (fault?.kind === 'drop') return void response.destroy()
    if (fault?.kind === 'status') {
      response.writeHead(fault.status, { 'content-type': 'application/json', ...fault.headers })
      return void response.end(fault.body ?? '{"message":"fault"}')
    }
    if (fault?.kind === 'call') await fault.run()
    const given = await answer(request, seen, url)
    if (fault?.kind === 'lose-answer') return void response.destroy()
    send(response, given, fault?.kind === 'cut')
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const apiUrl = `http://127.0.0.1:${port}`

  return {
    apiUrl,
    graphqlUrl: `${apiUrl}/graphql`,
    token: 'full-token',
    addToken: (token) => {
      const secret = `token-${tokens.size}`
      tokens.set(secret, token)
      return secret
    },
    createRepository: (name, { defaultBranch = 'main', files = {} } = {}) => {
      const repository = openRepository(root, name, defaultBranch, files)
      repositories.set(name, repository)
      return Promise.resolve(repository)
    },
    requests,
    violations,
    fault: faults.add,
    clearFaults: faults.clear,
    close: async () => {
      for (const { store } of repositories.values()) store.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      rmSync(root, { recursive: true, force: true })
    },
  }
}

const isGraphql = ({ path }: SeenRequest): boolean => path === '/graphql' || path === '/api/graphql'

const see = async (request: IncomingMessage, url: URL, index: number): Promise<SeenRequest> => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const body = Buffer.concat(chunks).toString()
  const operation = /"query":"\s*(?:\\n)?\s*(?:query|mutation) (\w+)/.exec(body)?.[1]
  const path = url.pathname.replace(/^\/api\/v3/, '')
  return { index, method: request.method ?? '', path, operation, body }
}

const send = (response: ServerResponse, { status, body, headers }: Answer, cut: boolean): void => {
  const text = body === undefined ? '' : JSON.stringify(body)
  const bytes = Buffer.from(text)
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'x-github-request-id': 'STANDIN',
    ...(status === 204 ? {} : { 'content-length': bytes.length }),
    ...headers,
  })
  if (!cut) return void response.end(bytes)
  response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => response.destroy())
}
