import { expect, test } from '@jest/globals'
import { sortReviewers } from '../../src/core/reviewers.ts'

test('reviewers are users, teams of the owner in any spelling, and teams of others', () => {
  const names = ['Ada', 'acme/models', 'ACME/Ops', 'acme-labs/models', 'copilot[bot]']
  expect(sortReviewers(names, 'Acme/deployments')).toEqual({
    users: ['Ada', 'copilot[bot]'],
    teams: ['models', 'ops'],
    strangers: ['acme-labs/models'],
  })
})
