import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect } from '@jest/globals'
import { onlyWhere } from '../../testing/only-where.ts'
import { createReleaseRepository, type ReleaseRepository } from '../fixtures/release-repository.ts'

const { describe, test } = onlyWhere('shell scripts')

const version = '1.0.0'
let repository: ReleaseRepository
/** The commit that a release starts from. */
let start: string

beforeAll(() => {
  repository = createReleaseRepository()
  start = repository.git('rev-parse', 'HEAD')
})

afterAll(() => repository.remove())

describe('a release', () => {
  // The version gets into dist if it is built after the sources have it.
  beforeAll(() =>
    repository.installBundler('git checkout -- dist; cp src/core/version.ts dist/index.js'),
  )

  /** Changes main by a pull request that is merged in one of GitHub's three ways. */
  function merge(branch: string, way: 'merge' | 'squash' | 'rebase'): void {
    const { git } = repository
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
    const { git } = repository
    const { status, stdout, stderr } = repository.run('release', name)
    expect([status, stderr]).toEqual([0, ''])
    git(...printed(stdout, 'push'))
    merge(`release-${name}`, way)
    const tagged = repository.run('release', '--tag', name)
    expect([tagged.status, tagged.stderr]).toEqual([0, ''])
    git(...printed(tagged.stdout, 'push'))
    expect(git('--git-dir', 'origin.git', 'cat-file', '-t', `v${name}`)).toBe('tag')
    git('switch', '--quiet', '--detach', `v${name}`)
    expect(repository.run('verify-release', `v${name}`)).toMatchObject({ status: 0, stderr: '' })
    expect(git('rev-parse', 'HEAD')).toBe(git('rev-parse', 'main^'))
    git('switch', '--quiet', 'main')
    return git('tag', '--list', '--format=%(contents)', `v${name}`)
  }

  test('that is a pre-release has the notes of the next version, and leaves them there', () => {
    const { git } = repository
    for (const way of ['merge', 'squash'] as const) {
      const name = `1.0.0-rc.${way === 'merge' ? 9 : 10}`
      expect(release(name, way)).toContain(`v${name}\n\nThe first release.\n`)
      expect(repository.run('release-notes', name).stdout).toContain('### Added')
    }
    expect(git('diff', '--name-only', start, 'main')).not.toContain('CHANGELOG.md')
    // As a merge commit, and then squashed: each with its commit in between.
    expect(git('rev-list', '--count', '--first-parent', `${start}..main`)).toBe('4')
    start = git('rev-parse', 'HEAD')
  })

  test('is one commit by a pull request, and an annotated tag on main', () => {
    const { git } = repository
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
    const lock = JSON.parse(repository.read('package-lock.json')) as {
      version: string
      packages: Record<string, { version: string }>
    }
    expect([lock.version, lock.packages['']?.version]).toEqual([version, version])
    expect(repository.read('dist/index.js')).toContain("'1.0.0'")
    const today = new Date().toISOString().slice(0, 10)
    expect(repository.read('CHANGELOG.md')).toContain(`## [Unreleased]\n\n## [1.0.0] - ${today}\n`)
    expect(repository.read('CHANGELOG.md')).toContain('/compare/v1.0.0...HEAD\n[1.0.0]: https://')
    expect(repository.run('release', '--tag', version).stderr).toContain(
      'the tag v1.0.0 exists already',
    )
  })

  test('is verified by the Node.js that is installed here, whatever the system has', () => {
    const old = join(repository.directory, 'node_modules', 'old')
    mkdirSync(old)
    writeFileSync(join(old, 'node'), '#!/bin/sh\necho old >&2; exit 9\n', { mode: 0o755 })
    const path = `${old}:${process.env.PATH ?? ''}`
    expect(repository.runWithPath(path, 'release-notes', version).stderr).toBe('old\n')
    symlinkSync(process.execPath, join(repository.directory, 'node_modules', '.bin', 'node'))
    expect(repository.runWithPath(path, 'release-notes', version)).toMatchObject({
      status: 0,
      stderr: '',
    })
    repository.git('switch', '--quiet', '--detach', 'v1.0.0')
    expect(repository.runWithPath(path, 'verify-release', 'v1.0.0')).toMatchObject({
      status: 0,
      stderr: '',
    })
    repository.git('switch', '--quiet', 'main')
  })

  test('has the notes of CHANGELOG.md', () => {
    const { stdout } = repository.run('release-notes', version)
    expect(stdout).toMatch(/^The first release\.\n/)
    expect(stdout).not.toContain('## [')
    expect(stdout).not.toContain('[Unreleased]:')
    expect(repository.run('release-notes', '9.9.9')).toMatchObject({ status: 1, stdout: '' })
  })

  test('does not pass with another version in a file, or off main', () => {
    const { git } = repository
    git('tag', 'v1.0.1')
    const { status, stderr } = repository.run('verify-release', 'v1.0.1')
    expect(status).toBe(1)
    expect(stderr).toContain('package.json has version 1.0.0, not 1.0.1')
    expect(stderr).toContain('CHANGELOG.md has no section 1.0.1')
    expect(stderr).toContain('CHANGELOG.md has no link [1.0.1]')
    git('tag', '--delete', 'v1.0.1')
    git('push', '--quiet', '--force', 'origin', `${start}:main`)
    git('fetch', '--quiet')
    git('switch', '--quiet', '--detach', 'v1.0.0')
    expect(repository.run('verify-release', 'v1.0.0').stderr).toContain('v1.0.0 is not on main')
    git('switch', '--quiet', 'main')
    git('push', '--quiet', 'origin', 'main')
  })

  test('moves the tag of its major version, but only forward', () => {
    const { git } = repository
    const remote = (ref: string): string => git('--git-dir', 'origin.git', 'rev-parse', ref)
    const release = (tag: string, parent: string): string => {
      const commit = git('commit-tree', '-p', parent, '-m', tag, `${parent}^{tree}`)
      git('tag', '--annotate', '--message', tag, tag, commit)
      return commit
    }
    const first = git('rev-parse', 'v1.0.0^{commit}')
    const hook = join(repository.directory, 'origin.git', 'hooks', 'update')
    mkdirSync(dirname(hook), { recursive: true })
    writeFileSync(hook, '#!/bin/sh\necho refusing >&2; exit 1\n', { mode: 0o755 })
    const refused = repository.run('move-major-tag', 'v1.0.0')
    expect(refused.status).toBe(1)
    expect(refused.stderr).toContain('\n  script/move-major-tag v1.0.0\n')
    rmSync(hook)
    expect(repository.run('move-major-tag', 'v1.0.0').stdout).toContain('v1 is now at v1.0.0')
    expect(remote('v1')).toBe(first)
    expect(git('--git-dir', 'origin.git', 'cat-file', '-t', 'v1')).toBe('commit')

    const second = release('v1.10.0', first)
    expect(repository.run('move-major-tag', 'v1.10.0').status).toBe(0)
    expect(remote('v1')).toBe(second)

    release('v1.11.0-rc.1', second)
    expect(repository.run('move-major-tag', 'v1.11.0-rc.1').stdout).toContain('pre-release')
    release('v1.9.0', second)
    expect(repository.run('move-major-tag', 'v1.9.0').stdout).toContain(
      'v1.10.0 is newer than v1.9.0',
    )
    expect(repository.run('move-major-tag', 'v1.10.0').stdout).toContain('already')
    release('v1.11.0', first)
    expect(repository.run('move-major-tag', 'v1.11.0').stderr).toContain('does not contain')
    expect(remote('v1')).toBe(second)
  })
})
