import { describe, expect, test } from '@jest/globals'
import { blobOid, type BranchSnapshot } from '../../src/core/branch.ts'
import { markerComment, changesDigest, readMarker } from '../../src/core/pull-request-marker.ts'
import {
  decidePullRequest,
  isRecognised,
  isUpToDate,
  markerFor,
  type HeadBranch,
  type PullRequest,
  type PullRequestState,
} from '../../src/core/pull-request.ts'
import { changesOf, type ChangedEntry, type Plan } from '../../src/core/result.ts'
import { change, runId } from '../fixtures/changes.ts'

const snapshot: BranchSnapshot = {
  repository: 'acme/models',
  repositoryId: 'R_1',
  branch: 'main',
  head: 'base',
  rootTree: 'tree',
  directories: new Map([
    [
      'models',
      {
        path: 'models',
        oid: 'dir',
        entries: new Map([
          ['notes.md', { name: 'notes.md', kind: 'file', oid: 'notes' }],
          ['sub', { name: 'sub', kind: 'directory', oid: 'sub' }],
        ]),
      },
    ],
  ]),
  files: new Map(),
}

const planOf = (entries: readonly ChangedEntry[]): Plan => ({
  snapshot,
  entries,
  warnings: [],
  error: undefined,
})
const created = planOf([change('created')])
const nothing = planOf([])

const textOid = (text: string): string => blobOid(Buffer.from(text))

const head = (fields: Partial<HeadBranch> = {}): HeadBranch => ({
  name: 'mlflow-sync/main',
  head: 'ours',
  url: 'https://github.test/commit/ours',
  message: `Add my_model\n\nMLflow-Run-Id: ${runId(1)}`,
  parents: ['base'],
  files: new Map([
    ['models/notes.md', 'notes'],
    [`models/${runId(1)}.yaml`, textOid('global:\n  modelVersion: "4"\n')],
  ]),
  ...fields,
})

const bodyOf = (plan: Plan, heads: readonly string[] = ['ours'], withdrawn = false): string => {
  const digest = changesDigest(changesOf(plan.entries))
  return `text\n\n${markerComment({ digest, heads, withdrawn })}`
}

const pull = (fields: Partial<PullRequest> = {}): PullRequest => ({
  number: 1,
  url: 'https://github.test/pull/1',
  state: 'open',
  merged: false,
  title: 'Sync',
  body: bodyOf(created),
  ...fields,
})

const state = (fields: Partial<PullRequestState>): PullRequestState => ({
  head: undefined,
  pullRequests: [],
  ...fields,
})

describe('what happens to the pull request', () => {
  const closed = pull({ state: 'closed' })
  const other = pull({ number: 2, state: 'closed', body: bodyOf(planOf([change('deleted')])) })

  test.each<[string, Plan, PullRequestState, string]>([
    ['without one, it is opened', created, state({}), 'propose'],
    [
      'one that proposes the same is kept',
      created,
      state({ head: head(), pullRequests: [pull()] }),
      'keep',
    ],
    [
      'one whose branch is behind the base is updated',
      created,
      state({ head: head({ parents: ['older'] }), pullRequests: [pull()] }),
      'propose',
    ],
    ['one without its branch is updated', created, state({ pullRequests: [pull()] }), 'propose'],
    [
      'the same changes that a person refused are not proposed again',
      created,
      state({ pullRequests: [closed] }),
      'respect-rejection',
    ],
    [
      'other changes than those that a person refused are proposed',
      created,
      state({ pullRequests: [other] }),
      'propose',
    ],
    [
      'the same changes after a merge are proposed',
      created,
      state({ pullRequests: [pull({ state: 'closed', merged: true })] }),
      'propose',
    ],
    [
      'the same changes after the action itself withdrew them are proposed',
      created,
      state({ pullRequests: [pull({ state: 'closed', body: bodyOf(created, ['ours'], true) })] }),
      'propose',
    ],
    [
      'the newest pull request with these changes decides',
      created,
      state({ pullRequests: [pull({ number: 3, state: 'closed', merged: true }), closed] }),
      'propose',
    ],
    [
      'an open one is closed when nothing is left',
      nothing,
      state({ pullRequests: [pull()] }),
      'withdraw',
    ],
    ['nothing happens without changes', nothing, state({}), 'withdraw'],
  ])('%s', (_name, plan, given, decision) => {
    expect(decidePullRequest(plan, given).kind).toBe(decision)
  })
})

describe('the head branch is recognised as the action’s own', () => {
  const recognised = (branch: HeadBranch, given: PullRequestState, made: readonly string[] = []) =>
    isRecognised(given, branch, snapshot, new Set(made))
  const stranger = head({ head: 'stranger', message: 'Fix a typo' })
  const recorded = state({ pullRequests: [pull()] })
  const forgotten = state({ pullRequests: [pull({ body: 'rewritten' })] })

  test.each<[string, boolean, boolean]>([
    ['where the base is', recognised(head({ head: 'base' }), recorded), true],
    ['at a commit that this job made', recognised(stranger, recorded, ['stranger']), true],
    ['at a commit that the body names', recognised(head(), recorded), true],
    ['at a commit that looks like ours, when the body forgot', recognised(head(), forgotten), true],
    ['at a person’s commit', recognised(stranger, recorded), false],
    ['at a person’s commit, when the body forgot', recognised(stranger, forgotten), false],
    [
      'at a commit that looks like ours, but is not the one that the body names',
      recognised(head({ head: 'amended' }), recorded),
      false,
    ],
    ['at a merge', recognised(head({ head: 'm', parents: ['a', 'b'] }), forgotten), false],
  ])('%s', (_name, answer, expected) => {
    expect(answer).toBe(expected)
  })
})

describe('the head branch is up to date', () => {
  test.each<[string, HeadBranch | undefined, boolean]>([
    ['if it is the base plus the plan', head(), true],
    ['not if there is none', undefined, false],
    ['not if the base moved', head({ parents: ['older'] }), false],
    ['not if it is a merge', head({ parents: ['base', 'x'] }), false],
    ['not if a file differs', head({ files: new Map([['models/notes.md', 'notes']]) }), false],
    [
      'not if it has one more file',
      head({ files: new Map([...head().files, ['models/more.yaml', 'x']]) }),
      false,
    ],
  ])('%s', (_name, branch, expected) => {
    expect(isUpToDate(branch, created)).toBe(expected)
  })

  test('when the plan deletes a file that is not on it any more', () => {
    const plan = planOf([change('deleted', { path: 'models/notes.md' })])
    expect(isUpToDate(head({ files: new Map() }), plan)).toBe(true)
  })
})

describe('what the body remembers', () => {
  test('is the proposal, and the last five commits on its branch', () => {
    const open = pull({ body: bodyOf(created, ['a', 'b', 'c', 'd', 'e']) })
    const marker = markerFor(created, state({ head: head(), pullRequests: [open] }), 'new')
    expect(marker).toEqual({
      digest: changesDigest(changesOf(created.entries)),
      heads: ['new', 'ours', 'a', 'b', 'c'],
      withdrawn: false,
    })
    expect(readMarker(markerComment(marker))).toEqual(marker)
  })
})
