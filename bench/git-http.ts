import { spawn } from 'node:child_process'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Serves bare repositories to `git clone` and `git push`, as `https://github.com/owner/name.git` does. */
export type GitHttp = { readonly url: string; readonly close: () => Promise<void> }

/** @param find the directory of a bare repository, by `owner/name`. */
export async function startGitHttp(find: (fullName: string) => string): Promise<GitHttp> {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://127.0.0.1')
    const [, fullName = '', path = ''] = /^\/([^/]+\/[^/]+)\.git(\/.*)$/.exec(url.pathname) ?? []
    runBackend(request, response, {
      GIT_PROJECT_ROOT: find(fullName),
      PATH_INFO: path,
      QUERY_STRING: url.search.slice(1),
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Git's own CGI program, which reads the request from its environment and its standard input. */
function runBackend(
  request: IncomingMessage,
  response: ServerResponse,
  environment: Readonly<Record<string, string>>,
): void {
  const { method = 'GET', headers } = request
  const child = spawn('git', ['http-backend'], {
    env: {
      PATH: process.env.PATH,
      GIT_HTTP_EXPORT_ALL: '1',
      // Only authenticated users may push.
      REMOTE_USER: 'bench',
      REQUEST_METHOD: method,
      CONTENT_TYPE: headers['content-type'] ?? '',
      HTTP_CONTENT_ENCODING: headers['content-encoding'] ?? '',
      GIT_PROTOCOL: String(headers['git-protocol'] ?? ''),
      ...environment,
    },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  request.pipe(child.stdin)
  let head = ''
  const readHead = (chunk: Buffer): void => {
    head += chunk.toString('latin1')
    const end = head.indexOf('\r\n\r\n')
    if (end < 0) return
    child.stdout.off('data', readHead)
    const fields = head
      .slice(0, end)
      .split('\r\n')
      .map((line) => line.split(': ', 2))
    const { Status: status = '200', ...rest } = Object.fromEntries(fields) as Record<string, string>
    response.writeHead(Number.parseInt(status), rest)
    response.write(Buffer.from(head.slice(end + 4), 'latin1'))
    child.stdout.pipe(response)
  }
  child.stdout.on('data', readHead)
}
