import { spawnSync } from 'node:child_process'
import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import { createCheckout } from '../../testing/checkout.ts'
import { readExamples } from '../../testing/examples.ts'

const checkout = createCheckout()
const { directory, git } = checkout
afterAll(() => checkout.remove())

const setOwner = (...args: string[]) =>
  spawnSync('bash', [join(directory, 'script', 'set-owner'), ...args], { encoding: 'utf8' })

/** Files outside of dist with the name of a repository. */
const filesWith = (name: string): string =>
  spawnSync('git', ['grep', '-lF', name, '--', ':!dist'], { cwd: directory, encoding: 'utf8' })
    .stdout

test('the name of the repository is replaced everywhere', () => {
  // In parts, so that this file contains no name.
  const before = ['org', 'mlflow-sync'].join('/')
  const after = ['acme', 'models.sync'].join('/')
  const files = filesWith(before)
  for (const file of ['README.md', 'package.json', 'testing/examples.ts', 'CODEOWNERS']) {
    expect(files).toContain(file)
  }
  const first = setOwner(after)
  expect([first.status, first.stderr]).toEqual([0, ''])
  expect(filesWith(before)).toBe('')
  expect(filesWith(after)).toBe(files)
  expect(git('diff', '--name-only').split('\n')).toEqual(first.stdout.trim().split('\n').sort())

  // The examples are still found, by the code that knows the new name.
  symlinkSync(
    join(import.meta.dirname, '..', '..', 'node_modules'),
    join(directory, 'node_modules'),
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

test.each(['', 'a/b/c', 'a b', '-a/b', '$(x)/y'])('rejects %j', (name) => {
  const { status, stderr } = setOwner(name)
  expect([status, stderr]).toEqual([2, expect.stringContaining('is not the name of a repository')])
})
