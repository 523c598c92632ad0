import { describe, expect, test } from '@jest/globals'
import { blobOid, type BranchSnapshot } from '../../src/core/branch.ts'
import {
  changesDigest,
  markerComment,
  readMarker,
  replaceMarker,
} from '../../src/core/pull-request-marker.ts'
import {
  decidePullRequest,
  isRecognised,
  isUpToDate,
  markerFor,
  type HeadBranch,
  type PullRequest,
  type PullRequestState,
} from '../../src/core/pull-request.ts'
import { changesOf, type ChangedEntry, type FileEdit, type Plan } from '../../src/core/result.ts'
import { change, extraFile, runId } from '../fixtures/changes.ts'

const snapshot: BranchSnapshot = {
  repository: 'acme/models',
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

function planWith(entries: readonly ChangedEntry[], extraFiles: readonly FileEdit[] = []): Plan {
  return {
    snapshot,
    entries,
    extraFiles,
    warnings: [],
    error: undefined,
  }
}
const creation = planWith([change('created')])
const empty = planWith([])
const withExtraFile = planWith([change('created')], [extraFile()])

function textOid(text: string): string {
  return blobOid(Buffer.from(text))
}

function head(fields: Partial<HeadBranch> = {}): HeadBranch {
  return {
    name: 'mlflow-sync/main',
    head: 'ours',
    url: 'https://github.test/commit/ours',
    message: `Add my_model\n\nMLflow-Run-Id: ${runId(1)}`,
    parents: ['base'],
    objects: new Map([
      ['models/notes.md', 'notes'],
      ['models/sub', 'sub'],
      [`models/${runId(1)}.yaml`, textOid('global:\n  modelVersion: "4"\n')],
    ]),
    ...fields,
  }
}

function bodyOf(plan: Plan, heads: readonly string[] = ['ours'], withdrawn = false): string {
  const digest = changesDigest(changesOf(plan.entries))
  return `text\n\n${markerComment({ digest, heads, withdrawn })}`
}

function pull(fields: Partial<PullRequest> = {}): PullRequest {
  return {
    number: 1,
    url: 'https://github.test/pull/1',
    state: 'open',
    merged: false,
    body: bodyOf(creation),
    ...fields,
  }
}

function state(fields: Partial<PullRequestState>): PullRequestState {
  return {
    head: undefined,
    pullRequests: [],
    ...fields,
  }
}

describe('the decision about the pull request', () => {
  const closed = pull({ state: 'closed' })
  const other = pull({ number: 2, state: 'closed', body: bodyOf(planWith([change('deleted')])) })

  test.each<[string, Plan, PullRequestState, string]>([
    ['opens one if there is none', creation, state({}), 'propose'],
    [
      'opens one if only one without a record was closed',
      creation,
      state({ pullRequests: [pull({ state: 'closed', body: 'by hand' })] }),
      'propose',
    ],
    [
      'keeps one that proposes the same changes',
      creation,
      state({ head: head(), pullRequests: [pull()] }),
      'keep',
    ],
    [
      'updates one whose branch is behind the base',
      creation,
      state({ head: head({ parents: ['older'] }), pullRequests: [pull()] }),
      'propose',
    ],
    [
      'updates one that lacks the edit of an extra file',
      withExtraFile,
      state({ head: head(), pullRequests: [pull()] }),
      'propose',
    ],
    [
      'keeps one that also has the edit of an extra file',
      withExtraFile,
      state({
        head: head({
          objects: new Map([...head().objects, ['models/README.md', textOid('# After\n')]]),
        }),
        pullRequests: [pull()],
      }),
      'keep',
    ],
    ['updates one whose branch is missing', creation, state({ pullRequests: [pull()] }), 'propose'],
    [
      'does not propose changes again after a person rejected them',
      creation,
      state({ pullRequests: [closed] }),
      'respect-rejection',
    ],
    [
      'proposes changes that differ from rejected ones',
      creation,
      state({ pullRequests: [other] }),
      'propose',
    ],
    [
      'proposes the same changes again after a merge',
      creation,
      state({ pullRequests: [pull({ state: 'closed', merged: true })] }),
      'propose',
    ],
    [
      'proposes the same changes again after the action itself withdrew them',
      creation,
      state({ pullRequests: [pull({ state: 'closed', body: bodyOf(creation, ['ours'], true) })] }),
      'propose',
    ],
    [
      'follows the newest pull request with the same changes',
      creation,
      state({ pullRequests: [pull({ number: 3, state: 'closed', merged: true }), closed] }),
      'propose',
    ],
    [
      'closes an open one if nothing is left to propose',
      empty,
      state({ pullRequests: [pull()] }),
      'withdraw',
    ],
    ['withdraws without a pull request if there are no changes', empty, state({}), 'withdraw'],
  ])('%s', (_name, plan, current, decision) => {
    expect(decidePullRequest(plan, current).kind).toBe(decision)
  })
})

describe("the head branch is recognised as the action's own", () => {
  const recognised = (
    branch: HeadBranch,
    current: PullRequestState,
    ownCommits: readonly string[] = [],
  ) => isRecognised(current, branch, snapshot, new Set(ownCommits))
  const foreign = head({ head: 'foreign', message: 'Fix a typo' })
  const recorded = state({ pullRequests: [pull()] })
  const unrecorded = state({ pullRequests: [pull({ body: 'rewritten' })] })

  test.each<[string, boolean, boolean]>([
    ['at the head of the base', recognised(head({ head: 'base' }), recorded), true],
    ['at a commit that this job made', recognised(foreign, recorded, ['foreign']), true],
    ['at a commit that the body records', recognised(head(), recorded), true],
    [
      'at a commit that only mentions a record',
      recognised(head({ message: 'Revert "MLflow-Run-Id: x"' }), unrecorded),
      false,
    ],
    [
      'at a commit that looks like ours, if no body has a record',
      recognised(head(), unrecorded),
      true,
    ],
    ["not at a person's commit", recognised(foreign, recorded), false],
    [
      "not at a person's commit, even if no body has a record",
      recognised(foreign, unrecorded),
      false,
    ],
    [
      'not at a commit that looks like ours but is not the recorded one',
      recognised(head({ head: 'amended' }), recorded),
      false,
    ],
    [
      'not at a merge commit',
      recognised(head({ head: 'm', parents: ['a', 'b'] }), unrecorded),
      false,
    ],
  ])('%s', (_name, actual, expected) => {
    expect(actual).toBe(expected)
  })
})

describe('the head branch is up to date', () => {
  test.each<[string, HeadBranch | undefined, boolean]>([
    ['if it is the base plus the changes', head(), true],
    ['not if it does not exist', undefined, false],
    ['not if the base moved', head({ parents: ['older'] }), false],
    ['not if it is a merge commit', head({ parents: ['base', 'x'] }), false],
    ['not if a file differs', head({ objects: new Map([['models/notes.md', 'notes']]) }), false],
    [
      'not if it has an additional file',
      head({ objects: new Map([...head().objects, ['models/more.yaml', 'x']]) }),
      false,
    ],
  ])('%s', (_name, branch, expected) => {
    expect(isUpToDate(branch, creation)).toBe(expected)
  })

  test('although a subdirectory that contains a changed file has another hash', () => {
    const plan = planWith([change('created', { path: 'models/sub/a.yaml' })])
    const objects = [
      ['models/notes.md', 'notes'],
      ['models/sub', 'changed'],
      ['models/sub/a.yaml', textOid('global:\n  modelVersion: "4"\n')],
    ] as const
    expect(isUpToDate(head({ objects: new Map(objects) }), plan)).toBe(true)
    expect(
      isUpToDate(head({ objects: new Map([...head().objects, ['models/sub', 'x']]) }), creation),
    ).toBe(false)
  })

  test('only if the other files in a subdirectory that the plan changes are the same', () => {
    const plan = planWith([change('created', { path: 'models/sub/a.yaml' }), change('created')])
    const objects = new Map([...head().objects, ['models/sub/a.yaml', 'x']])
    expect(isUpToDate(head({ objects }), plan)).toBe(false)
    objects.set('models/sub/a.yaml', textOid('global:\n  modelVersion: "4"\n'))
    objects.set('models/sub', 'changed')
    expect(isUpToDate(head({ objects }), plan)).toBe(true)
  })

  test('if a file that the plan deletes is missing from it', () => {
    const plan = planWith([change('deleted', { path: 'models/notes.md' })])
    expect(isUpToDate(head({ objects: new Map([['models/sub', 'sub']]) }), plan)).toBe(true)
  })
})

describe('the marker in the body', () => {
  const marker = { digest: 'd', heads: [], withdrawn: true }

  test('is found, replaced or added, with any text around it', () => {
    expect(readMarker('text')).toBeUndefined()
    expect(readMarker(markerComment(marker))).toEqual(marker)
    const comment = '<!-- mlflow-sync:proposal digest=d heads= withdrawn -->'
    expect(replaceMarker('text', marker)).toBe(`text\n${comment}`)
    const old = markerComment({ digest: 'c', heads: ['a', 'b'], withdrawn: false })
    expect(replaceMarker(`a $& ${old} b`, marker)).toBe(`a $& ${comment} b`)
  })

  test('is the same in every version of the action, whatever the order of the changes', () => {
    const changes = [change('created'), change('deleted', { runId: runId(2) })]
    expect(changesDigest(changes)).toBe('be5abcbefda95e6369707de43792b5eb7e068e1c')
    expect(changesDigest(changes.toReversed())).toBe(changesDigest(changes))
  })

  test('is only that of the new commit if nothing was proposed before, or by somebody else', () => {
    const expected = { digest: changesDigest(changesOf(creation.entries)), withdrawn: false }
    expect(markerFor(creation, state({}), 'new')).toEqual({ ...expected, heads: ['new'] })
    const other = state({ pullRequests: [pull({ body: 'by hand' })] })
    expect(markerFor(creation, other, 'new')).toEqual({ ...expected, heads: ['new'] })
  })

  test('records the proposal and the last five commits of the head branch', () => {
    const open = pull({ body: bodyOf(creation, ['a', 'b', 'c', 'd', 'e']) })
    const marker = markerFor(creation, state({ head: head(), pullRequests: [open] }), 'new')
    expect(marker).toEqual({
      digest: changesDigest(changesOf(creation.entries)),
      heads: ['new', 'ours', 'a', 'b', 'c'],
      withdrawn: false,
    })
    expect(readMarker(markerComment(marker))).toEqual(marker)
  })
})
