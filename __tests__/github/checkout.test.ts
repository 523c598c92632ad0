import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import { blobOid } from '../../src/core/branch.ts'
import { createCheckoutCache } from '../../src/github/checkout.ts'
import { onlyWhere } from '../../testing/only-where.ts'

const workspace = mkdtempSync(join(tmpdir(), 'workspace-'))

afterAll(() => {
  rmSync(workspace, { recursive: true })
})

const committed = 'global:\n  a: 1\n'
const oid = blobOid(committed)

function readFromCheckout(path: string, root = workspace) {
  return createCheckoutCache(root)(new Map([[oid, path]]))
}

test.each([
  ['as it was committed', committed],
  ['with the line breaks of Git for Windows', committed.replaceAll('\n', '\r\n')],
])('uses a file %s', async (_, text) => {
  writeFileSync(join(workspace, 'a.yaml'), text)
  const found = await readFromCheckout('a.yaml')
  expect(found.get(oid)?.toString()).toBe(committed)
})

test.each([
  ['edited', `${committed}# edited\n`],
  ['edited and checked out on Windows', `${committed}# edited\n`.replaceAll('\n', '\r\n')],
])('ignores a file that was %s', async (_, text) => {
  writeFileSync(join(workspace, 'a.yaml'), text)
  expect(await readFromCheckout('a.yaml')).toEqual(new Map())
})

onlyWhere('symlinks').test('ignores whatever is not a file', async () => {
  writeFileSync(join(workspace, 'target.yaml'), committed)
  symlinkSync('target.yaml', join(workspace, 'link.yaml'))
  mkdirSync(join(workspace, 'directory.yaml'))
  for (const path of ['link.yaml', 'directory.yaml', 'missing.yaml']) {
    expect(await readFromCheckout(path)).toEqual(new Map())
  }
})

test('finds nothing without a workspace', async () => {
  writeFileSync(join(workspace, 'a.yaml'), committed)
  expect(await readFromCheckout(join(workspace, 'a.yaml'), '')).toEqual(new Map())
})
