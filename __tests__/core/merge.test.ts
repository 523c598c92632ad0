import { describe, expect, test } from '@jest/globals'
import type { FileEdit } from '../../src/core/entry.ts'
import { mergeEntries, mergeResults } from '../../src/core/merge.ts'
import { emptyResult, type SyncResult } from '../../src/core/result.ts'
import { prose } from '../../src/core/text/prose.ts'
import { change, extraFile, runId } from '../fixtures/changes.ts'
import { record } from '../fixtures/results.ts'
import { plainTexts } from '../fixtures/plain-texts.ts'

const created = change('created', { modelVersion: '1' })
const updated = change('updated', { modelVersion: '2', previousVersion: '1' }, { before: 'old' })
const deleted = change('deleted', { previousVersion: '2' })
const recreated = change('created', { modelVersion: '3' })
const unchanged = record('unchanged')
const failed = record('failed')
const skipped = record('skipped')

describe('merging the entries of two rounds', () => {
  test.each([
    ['created, then unchanged', created, unchanged, 'created'],
    ['created, then updated', created, updated, 'created'],
    ['created, then deleted', created, deleted, undefined],
    ['created, then failed', created, failed, 'failed'],
    ['created, then skipped', created, skipped, 'created'],
    ['updated, then deleted', updated, deleted, 'deleted'],
    ['deleted, then created', deleted, recreated, 'updated'],
    ['unchanged, then updated', unchanged, updated, 'updated'],
    ['failed, then created', failed, created, 'created'],
    ['failed, then unchanged', failed, unchanged, 'unchanged'],
  ] as const)('%s', (_name, earlier, later, outcome) => {
    const merged = mergeEntries([earlier], [later]).map((entry) => entry.outcome)
    expect(merged).toEqual(outcome === undefined ? [] : [outcome])
  })

  test('keeps the text and the version from before the first change', () => {
    const [entry] = mergeEntries([updated], [change('updated', { modelVersion: '5' })])
    expect(entry).toMatchObject({ modelVersion: '5', previousVersion: '1' })
    expect(entry?.edit?.before).toBe('old')
  })

  test('keeps runs that only one of them has', () => {
    const other = record('held', { runId: runId(2), path: 'models/other.yaml' })
    expect(mergeEntries([created], [other])).toEqual([created, other])
  })

  test('distinguishes versions without a file by model and version', () => {
    const versions = ['1', '2'].map((modelVersion) =>
      record('skipped', { path: null, runId: null, modelVersion }),
    )
    expect(mergeEntries(versions, versions)).toHaveLength(2)
  })
})

describe('merging the results of two rounds', () => {
  const round = (fields: Partial<SyncResult>): SyncResult => ({
    ...emptyResult('acme/models', 'main'),
    ...fields,
  })

  test('forgets changes that only waited in a pull request, once they are merged', () => {
    const waiting = round({ operation: 'none', entries: [created], extraFiles: [extraFile()] })
    const merged = mergeResults(waiting, round({ entries: [unchanged] }))
    expect(merged).toMatchObject({ entries: [{ outcome: 'unchanged' }], extraFiles: [] })
    const proposed = round({ operation: 'pull-request-created', entries: [created] })
    expect(mergeResults(proposed, round({ entries: [unchanged] })).entries).toEqual([created])
  })

  test('combines the edits of extra files, and drops one that a later round undid', () => {
    const first = extraFile({ before: 'a', after: 'b' })
    const second = extraFile({ before: 'b', after: 'c' })
    const undo = extraFile({ before: 'b', after: 'a' })
    const merge = (later: readonly FileEdit[]) =>
      mergeResults(
        round({ operation: 'committed', extraFiles: [first] }),
        round({ extraFiles: later }),
      ).extraFiles
    expect(merge([])).toEqual([first])
    expect(merge([second])).toEqual([extraFile({ before: 'a', after: 'c' })])
    expect(merge([undo])).toEqual([])
    const other = { ...second, path: 'models/other.md' }
    expect(merge([other])).toEqual([first, other])
  })

  const commit = (sha: string) => ({ sha, url: `https://github.test/${sha}` })
  const error = { message: prose`No luck`, advice: undefined, mistakes: [] }

  test.each<[string, Partial<SyncResult>, Partial<SyncResult>, Partial<SyncResult>]>([
    [
      'keeps the commit of an earlier round if the later one had nothing to do',
      { operation: 'committed', commit: commit('a') },
      {},
      { operation: 'committed', commit: commit('a') },
    ],
    [
      'names the newest commit, and counts all of them',
      { operation: 'committed', commit: commit('a'), commitCount: 2 },
      { operation: 'committed', commit: commit('b'), commitCount: 1 },
      { operation: 'committed', commit: commit('b'), commitCount: 3 },
    ],
    [
      'forgets changes whose pull request was closed',
      { operation: 'pull-request-created', entries: [change('created')] },
      { operation: 'pull-request-closed' },
      { operation: 'pull-request-closed', entries: [] },
    ],
    [
      'forgets changes that only waited in a pull request',
      { operation: 'none', entries: [change('created')] },
      { operation: 'pull-request-closed' },
      { entries: [] },
    ],
    [
      'turns an error into a warning if the later round succeeded',
      { error },
      { operation: 'committed', commit: commit('a') },
      {
        operation: 'committed',
        error: undefined,
        warnings: [prose`An earlier round failed: No luck`],
      },
    ],
    [
      'keeps the spelling of the repository that an earlier round read',
      { repository: 'acme/models' },
      { repository: 'Acme/Models', branch: undefined, error },
      { repository: 'acme/models', branch: 'main' },
    ],
    [
      'takes the spelling of the repository from the later round if that read it',
      { repository: 'acme/models' },
      { repository: 'Acme/Models' },
      { repository: 'Acme/Models', branch: 'main' },
    ],
    [
      'keeps the pull request and the connections of an earlier round',
      { pullRequest: { number: 1, url: 'u' }, connections: [] },
      {},
      { pullRequest: { number: 1, url: 'u' }, connections: [] },
    ],
    [
      'takes the pull request and the connections of the later round',
      {},
      { pullRequest: { number: 2, url: 'u' }, connections: [] },
      { pullRequest: { number: 2, url: 'u' }, connections: [] },
    ],
    ['reports an error that persists once', { error }, { error }, { error, warnings: [] }],
    [
      'keeps the error of the last round and the commit of an earlier one',
      { operation: 'committed', commit: commit('a'), warnings: [prose`w`] },
      { error },
      { operation: 'committed', commit: commit('a'), warnings: [prose`w`], error },
    ],
    [
      'reports each warning once',
      { warnings: [prose`w`] },
      { warnings: [prose`w`, prose`x`] },
      { warnings: [prose`w`, prose`x`] },
    ],
    [
      'keeps the names that an earlier round read from GitHub',
      { repository: 'Acme/Models', branch: 'trunk' },
      { branch: undefined, error },
      { repository: 'Acme/Models', branch: 'trunk' },
    ],
  ])('%s', (_name, earlier, later, expected) => {
    expect(plainTexts(mergeResults(round(earlier), round(later)))).toMatchObject(
      plainTexts(expected),
    )
  })
})
