import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { denialFor, suspensionOf } from './access.ts'
import { deliver, deliverInstead, record } from './deliver.ts'
import { FaultQueue, type Fault, type FaultOptions, type RecordedRequest } from './faults.ts'
import { startGitLauncher, type GitLauncher } from './git/launcher.ts'
import type { Files } from './git/store.ts'
import { executeGraphql } from './graphql/execute.ts'
import { createRepository, type Repository } from './repository.ts'
import { deniedResponse } from './rest/call.ts'
import { errorResponse, notFound, ok, type RestResponse } from './rest/response.ts'
import { findRoute } from './rest/routes.ts'
import type { Token } from './tokens.ts'

/** GitHub's API on loopback; see the README in this folder. */
export class GitHub {
  /** Has every permission in every repository. */
  readonly token = 'full-token'
  /** All requests so far. */
  readonly requests: RecordedRequest[] = []
  /** Requests that GitHub would reject, or that the stand-in lacks; tests expect none. */
  readonly violations: string[] = []
  readonly #root: string
  readonly #launcher: GitLauncher
  readonly #repositories = new Map<string, Repository>()
  readonly #tokens = new Map<string, Token>([
    [this.token, { contents: 'write', pullRequests: 'write' }],
  ])
  readonly #faults = new FaultQueue()
  readonly #hanging: ServerResponse[] = []
  readonly #server = createServer((request, response) => {
    void this.#handle(request, response).catch((error: unknown) => {
      // A client that was killed in the middle of a request is not a mistake.
      if (request.complete) this.violations.push(`the stand-in failed: ${String(error)}`)
      response.destroy()
    })
  })

  constructor(root: string, launcher: GitLauncher) {
    this.#root = root
    this.#launcher = launcher
  }

  get apiUrl(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  get graphqlUrl(): string {
    return `${this.apiUrl}/graphql`
  }

  addToken(token: Token): string {
    const secret = `token-${this.#tokens.size}`
    this.#tokens.set(secret, token)
    return secret
  }

  createRepository(
    fullName: string,
    options: { readonly defaultBranch?: string; readonly files?: Files } = {},
  ): Repository {
    const { defaultBranch = 'main', files = {} } = options
    const repository = createRepository(
      this.#root,
      fullName,
      defaultBranch,
      files,
      this.#launcher.execute,
    )
    this.#repositories.set(fullName, repository)
    return repository
  }

  /** Injects a fault into the next matching requests. */
  inject(fault: Fault, options?: FaultOptions): void {
    this.#faults.inject(fault, options)
  }

  /** Ends all faults, and closes the connections that hang. */
  clearFaults(): void {
    this.#faults.clear()
    this.closeHanging()
  }

  /** Closes the connections that hang, as a proxy does after a while. */
  closeHanging(): void {
    for (const response of this.#hanging.splice(0)) response.destroy()
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
  }

  async close(): Promise<void> {
    for (const { store } of this.#repositories.values()) store.close()
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
    this.#launcher.close()
    rmSync(this.#root, { recursive: true, force: true })
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', `http://${request.headers.host ?? '127.0.0.1'}`)
    const recorded = { ...(await record(request, url)), index: this.requests.length }
    this.requests.push(recorded)
    const fault = this.#faults.takeFor(recorded)
    if (fault?.kind === 'hang' || fault?.kind === 'hang-after') this.#hanging.push(response)
    if (deliverInstead(fault, response)) return
    if (fault?.kind === 'run-before') await fault.run()
    const result = await this.#respondTo(recorded, url, request.headers.authorization ?? '')
    deliver(result, fault, response)
  }

  async #respondTo(
    request: RecordedRequest,
    url: URL,
    authorization: string,
  ): Promise<RestResponse> {
    const [, secret = ''] = /^(?:token|bearer) (.+)$/i.exec(authorization) ?? []
    const token = this.#tokens.get(secret)
    if (token === undefined) return errorResponse(401, 'Bad credentials')
    const suspension = suspensionOf(token)
    if (suspension !== undefined) return deniedResponse(suspension)
    return /^(\/api)?\/graphql$/.test(request.path)
      ? this.#graphql(token, request.body)
      : this.#rest(token, request, url)
  }

  async #graphql(token: Token, body: string): Promise<RestResponse> {
    const context = {
      token,
      find: (fullName: string) => this.#find(token, fullName),
      findById: (id: string) =>
        [...this.#repositories.values()].find(
          (repository) => repository.id === id && this.#find(token, repository.fullName),
        ),
    }
    const query = JSON.parse(body) as { query?: unknown; variables?: unknown }
    const result = await executeGraphql(query, context, (text) => this.violations.push(text))
    return { ...ok(result.body), headers: result.headers }
  }

  async #rest(token: Token, request: RecordedRequest, url: URL): Promise<RestResponse> {
    const [, fullName = '', path = ''] = /^\/repos\/([^/]+\/[^/]+)\/?(.*)$/.exec(request.path) ?? []
    const route = findRoute(request.method, path)
    if (fullName === '' || route === undefined) {
      this.violations.push(`REST: ${request.method} ${request.path}`)
      return notFound
    }
    const repository = this.#find(token, fullName)
    if (repository === undefined) return notFound
    const denial = denialFor(token, repository, false)
    if (denial !== undefined) return deniedResponse(denial)
    const body: unknown = request.body === '' ? undefined : JSON.parse(request.body)
    const { params } = route
    return route.handler({ repository, token, params, query: url.searchParams, url, body })
  }

  #find({ repositories }: Token, fullName: string): Repository | undefined {
    return repositories === undefined || repositories.includes(fullName)
      ? this.#repositories.get(fullName)
      : undefined
  }
}

export async function startGitHub(): Promise<GitHub> {
  const root = mkdtempSync(join(tmpdir(), 'github-'))
  const github = new GitHub(root, await startGitLauncher(root))
  await github.listen()
  return github
}
