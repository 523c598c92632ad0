import { spawnSync } from 'node:child_process'
import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { createCheckout, type Checkout } from '../../testing/checkout.ts'

const version = '1.0.0'
let checkout: Checkout
/** The commit that a release starts from. */
let start: string

beforeAll(() => {
  checkout = createCheckout()
  appendFileSync(
    join(checkout.directory, '.git', 'info', 'exclude'),
    '/node_modules\n/origin.git\n',
  )
  const { git } = checkout
  git('init', '--quiet', '--bare', 'origin.git')
  git('remote', 'add', 'origin', join(checkout.directory, 'origin.git'))
  git('push', '--quiet', 'origin', 'main')
  start = git('rev-parse', 'HEAD')
})

afterAll(() => checkout.remove())

function run(script: string, ...args: string[]) {
  const env = { PATH: process.env.PATH, HOME: checkout.directory }
  const file = join(checkout.directory, 'script', script)
  return spawnSync('bash', [file, ...args], { encoding: 'utf8', env })
}

const read = (file: string): string => readFileSync(join(checkout.directory, file), 'utf8')

/** Gives the checkout a bundler that does what the lines say. */
function installBundler(...lines: string[]): void {
  const folder = join(checkout.directory, 'node_modules', '.bin')
  rmSync(join(checkout.directory, 'node_modules'), { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'ncc'), `#!/bin/sh\n${lines.join('\n')}\n`, { mode: 0o755 })
}

function expectUntouched(): void {
  const { git } = checkout
  expect([git('rev-parse', 'HEAD'), git('status', '--porcelain'), git('tag')]).toEqual([
    start,
    '',
    '',
  ])
}

describe('script/release', () => {
  beforeEach(() => installBundler('mkdir dist; echo bundle >dist/index.js'))

  test.each([
    ['0.0.9', '0.0.9 is not newer than 0.1.0'],
    ['0.1.0', '0.1.0 is not newer than 0.1.0'],
    ['0.1.0-rc.1', '0.1.0-rc.1 is not newer than 0.1.0'],
    ['1.0', "'1.0' is not a version"],
    ['v1.0.0', "'v1.0.0' is not a version"],
    ['1.0.0 --force', "'1.0.0 --force' is not a version"],
  ])('rejects %s', (given, message) => {
    const { status, stderr } = run('release', given)
    expect([status, stderr]).toEqual([1, expect.stringContaining(message)])
    expectUntouched()
  })

  test('rejects changes that are not committed, and keeps them', () => {
    writeFileSync(join(checkout.directory, 'notes.txt'), 'mine')
    const { status, stderr } = run('release', version)
    expect([status, stderr]).toEqual([1, expect.stringContaining('?? notes.txt')])
    expect(read('notes.txt')).toBe('mine')
    rmSync(join(checkout.directory, 'notes.txt'))
  })

  test('rejects another branch, and a main that lacks commits', () => {
    const { git } = checkout
    git('switch', '--quiet', '--create', 'topic')
    expect(run('release', version).stderr).toContain('on the branch main')
    git('commit', '--quiet', '--allow-empty', '--message', 'Newer')
    git('update-ref', 'refs/remotes/origin/main', 'HEAD')
    git('switch', '--quiet', 'main')
    expect(run('release', version).stderr).toContain('lacks commits of origin/main')
    git('update-ref', 'refs/remotes/origin/main', start)
    expectUntouched()
  })

  test.each([
    ['the build fails', ['mkdir dist; echo half >dist/half.js; exit 3'], undefined],
    ['the commit fails', ['mkdir dist; echo bundle >dist/index.js'], 'pre-commit'],
    ['the tag fails', ['git tag v1.0.0'], undefined],
  ])('leaves everything as it was if %s', (_, bundler, hook) => {
    installBundler(...bundler)
    if (hook !== undefined) {
      writeFileSync(join(checkout.directory, '.git', hook), '#!/bin/sh\nexit 1\n', { mode: 0o755 })
      checkout.git('config', 'core.hooksPath', '.git')
    }
    const { status, stderr } = run('release', version)
    checkout.git('config', 'core.hooksPath', '/dev/null')
    expect(status).not.toBe(0)
    expect(stderr).toContain('everything is as it was before')
    expectUntouched()
  })
})

