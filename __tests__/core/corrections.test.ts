import { describe, expect, test } from '@jest/globals'
import {
  correctedFiles,
  correctingCommit,
  mergedCorrections,
  pathKey,
} from '../../src/core/corrections.ts'
import { entryWithoutEdit, type ChangedEntry } from '../../src/core/entry.ts'
import { markWithdrawn, readSection, writeSection } from '../../src/core/pull-request-section.ts'
import type { PullRequest } from '../../src/core/pull-request.ts'

const runId = 'abc123def456abc123def456abc12345'
const path = `deploy/${runId}.yaml`
const key = pathKey(path)

function changed(fields: Partial<ChangedEntry> = {}): ChangedEntry {
  return {
    ...entryWithoutEdit({
      ...{ outcome: 'updated', path, runId, experimentId: '1', target: 'deploy' },
      ...{ modelName: 'm', modelVersion: '2', previousVersion: '2', url: null, reason: null },
    }),
    previous: { runId, modelName: 'm', modelVersion: '2', timestamp: '20260101' },
    ...fields,
    ...{ path, outcome: fields.outcome ?? 'updated' },
    edit: { path, before: 'a', after: 'b', executable: false },
  }
}

test.each<[string, Partial<ChangedEntry>, string[]]>([
  ['the same version', {}, [key]],
  ['a damaged file', { previous: undefined }, [key]],
  ['a newer version', { modelVersion: '3' }, []],
  ['another model', { modelName: 'n' }, []],
  ['a new file', { outcome: 'created', previous: undefined }, []],
])('what a proposal corrects: %s', (_name, fields, expected) => {
  expect(correctedFiles([changed(fields)])).toEqual(expected)
})

describe('the corrections of a merged pull request', () => {
  const section = { files: 'f', changes: 'c', title: 't', withdrawn: false }
  const texts = { text: 'text', summary: '' }
  const corrected = [key, 'x-_1']

  function pull(fields: Partial<PullRequest>): PullRequest {
    return {
      ...{ number: 1, url: 'u', base: 'main', state: 'closed', merged: true, title: 't' },
      ...{ body: writeSection('', { ...section, corrected }, texts), headSha: 'head' },
      ...{ mergeCommit: 'merge', labels: [], isUntouched: false },
      ...fields,
    }
  }

  const read = (...pullRequests: readonly PullRequest[]) =>
    mergedCorrections({ commit: undefined, pullRequests, elsewhere: [] })

  test('are in its body, also when it is marked as withdrawn', () => {
    const { body } = pull({})
    expect(readSection(body)).toEqual({ ...section, corrected })
    expect(readSection(markWithdrawn(body))).toMatchObject({ withdrawn: true, corrected })
  })

  test('are those of the last one', () => {
    const before = pull({})
    expect(read(pull({ merged: false }), before)?.files).toEqual(new Set(corrected))
    expect(read(pull({ body: writeSection('', section, texts) }), before)).toBeUndefined()
    expect(read(pull({ body: 'mine' }))).toBeUndefined()
    expect(read()).toBeUndefined()
  })

  test('count until the commit of the file is one of its own', () => {
    const corrections = read(pull({}))
    expect(correctingCommit(corrections, path, 'old')).toBe('merge')
    expect(correctingCommit(corrections, path, 'merge')).toBe('merge')
    expect(correctingCommit(corrections, path, 'head')).toBeUndefined()
    expect(correctingCommit(corrections, `other/${runId}.yaml`, 'old')).toBeUndefined()
    expect(correctingCommit(undefined, path, 'old')).toBeUndefined()
  })
})
