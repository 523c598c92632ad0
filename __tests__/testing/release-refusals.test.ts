import { execFileSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect } from '@jest/globals'
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

function expectUntouched(): void {
  const { git } = repository
  const state = [git('rev-parse', 'HEAD'), git('branch', '--show-current'), git('tag')]
  expect(state).toEqual([start, 'main', ''])
  expect(git('status', '--porcelain')).toBe('')
  expect(git('branch', '--list', 'release-*')).toBe('')
}

describe('script/release', () => {
  beforeEach(() => repository.installBundler('mkdir dist; echo bundle >dist/index.js'))

  test.each([
    ['0.0.9', '0.0.9 is not newer than 0.1.0'],
    ['0.1.0', '0.1.0 is not newer than 0.1.0'],
    ['0.1.0-rc.1', '0.1.0-rc.1 is not newer than 0.1.0'],
    ['1.0', "'1.0' is not a version"],
    ['v1.0.0', "'v1.0.0' is not a version"],
    ['1.0.0 --force', "'1.0.0 --force' is not a version"],
  ])('rejects %s', (given, message) => {
    const { status, stderr } = repository.run('release', given)
    expect([status, stderr]).toEqual([1, expect.stringContaining(message)])
    expectUntouched()
  })

  test('rejects changes that are not committed, and keeps them', () => {
    writeFileSync(join(repository.directory, 'notes.txt'), 'mine')
    const { status, stderr } = repository.run('release', version)
    expect([status, stderr]).toEqual([1, expect.stringContaining('?? notes.txt')])
    expect(repository.read('notes.txt')).toBe('mine')
    rmSync(join(repository.directory, 'notes.txt'))
  })

  test('rejects another branch, and a main that lacks commits', () => {
    const { git } = repository
    git('switch', '--quiet', '--create', 'topic')
    expect(repository.run('release', version).stderr).toContain('on the branch main')
    git('commit', '--quiet', '--allow-empty', '--message', 'Newer')
    git('update-ref', 'refs/remotes/origin/main', 'HEAD')
    git('switch', '--quiet', 'main')
    expect(repository.run('release', version).stderr).toContain('lacks commits of origin/main')
    git('update-ref', 'refs/remotes/origin/main', start)
    expectUntouched()
  })

  test.each([
    ['<!-- unpublished -->', 'README.md:1:<!-- unpublished -->'],
    ['<!-- /unpublished -->', 'README.md:1:<!-- /unpublished -->'],
  ])('rejects a README that says that nothing is published: %s', (mark, message) => {
    const { git } = repository
    writeFileSync(join(repository.directory, 'README.md'), `${mark}\n`)
    git('commit', '--quiet', '--all', '--message', 'Not published')
    const { status, stderr } = repository.run('release', version)
    expect([status, stderr]).toEqual([1, expect.stringContaining(message)])
    expect(stderr).toContain('script/set-owner removes them')
    git('reset', '--quiet', '--hard', start)
  })

  test('rejects a release of which examples do not use the tag, and names the command', () => {
    const { git, directory } = repository
    const setOwner = (ref: string) =>
      execFileSync('bash', [join(directory, 'script/set-owner'), 'acme/mlflow-sync', '--ref', ref])
    setOwner('main')
    git('commit', '--quiet', '--all', '--message', 'Use main')
    expect(repository.run('release', version)).toMatchObject({
      status: 1,
      stderr: [
        "script/release: documentation and examples tell users to take 'main', but this release gets the tag v1: commit what this changes first:",
        '  script/set-owner acme/mlflow-sync --ref v1\n',
      ].join('\n'),
    })
    git('reset', '--quiet', '--hard', start)
    expect(repository.run('release', '2.0.0').stderr).toMatch(/tell users to take 'v1'.* tag v2:/)
    expectUntouched()
  })

  test('makes a pre-release while users get another tag', () => {
    const { git } = repository
    repository.installBundler('git checkout -- dist; cp src/core/version.ts dist/index.js')
    expect(repository.run('release', '2.0.0-rc.1')).toMatchObject({ status: 0, stderr: '' })
    git('switch', '--quiet', 'main')
    git('branch', '--quiet', '-D', 'release-2.0.0-rc.1')
    expectUntouched()
  })

  test('rejects a changelog whose links are missing', () => {
    const { git } = repository
    const changelog = repository.read('CHANGELOG.md').replace(/^\[Unreleased\]: .*\n/m, '')
    writeFileSync(join(repository.directory, 'CHANGELOG.md'), changelog)
    git('commit', '--quiet', '--all', '--message', 'No links')
    for (const given of [version, '1.0.0-rc.1']) {
      expect(repository.run('release', given).stderr).toContain(
        'CHANGELOG.md has no link "[Unreleased]: ',
      )
    }
    git('reset', '--quiet', '--hard', start)
  })

  test('does not tag what is not on main', () => {
    const { status, stderr } = repository.run('release', '--tag', version)
    expect([status, stderr]).toEqual([1, expect.stringContaining('no commit with version 1.0.0')])
    expectUntouched()
  })

  test.each([
    ['the build fails', ['mkdir dist; echo half >dist/half.js; exit 3'], undefined],
    ['the commit fails', ['mkdir dist; echo bundle >dist/index.js'], 'pre-commit'],
  ])('leaves everything as it was if %s', (_, bundler, hook) => {
    repository.installBundler(...bundler)
    if (hook !== undefined) {
      writeFileSync(join(repository.directory, '.git', hook), '#!/bin/sh\nexit 1\n', {
        mode: 0o755,
      })
      repository.git('config', 'core.hooksPath', '.git')
    }
    const { status, stderr } = repository.run('release', version)
    repository.git('config', 'core.hooksPath', '/dev/null')
    expect(status).not.toBe(0)
    expect(stderr).toContain('everything is as it was before')
    expectUntouched()
  })
})