describe('a release', () => {
  // The version gets into dist if it is built after the sources have it. The real bundler takes long.
  beforeAll(() => installBundler('git checkout -- dist; cp src/core/version.ts dist/index.js'))

  test('is one commit and an annotated tag, which the printed command publishes', () => {
    const { git } = checkout
    const { status, stdout, stderr } = run('release', version)
    expect([status, stderr]).toEqual([0, ''])
    expect(git('rev-list', '--count', `${start}..main`)).toBe('1')
    expect(git('cat-file', '-t', 'v1.0.0')).toBe('tag')
    expect(git('status', '--porcelain')).toBe('')
    expect(git('tag', '--list', '--format=%(contents)', 'v1.0.0')).toContain('### Added')
    expect(git('diff', '--name-only', start, 'main').split('\n')).toEqual([
      'CHANGELOG.md',
      'dist/index.js',
      'package-lock.json',
      'package.json',
      'src/core/version.ts',
    ])
    const lock = JSON.parse(read('package-lock.json')) as {
      version: string
      packages: Record<string, { version: string }>
    }
    expect([lock.version, lock.packages['']?.version]).toEqual([version, version])
    expect(read('dist/index.js')).toContain("'1.0.0'")
    const today = new Date().toISOString().slice(0, 10)
    expect(read('CHANGELOG.md')).toContain(`## [Unreleased]\n\n## [1.0.0] - ${today}\n`)
    expect(read('CHANGELOG.md')).toContain('/compare/v1.0.0...HEAD\n[1.0.0]: https://')

    const command = /^ +git (push .*)$/m.exec(stdout)?.[1] ?? ''
    expect(command).toBe('push --atomic origin main v1.0.0')
    git(...command.split(' '))
    expect(run('verify-release', 'v1.0.0')).toMatchObject({ status: 0, stderr: '' })
  })

  test('has the notes of CHANGELOG.md', () => {
    const { stdout } = run('release-notes', version)
    expect(stdout).toMatch(/^The first release\.\n/)
    expect(stdout).not.toContain('## [')
    expect(stdout).not.toContain('[Unreleased]:')
    expect(run('release-notes', '9.9.9')).toMatchObject({ status: 1, stdout: '' })
  })

  test('does not pass with another version in a file, or off main', () => {
    const { git } = checkout
    git('tag', 'v1.0.1')
    const { status, stderr } = run('verify-release', 'v1.0.1')
    expect(status).toBe(1)
    expect(stderr).toContain('package.json has version 1.0.0, not 1.0.1')
    expect(stderr).toContain('CHANGELOG.md has no section 1.0.1')
    git('tag', '--delete', 'v1.0.1')
    git('push', '--quiet', '--force', 'origin', `${start}:main`)
    git('fetch', '--quiet')
    expect(run('verify-release', 'v1.0.0').stderr).toContain('v1.0.0 is not on main')
    git('push', '--quiet', 'origin', 'main')
  })

  test('moves the tag of its major version, but only forward', () => {
    const { git } = checkout
    const remote = (ref: string): string => git('--git-dir', 'origin.git', 'rev-parse', ref)
    const release = (tag: string, parent: string): string => {
      const commit = git('commit-tree', '-p', parent, '-m', tag, `${parent}^{tree}`)
      git('tag', '--annotate', '--message', tag, tag, commit)
      return commit
    }
    const first = git('rev-parse', 'main')
    expect(run('move-major-tag', 'v1.0.0').stdout).toContain('v1 is now at v1.0.0')
    expect(remote('v1')).toBe(first)
    expect(git('--git-dir', 'origin.git', 'cat-file', '-t', 'v1')).toBe('commit')

    const second = release('v1.10.0', first)
    expect(run('move-major-tag', 'v1.10.0').status).toBe(0)
    expect(remote('v1')).toBe(second)

    release('v1.11.0-rc.1', second)
    expect(run('move-major-tag', 'v1.11.0-rc.1').stdout).toContain('pre-release')
    release('v1.9.0', second)
    expect(run('move-major-tag', 'v1.9.0').stdout).toContain('v1.10.0 is newer than v1.9.0')
    expect(run('move-major-tag', 'v1.10.0').stdout).toContain('already')
    release('v1.11.0', first)
    expect(run('move-major-tag', 'v1.11.0').stderr).toContain('does not contain')
    expect(remote('v1')).toBe(second)
  })
})
