import { expect, test } from '@jest/globals'
import {
  blobOid,
  directoryAt,
  isFile,
  parentOf,
  pathIn,
  pathsTo,
  type BranchSnapshot,
} from '../../src/core/branch.ts'

const models = { path: 'models', oid: 'dir', entries: new Map() }
const snapshot: BranchSnapshot = {
  repository: 'acme/models',
  branch: 'main',
  head: 'head',
  rootTree: 'tree',
  directories: new Map([['models', models]]),
  obstacles: new Map(),
  files: new Map(),
}

test('a directory that does not exist yet is empty', () => {
  expect(directoryAt(snapshot, 'models')).toBe(models)
  expect(directoryAt(snapshot, 'x')).toEqual({ path: 'x', oid: undefined, entries: new Map() })
})

test('paths are relative to the root of the repository', () => {
  expect(pathIn('', 'a.yaml')).toBe('a.yaml')
  expect(pathIn('models', 'a.yaml')).toBe('models/a.yaml')
})

test.each([
  ['file', true],
  ['executable', true],
  ['link', false],
  ['directory', false],
  ['submodule', false],
] as const)('an entry of the kind %s is a regular file: %s', (kind, expected) => {
  expect(isFile({ name: 'a', kind, oid: 'x' })).toBe(expected)
  expect(isFile(undefined)).toBe(false)
})

test("the hash of a file is git's", () => {
  expect(blobOid(Buffer.from('hello\n'))).toBe('ce013625030ba8dba906f756967f9e9ca394464a')
})

test.each([
  ['a.yaml', '', ['a.yaml']],
  ['models/prod/a.yaml', 'models/prod', ['models', 'models/prod', 'models/prod/a.yaml']],
])('the directory of %s is %j', (path, parent, paths) => {
  expect(parentOf(path)).toBe(parent)
  expect(pathsTo(path)).toEqual(paths)
})
