import { describe, expect, test } from '@jest/globals'
import type { BranchSnapshot } from '../../src/core/branch.ts'
import type { Plan } from '../../src/core/changes.ts'
import type { ChangedEntry } from '../../src/core/entry.ts'
import { changesDigest, planDigest, proposalTrailer } from '../../src/core/proposal.ts'
import { writeSection } from '../../src/core/pull-request-section.ts'
import {
  decidePullRequest,
  mergedPullRequest,
  isRejected,
  lacksLabels,
  ownProposal,
  type Head,
  type HeadCommit,
  type PullRequest,
  type PullRequestState,
} from '../../src/core/pull-request.ts'
import { change } from '../fixtures/changes.ts'

const snapshot: BranchSnapshot = {
  repository: 'acme/models',
  branch: 'main',
  head: 'base',
  rootTree: 'tree',
  directories: new Map(),
  obstacles: new Map(),
  files: new Map(),
}

function planWith(entries: readonly ChangedEntry[]): Plan {
  const details = {
    failedTargets: [],
    blindTargets: [],
    blockedDeletions: [],
    indexes: new Map(),
    extraFiles: [],
    selectedRuns: 1,
    warnings: [],
    error: undefined,
  }
  return { snapshot, targets: [], files: new Map(), entries, ...details }
}

const creation = planWith([change('created')])
const empty = planWith([])
const tree = 'a'.repeat(40)

function recordOf(plan: Plan) {
  return {
    tree,
    files: planDigest(plan),
    changes: changesDigest(plan),
    pages: undefined,
    each: undefined,
  }
}

function commit(fields: Partial<HeadCommit> = {}): HeadCommit {
  return {
    sha: 'ours',
    url: 'https://github.test/commit/ours',
    message: `Add my_model\n\n${proposalTrailer(recordOf(creation), 'Add my_model')}`,
    tree,
    verified: true,
    parents: [{ sha: 'base', tree: 'tree' }],
    ...fields,
  }
}

function ownHead(plan: Plan, isCurrent = true): Head {
  const range = { from: 'base', to: 'ours' }
  return {
    kind: 'own',
    commit: commit(),
    proposal: { ...recordOf(plan), inputs: undefined, message: undefined },
    range,
    isCurrent,
  }
}

function bodyOf(plan: Plan, withdrawn = false): string {
  const { files, changes } = recordOf(plan)
  return writeSection('', { files, changes, title: '', withdrawn }, { text: 'text', summary: '' })
}

function pull(fields: Partial<PullRequest> = {}): PullRequest {
  return {
    number: 1,
    url: 'https://github.test/pull/1',
    state: 'open',
    merged: false,
    title: 'Add my_model',
    base: 'main',
    body: bodyOf(creation),
    headSha: 'ours',
    labels: [],
    isUntouched: false,
    ...fields,
  }
}

function state(...pullRequests: readonly PullRequest[]): PullRequestState {
  return { commit: commit(), pullRequests, elsewhere: [] }
}

const none: Head = { kind: 'none' }
const foreign: Head = { kind: 'foreign', commit: commit(), isEmpty: false }

describe('the decision about the pull request', () => {
  const closed = pull({ state: 'closed' })

  test.each<[string, Plan, PullRequestState, Head, string]>([
    ['opens one if there is none', creation, state(), none, 'propose'],
    ['opens one if the last one is closed', creation, state(closed), ownHead(creation), 'propose'],
    ['keeps one that proposes the same', creation, state(pull()), ownHead(creation), 'keep'],
    ['updates one with other changes', creation, state(pull()), ownHead(empty), 'propose'],
    [
      'updates one on a commit that the base no longer has',
      creation,
      state(pull()),
      ownHead(creation, false),
      'propose',
    ],
    ['updates one whose branch is missing', creation, state(pull()), none, 'propose'],
    ["does not keep one with a person's commit", creation, state(pull()), foreign, 'propose'],
    ['closes one if nothing is left to propose', empty, state(pull()), none, 'withdraw'],
    ['withdraws without one if there are no changes', empty, state(), none, 'withdraw'],
  ])('%s', (_name, plan, current, head, decision) => {
    expect(decidePullRequest(plan, current, head).kind).toBe(decision)
  })
})

describe("a commit is the action's own", () => {
  test.each<[string, HeadCommit, boolean]>([
    ['if its tree is the recorded one', commit(), true],
    ['not if a person amended its files', commit({ tree: 'b'.repeat(40) }), false],
    ['not without a record', commit({ message: 'Fix a typo' }), false],
    [
      'not if it is a merge',
      commit({ parents: [...commit().parents, { sha: 'other', tree: 'tree' }] }),
      false,
    ],
  ])('%s', (_name, candidate, expected) => {
    expect(ownProposal(candidate) !== undefined).toBe(expected)
  })
})

describe('the pull request that merged the head branch', () => {
  const merged = pull({ state: 'closed', merged: true })

  test.each<[string, HeadCommit, PullRequest, boolean]>([
    ['merged its head', commit(), merged, true],
    ['is none if the branch has moved since', commit({ sha: 'later' }), merged, false],
    ['is none if it was closed without merging', commit(), pull({ state: 'closed' }), false],
  ])('%s', (_name, candidate, pullRequest, expected) => {
    expect(mergedPullRequest(candidate, state(pullRequest)) !== undefined).toBe(expected)
  })
})

test.each<[string, PullRequest, boolean]>([
  ['closed without merging', pull({ state: 'closed' }), true],
  ['closed, with its body rewritten', pull({ state: 'closed', body: 'no' }), true],
  ['merged', pull({ state: 'closed', merged: true }), false],
  ['open', pull(), false],
  ['closed by the action', pull({ state: 'closed', body: bodyOf(creation, true) }), false],
])('a pull request that is %s: rejected?', (_name, pullRequest, expected) => {
  expect(isRejected(pullRequest)).toBe(expected)
})

test.each<[string, Partial<PullRequest>, readonly string[], boolean]>([
  ['that nobody touched and has none', { isUntouched: true }, ['models'], true],
  ['that has one of two', { isUntouched: true, labels: ['models'] }, ['models', 'review'], true],
  [
    'that has them, spelled differently',
    { isUntouched: true, labels: ['Models'] },
    ['models'],
    false,
  ],
  ['that something happened to', { isUntouched: false }, ['models'], false],
  ['without any to set', { isUntouched: true }, [], false],
])('a pull request %s: does it lack labels?', (_name, fields, labels, expected) => {
  const settings = { branch: undefined, title: undefined, labels, reviewers: [] }
  expect(lacksLabels(pull(fields), settings)).toBe(expected)
})
