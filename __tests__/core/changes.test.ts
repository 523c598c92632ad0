import { expect, test } from '@jest/globals'
import { editsOf } from '../../src/core/changes.ts'
import { changesOf } from '../../src/core/entry.ts'
import { change, extraFile } from '../fixtures/changes.ts'
import { record } from '../fixtures/results.ts'

test('the edits are those of the entries that change a file, and of the other files', () => {
  const created = change('created')
  const entries = [record('unchanged'), created]
  expect(changesOf(entries)).toEqual([created])
  expect(editsOf({ entries, extraFiles: [extraFile()] })).toEqual([created.edit, extraFile()])
})
