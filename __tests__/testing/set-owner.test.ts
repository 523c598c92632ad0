import { spawnSync } from 'node:child_process'
import { appendFileSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import { createCheckout } from '../../testing/checkout.ts'
import { readExamples } from '../../testing/examples.ts'

const checkout = createCheckout()
const { directory, git } = checkout
afterAll(() => checkout.remove())

const read = (file: string): string => readFileSync(join(directory, file), 'utf8')

const setOwner = (...args: string[]) =>
  spawnSync('bash', [join(directory, 'script', 'set-owner'), ...args], { encoding: 'utf8' })

/** The name of the repository in a checkout of it. */
function nameIn(folder: string): string {
  const text = readFileSync(join(folder, 'package.json'), 'utf8')
  return /git\+https:\/\/github\.com\/(.*)\.git/.exec(text)?.[1] ?? ''
}

/** Files with the name of a repository. */
const filesWith = (name: string): string =>
  spawnSync('git', ['grep', '-laF', name], { cwd: directory, encoding: 'utf8' }).stdout

test('the name of the repository is replaced everywhere', () => {
  const before = nameIn('.')
  // In parts, so that this file does not contain the name.
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

describe('the tag or branch that users get', () => {
  const name = ['acme', 'sync'].join('/')
  const file = 'LICENSE'
  // Each place where the repository is used at a tag or a branch, with what is before it and after it.
  const uses = (ref: string): string[] => [
    `uses: ${name}@${ref} # why`,
    `${name}@${ref}. ${name}@${ref}`,
    `npx "github:${name}#${ref}" plan`,
    `https://github.com/${name}.git#${ref}`,
    `https://github.com/${name}/blob/${ref}/docs/scale.md`,
    `https://raw.githubusercontent.com/${name}/${ref}/schema/config.schema.json`,
  ]
  const others = [
    `${name}@<sha> # v1.2.3 ${name}@v1.2.3 ${name}@v10 ${name}#v1-a ${name}@v1/a ${name}#readme`,
    `https://github.com/${name}/blob/HEAD/docs/v1/a.md ${name}/compare/main...HEAD ${name}/v10/a`,
    'acme/platform@v1 @v1 acme/platform/blob/v1/a',
  ]
  const filesWithRef = (ref: string): string[] => {
    const uses = ['@', '#'].flatMap((mark) => [`${name}${mark}${ref}`, `${name}.git${mark}${ref}`])
    const addresses = [`${name}/blob/${ref}/`, `${name}/${ref}/`]
    const found = [...uses, ...addresses].flatMap((text) => filesWith(text).trim().split('\n'))
    return [...new Set(found)].sort()
  }

  test('is another one with --ref, wherever it is, and stays otherwise', () => {
    expect(setOwner(name, '--ref', 'v1').status).toBe(0)
    const files = filesWithRef('v1')
    for (const path of [
      'README.md',
      'docs/terminal.md',
      'src/terminal/help.ts',
      'examples/cronjob/Dockerfile',
      'examples/promotion/.github/mlflow-sync.yaml',
      'examples/matrix/.github/workflows/mlflow-sync.yml',
    ]) {
      expect(files).toContain(path)
    }
    git('add', '--all')
    appendFileSync(join(directory, file), [...uses('v1'), ...others, ''].join('\n'))
    // Where it is given does not matter.
    expect(setOwner('--ref', 'release/1.x', name)).toMatchObject({ status: 0, stderr: '' })
    expect(read(file)).toContain([...uses('release/1.x'), ...others, ''].join('\n'))
    expect(filesWithRef('release/1.x')).toEqual([...new Set([...files, file])].sort())
    expect(setOwner('acme').status).toBe(0)
    expect(read(file)).toContain([...uses('release/1.x'), ...others, ''].join('\n'))
    // And back, which leaves nothing behind.
    expect(setOwner('acme', '--ref', 'v1').status).toBe(0)
    expect(read(file)).toContain([...uses('v1'), ...others, ''].join('\n'))
    expect(git('diff', '--name-only')).toBe(file)
  })

  test('is the only one that the pages speak of', () => {
    expect(setOwner(name, '--ref', 'main').status).toBe(0)
    const pages = ['README.md', 'CONTRIBUTING.md', 'docs', 'examples', 'src/terminal']
    const args = ['grep', '-nE', '[@#]v1\\b([^.]|$)', '--', ...pages]
    const found = spawnSync('git', args, { cwd: directory, encoding: 'utf8' }).stdout
    // Another repository, of an example.
    expect(found.split('\n').filter((line) => !line.includes('acme/platform'))).toEqual([''])
  })

  test.each([
    ...['', '-x', 'a b', 'a..b', 'a.lock', 'a/', '/a', 'a~1', 'a:b', '$(x)', 'a`b`', "a'b", 'ä'],
  ])('cannot be %j', (ref) => {
    const before = read('README.md')
    const { status, stdout, stderr } = setOwner(name, '--ref', ref)
    expect([status, stdout]).toEqual([2, ''])
    expect(stderr).toContain(
      `'${ref}' is not the name of a tag or a branch. Usage: script/set-owner`,
    )
    expect(read('README.md')).toBe(before)
  })
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

test.each([
  [['a/b', '--ref'], '--ref needs the name of a tag or a branch'],
  [['a/b', 'main'], "one name is enough, so what is 'main'?"],
  [['a/b', '--branch', 'main'], "there is no option '--branch'"],
])('rejects the arguments %j', (args, message) => {
  const { status, stdout, stderr } = setOwner(...args)
  expect([status, stdout]).toEqual([2, ''])
  expect(stderr).toBe(
    `script/set-owner: ${message}. Usage: script/set-owner acme/mlflow-sync [--ref main]\n`,
  )
})
