import { spawnSync } from 'node:child_process'
import {
  appendFileSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect } from '@jest/globals'
import { createCheckout, type Checkout } from '../../testing/checkout.ts'
import { onlyWhere } from '../../testing/only-where.ts'

const { describe, test } = onlyWhere('shell scripts')

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
  // As for every release, the repository has its name.
  expect(run('set-owner', 'acme/mlflow-sync').status).toBe(0)
  git('commit', '--quiet', '--all', '--message', 'Set the name of the repository')
  git('init', '--quiet', '--bare', '--initial-branch=main', 'origin.git')
  git('remote', 'add', 'origin', join(checkout.directory, 'origin.git'))
  git('push', '--quiet', 'origin', 'main')
  start = git('rev-parse', 'HEAD')
})

afterAll(() => checkout.remove())

function run(script: string, ...args: string[]) {
  return runWithPath(process.env.PATH ?? '', script, ...args)
}

function runWithPath(path: string, script: string, ...args: string[]) {
  const env = { PATH: path, HOME: checkout.directory }
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
  const state = [git('rev-parse', 'HEAD'), git('branch', '--show-current'), git('tag')]
  expect(state).toEqual([start, 'main', ''])
  expect(git('status', '--porcelain')).toBe('')
  expect(git('branch', '--list', 'release-*')).toBe('')
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
    ['<!-- unpublished -->', 'README.md:1:<!-- unpublished -->'],
    ['<!-- /unpublished -->', 'README.md:1:<!-- /unpublished -->'],
  ])('rejects a README that says that nothing is published: %s', (mark, message) => {
    const { git } = checkout
    writeFileSync(join(checkout.directory, 'README.md'), `${mark}\n`)
    git('commit', '--quiet', '--all', '--message', 'Not published')
    const { status, stderr } = run('release', version)
    expect([status, stderr]).toEqual([1, expect.stringContaining(message)])
    expect(stderr).toContain('script/set-owner removes them')
    git('reset', '--quiet', '--hard', start)
  })

  test('rejects a changelog whose links are missing', () => {
    const { git } = checkout
    const changelog = read('CHANGELOG.md').replace(/^\[Unreleased\]: .*\n/m, '')
    writeFileSync(join(checkout.directory, 'CHANGELOG.md'), changelog)
    git('commit', '--quiet', '--all', '--message', 'No links')
    for (const given of [version, '1.0.0-rc.1']) {
      expect(run('release', given).stderr).toContain('CHANGELOG.md has no link "[Unreleased]: ')
    }
    git('reset', '--quiet', '--hard', start)
  })

  test('does not tag what is not on main', () => {
    const { status, stderr } = run('release', '--tag', version)
    expect([status, stderr]).toEqual([1, expect.stringContaining('no commit with version 1.0.0')])
    expectUntouched()
  })

  test.each([
    ['the build fails', ['mkdir dist; echo half >dist/half.js; exit 3'], undefined],
    ['the commit fails', ['mkdir dist; echo bundle >dist/index.js'], 'pre-commit'],
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

  /** Changes main by a pull request that is merged in one of GitHub's three ways. */
  function merge(branch: string, way: 'merge' | 'squash' | 'rebase'): void {
    const { git } = checkout
    git('switch', '--quiet', 'main')
    if (way === 'merge') git('merge', '--quiet', '--no-ff', '--no-edit', branch)
    else if (way === 'rebase') git('cherry-pick', branch)
    else {
      git('merge', '--quiet', '--squash', branch)
      git('commit', '--quiet', '--message', `Release (#1)`)
    }
    git('commit', '--quiet', '--allow-empty', '--message', 'Merged meanwhile')
    git('push', '--quiet', 'origin', 'main')
    // Nobody has to pull first.
    git('update-ref', 'refs/remotes/origin/main', start)
  }

  const printed = (stdout: string, command: string): string[] =>
    new RegExp(`^ +git (${command} .*)$`, 'm').exec(stdout)?.[1]?.split(' ') ?? []

  /** Follows the commands that the script prints, to the tag on the server. */
  function release(name: string, way: 'merge' | 'squash' | 'rebase'): string {
    const { git } = checkout
    const { status, stdout, stderr } = run('release', name)
    expect([status, stderr]).toEqual([0, ''])
    git(...printed(stdout, 'push'))
    merge(`release-${name}`, way)
    const tagged = run('release', '--tag', name)
    expect([tagged.status, tagged.stderr]).toEqual([0, ''])
    git(...printed(tagged.stdout, 'push'))
    expect(git('--git-dir', 'origin.git', 'cat-file', '-t', `v${name}`)).toBe('tag')
    git('switch', '--quiet', '--detach', `v${name}`)
    expect(run('verify-release', `v${name}`)).toMatchObject({ status: 0, stderr: '' })
    expect(git('rev-parse', 'HEAD')).toBe(git('rev-parse', 'main^'))
    git('switch', '--quiet', 'main')
    return git('tag', '--list', '--format=%(contents)', `v${name}`)
  }

  test('that is a pre-release has the notes of the next version, and leaves them there', () => {
    const { git } = checkout
    for (const way of ['merge', 'squash'] as const) {
      const name = `1.0.0-rc.${way === 'merge' ? 9 : 10}`
      expect(release(name, way)).toContain(`v${name}\n\nThe first release.\n`)
      expect(run('release-notes', name).stdout).toContain('### Added')
    }
    expect(git('diff', '--name-only', start, 'main')).not.toContain('CHANGELOG.md')
    // As a merge commit, and then squashed: each with its commit in between.
    expect(git('rev-list', '--count', '--first-parent', `${start}..main`)).toBe('4')
    start = git('rev-parse', 'HEAD')
  })

  test('is one commit by a pull request, and an annotated tag on main', () => {
    const { git } = checkout
    const contents = release(version, 'rebase')
    expect(contents).toMatch(/^v1\.0\.0\n\nThe first release\.\n/)
    expect(contents).toContain('### Added')
    expect(git('tag', '--list', '--format=%(subject)', 'v1.0.0')).toBe('v1.0.0')
    expect(git('status', '--porcelain')).toBe('')
    expect(git('diff', '--name-only', start, 'v1.0.0').split('\n')).toEqual([
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
    expect(run('release', '--tag', version).stderr).toContain('the tag v1.0.0 exists already')
  })

  test('is verified by the Node.js that is installed here, whatever the system has', () => {
    const old = join(checkout.directory, 'node_modules', 'old')
    mkdirSync(old)
    writeFileSync(join(old, 'node'), '#!/bin/sh\necho old >&2; exit 9\n', { mode: 0o755 })
    const path = `${old}:${process.env.PATH ?? ''}`
    expect(runWithPath(path, 'release-notes', version).stderr).toBe('old\n')
    symlinkSync(process.execPath, join(checkout.directory, 'node_modules', '.bin', 'node'))
    expect(runWithPath(path, 'release-notes', version)).toMatchObject({ status: 0, stderr: '' })
    checkout.git('switch', '--quiet', '--detach', 'v1.0.0')
    expect(runWithPath(path, 'verify-release', 'v1.0.0')).toMatchObject({ status: 0, stderr: '' })
    checkout.git('switch', '--quiet', 'main')
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
    expect(stderr).toContain('CHANGELOG.md has no link [1.0.1]')
    git('tag', '--delete', 'v1.0.1')
    git('push', '--quiet', '--force', 'origin', `${start}:main`)
    git('fetch', '--quiet')
    git('switch', '--quiet', '--detach', 'v1.0.0')
    expect(run('verify-release', 'v1.0.0').stderr).toContain('v1.0.0 is not on main')
    git('switch', '--quiet', 'main')
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
    const first = git('rev-parse', 'v1.0.0^{commit}')
    const hook = join(checkout.directory, 'origin.git', 'hooks', 'update')
    mkdirSync(dirname(hook), { recursive: true })
    writeFileSync(hook, '#!/bin/sh\necho refusing >&2; exit 1\n', { mode: 0o755 })
    const refused = run('move-major-tag', 'v1.0.0')
    expect(refused.status).toBe(1)
    expect(refused.stderr).toContain('\n  script/move-major-tag v1.0.0\n')
    rmSync(hook)
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
