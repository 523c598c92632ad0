import { expect, test } from '@jest/globals'
import { findUnknownRuns } from '../../src/core/recreate.ts'
import { plain } from '../../src/core/text/prose.ts'

const runIds = ['abc12345abc12345', 'abd00000abd00000', 'fff11111fff11111']

function warningsFor(...ids: readonly string[]): string[] {
  return findUnknownRuns(new Set(ids), new Set(runIds)).map(plain)
}

test('an id of a selected run needs no warning', () => {
  expect(warningsFor('abc12345abc12345', 'fff11111fff11111')).toEqual([])
  expect(findUnknownRuns('all', new Set())).toEqual([])
})

test.each([
  ['abc12345', 'Did you mean `abc12345abc12345`?'],
  ['ABC12345', 'Did you mean `abc12345abc12345`?'],
  ['abc12345abc1234', 'Did you mean `abc12345abc12345`?'],
  ['fff11111ffe11111', 'Did you mean `fff11111fff11111`?'],
  ['ab', 'Write the complete id of a run that has a selected version.'],
  ['0000000000000000', 'Write the complete id of a run that has a selected version.'],
])('the id %s of no selected run is named, with what may have been meant', (id, hint) => {
  expect(warningsFor('abc12345abc12345', id)).toEqual([
    `The input \`recreate\` has \`${id}\`, but no selected version is of that run. ${hint}`,
  ])
})
