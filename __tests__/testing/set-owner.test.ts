import { spawnSync } from 'node:child_process'
import { appendFileSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import { createCheckout } from '../../testing/checkout.ts'
import { readExamples } from '../../testing/examples.ts'

const checkout = createCheckout()
const { directory, git } = checkout
afterAll(() => checkout.remove())

const read = (file: string): string => readFileSync(join(directory, file), 'utf8')

const setOwner = (...args: string[]) =>
  spawnSync('bash', [join(directory, 'script', 'set-owner'), ...args], { encoding: 'utf8' })

/** Files with the name of a repository. */
const filesWith = (name: string): string =>
  spawnSync('git', ['grep', '-laF', name], { cwd: directory, encoding: 'utf8' }).stdout

test('the name of the repository is replaced everywhere', () => {
  // In parts, so that this file contains no name.
  const before = ['org', 'mlflow-sync'].join('/')
  const after = ['acme', 'models.sync'].join('/')
  const files = filesWith(before)
  for (const file of [
    'README.md',
    'package.json',
    'testing/examples.ts',
    'ISSUE_TEMPLATE',
    'dist/index.js',
  ]) {
    expect(files).toContain(file)
  }
  const first = setOwner(after)
  expect([first.status, first.stderr]).toEqual([0, ''])
  expect(filesWith(before)).toBe('')
  expect(filesWith(after)).toBe(files)
  expect(git('diff', '--name-only').split('\n')).toEqual(first.stdout.trim().split('\n').sort())
  expect(read('.github/CODEOWNERS')).toContain('* @acme\n')

  // The examples are still found, by the code that knows the new name.
  symlinkSync(
    join(import.meta.dirname, '..', '..', 'node_modules'),
    join(directory, 'node_modules'),
    'junction',
  )
  const code = `import { readExamples } from './testing/examples.ts'; console.log(readExamples('README.md').length)`
  const args = ['--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', code]
  const { stdout } = spawnSync(process.execPath, args, { cwd: directory, encoding: 'utf8' })
  expect(Number(stdout)).toBe(readExamples('README.md').length)

  // A second time, with the owner only.
  expect(setOwner('other').status).toBe(0)
  expect(filesWith(after)).toBe('')
  expect(filesWith(['other', 'models.sync'].join('/'))).toBe(files)
})

test('notes that nothing is published are removed, and nothing else', () => {
  const block = (text: string): string => `<!-- unpublished -->\n${text}<!-- /unpublished -->\n`
  const files = ['README.md', 'docs/permissions.md', 'CONTRIBUTING.md']
  setOwner('acme/tools')
  const before = files.map(read)
  for (const file of files) {
    appendFileSync(join(directory, file), `\n${block('> Not\n\n> published.\n')}\nEnd.\n`)
  }
  const { stdout } = setOwner('acme/tools')
  expect(stdout.trim().split('\n').sort()).toEqual(files.toSorted())
  expect(files.map(read)).toEqual(before.map((text) => `${text}\nEnd.\n`))
  const marks = spawnSync('git', ['grep', '-lE', '^ *<!-- /?unpublished', '--', '*.md'], {
    cwd: directory,
    encoding: 'utf8',
  })
  expect(marks.stdout).toBe('')
})

test('a longer name, and another owner, are left alone', () => {
  setOwner('acme/sync')
  const others = 'acme/sync-extra big-acme/sync acme/sync2\n'
  appendFileSync(join(directory, 'LICENSE'), `${others}acme/sync@v1 acme/sync.git acme/sync.\n`)
  appendFileSync(join(directory, '.github/CODEOWNERS'), '/a @acme/team @acme-corp\n')
  setOwner('new/name')
  expect(read('LICENSE')).toContain(`${others}new/name@v1 new/name.git new/name.\n`)
  expect(read('.github/CODEOWNERS')).toContain('* @new\n/a @acme/team @acme-corp\n')
})

test.each([
  ...['', 'a/b/c', 'a b', '-a/b', 'a-/b', 'a--b/c', '$(x)/y'],
  ...['a/.', 'a/..', 'a/b.git', 'a/b.wiki'],
])('rejects %j', (name) => {
  const { status, stderr } = setOwner(name)
  expect([status, stderr]).toEqual([2, expect.stringContaining('is not the name of a repository')])
})
