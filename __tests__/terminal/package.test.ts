import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from '@jest/globals'
import { createCheckout } from '../../testing/checkout.ts'

test('npx runs the command from a repository, and downloads no other package', async () => {
  const checkout = createCheckout()
  const folder = mkdtempSync(join(tmpdir(), 'npx-'))
  const home = join(folder, 'home')
  mkdirSync(home)
  const requests: string[] = []
  const registry = createServer(({ url = '' }, response) => {
    requests.push(url)
    response.writeHead(404).end('{}')
  }).listen(0, '127.0.0.1')
  await once(registry, 'listening')
  const { port } = registry.address() as AddressInfo
  try {
    const source = `git+${pathToFileURL(checkout.directory).href}`
    const { stdout } = await promisify(execFile)('npx', ['--yes', source, '--help'], {
      cwd: home,
      env: {
        PATH: process.env.PATH,
        HOME: home,
        npm_config_cache: join(folder, 'cache'),
        npm_config_registry: `http://127.0.0.1:${port}`,
        npm_config_update_notifier: 'false',
        npm_config_audit: 'false',
      },
    })
    expect(stdout).toContain('  --mlflow-tracking-uri <value>\n')
    expect(requests).toEqual([])
    const [installation = ''] = readdirSync(join(folder, 'cache', '_npx'))
    const modules = join(folder, 'cache', '_npx', installation, 'node_modules')
    const packages = readdirSync(modules).filter((name) => !name.startsWith('.'))
    expect(packages).toEqual(['mlflow-sync'])
    expect(readdirSync(join(modules, 'mlflow-sync')).toSorted()).toEqual(
      ['LICENSE', 'README.md', 'action.yml', 'bin', 'dist', 'package.json'].toSorted(),
    )
  } finally {
    registry.close()
    checkout.remove()
    rmSync(folder, { recursive: true, force: true })
  }
})
