import { describe, expect, test } from '@jest/globals'
import { createCommitGraph } from '../../src/core/commit-graph.ts'
import {
  editKey,
  findLastEdits,
  findPersonsRemoval,
  lastCreation,
  type BranchCommit,
  type HistoryCommit,
  type RemovalCommit,
} from '../../src/core/removal.ts'

const runId = 'abc123'
const path = `values/${runId}.yaml`
const noGraph = createCommitGraph<BranchCommit>([])
const trailer = `MLflow-Run-Id: ${runId}`
const proposal = `MLflow-Sync-Proposal: tree=${'a'.repeat(40)} files=${'b'.repeat(32)} changes=${'c'.repeat(32)}`

function commit(message: string, given: Partial<HistoryCommit> = {}): HistoryCommit {
  return {
    sha: message,
    url: 'https://github.test/c',
    date: 5000,
    message,
    proposals: [],
    ...given,
  }
}

function removal(message: string, given: Partial<RemovalCommit> = {}): RemovalCommit {
  return {
    ...{ sha: message, url: 'https://github.test/c', date: 5000, message },
    ...{ before: undefined, landed: [], ...given },
  }
}

function isPersons(last: RemovalCommit): boolean {
  return findPersonsRemoval({ path, runId, lastEdit: undefined }, last, noGraph)?.kind === 'person'
}

describe('whose a removal is', () => {
  test.each<[string, string, boolean]>([
    ['without trailers', 'Remove it', true],
    ['with the trailer of the run', `Remove m (abc)\n\nRemove ${path}\n\n${trailer}`, false],
    [
      'with trailers of several runs',
      `Sync\n\nMLflow-Run-Id: other\n${trailer}\n${proposal}`,
      false,
    ],
    ['with CRLF', `Sync\r\n\r\n${trailer}\r\n`, false],
    [
      'that was cherry-picked',
      `Sync\n\n${trailer}\n(cherry picked from commit ${'a'.repeat(40)})`,
      false,
    ],
    ['with the trailer of another run', 'Sync\n\nMLflow-Run-Id: abc1234', true],
    ['with the trailer in its first line', trailer, true],
    ['with the trailer before the last paragraph', `Sync\n\n${trailer}\n\nBecause it broke.`, true],
    ['with the trailer amid other text', `Sync\n\nIt said\n${trailer}`, true],
    ['that quotes the trailer', `Undo\n\n> ${trailer}`, true],
    ['that reverts', `Revert "Sync"\n\nThis reverts commit abcdef0.\n\n${trailer}`, true],
    [
      'that reverts, under another title',
      `Undo\n\nThis reverts commit abcdef0.\n\n${trailer}`,
      true,
    ],
    [
      'that squashed a branch on which the action wrote the file',
      `Clean up (#1)\n\n* Remove it\n\n* Add m version 1\n\nAdd ${path}: m version 1\n\n${trailer}`,
      true,
    ],
    [
      'that squashed a branch with a commit of the action that does not name the file',
      `Clean up (#1)\n\n* Remove it\n\n* Sync\n\nand 9 more\n\n${trailer}`,
      true,
    ],
    [
      'that squashed a branch on which the action removed the file',
      `Roll back (#1)\n\n* Notes\n\n* Remove m\n\nRemove ${path}: m version 1\n\n${trailer}`,
      false,
    ],
    [
      'with a list that was too long for the file',
      `Sync\n\nRemove values/x.yaml: m version 1\nand 900 more\n\nMLflow-Run-Id: x\n${trailer}`,
      false,
    ],
    ['that reverts a revert', `Reapply "Sync"\n\n${trailer}`, true],
  ])('of a commit %s', (_name, message, expected) => {
    expect(isPersons(removal(message))).toBe(expected)
  })

  test('of an id that a trailer has to encode', () => {
    const last = removal('Sync\n\nMLflow-Run-Id: gh%2D12')
    expect(
      findPersonsRemoval({ path, runId: 'gh-12', lastEdit: undefined }, last, noGraph),
    ).toBeUndefined()
  })

  test.each<[string, RemovalCommit['landed'], boolean]>([
    ['removed it', [{ message: `Sync\n\n${trailer}`, removesFile: true }], false],
    ['created it', [{ message: `Sync\n\n${trailer}`, removesFile: false }], true],
    ['is a person’s', [{ message: 'Remove it', removesFile: true }], true],
  ])('of a merge of a pull request whose commit %s', (_name, landed, expected) => {
    expect(isPersons(removal('Sync (#1)', { landed }))).toBe(expected)
    expect(isPersons(removal('Revert "Sync" (#2)', { landed }))).toBe(true)
  })

  test('is described by the commit', () => {
    const last = removal('Remove it', { before: 'global: {}' })
    expect(findPersonsRemoval({ path, runId, lastEdit: undefined }, last, noGraph)).toEqual({
      ...{ kind: 'person', sha: 'Remove it', url: 'https://github.test/c', date: 5000 },
      ...{ before: 'global: {}', landed: 5000, isAfter: false },
    })
  })

  test('is unknown if nothing touched the path', () => {
    expect(
      findPersonsRemoval({ path, runId, lastEdit: undefined }, undefined, noGraph),
    ).toBeUndefined()
  })
})

describe('a removal that the history of the path does not show', () => {
  function judge(messages: readonly string[], last: RemovalCommit | undefined) {
    const commits = messages.map((message) => commit(message))
    const edits = findLastEdits({ commits, isComplete: true, recent: [] })
    return findPersonsRemoval({ path, runId, lastEdit: edits.get(editKey(path)) }, last, noGraph)
  }
  const added = `Add m\n\nAdd ${path}: m version 1\n\n${trailer}`
  const removed = `Remove m\n\nRemove ${path}: m version 1\n\n${trailer}`

  const squash = (...messages: readonly string[]) =>
    `Sync (#1)\n\n${messages.map((text) => `* ${text}\n\n`).join('')}* Notes`

  test.each([
    ['if the newest commit of the action wrote the file', [added, removed], undefined, true],
    ['if that is newer than the removal', [added, 'Remove it'], 'Remove it', true],
    ['if a squash quotes that it wrote the file', [squash(added)], undefined, true],
    ['if a squash with CRLF does', [squash(added).replaceAll('\n', '\r\n')], undefined, true],
    [
      'unless the squash quotes that it removed the file afterwards',
      [squash(added, removed)],
      undefined,
      false,
    ],
    ['unless the squash was reverted', [`Revert "${squash(added)}`], undefined, false],
    ['unless the squash lacks the trailer', [squash(`Add m\n\nAdd ${path}`)], undefined, false],
    ['unless that is older than the removal', [removed, added], removed, false],
    ['unless that removed it', [removed, added], undefined, false],
    [
      'unless it is about another run',
      [added.replace(trailer, 'MLflow-Run-Id: x')],
      undefined,
      false,
    ],
    ['unless it is about another directory', [added.replaceAll('values', 'v')], undefined, false],
    ['unless it was reverted text', [`Revert "${added}`], undefined, false],
  ] as const)('is a person’s %s', (_name, messages, last, expected) => {
    const found = judge(messages, last === undefined ? undefined : removal(last))
    expect(found?.kind === 'person' && found.isAfter).toBe(expected)
  })

  test('counts by date if the removal is not among the commits', () => {
    expect(judge([added], removal('Old', { date: 4000 }))).toMatchObject({ sha: added })
    expect(judge([added], removal('New', { date: 6000 }))).toMatchObject({ sha: 'New' })
  })
})

describe('when the file was gone on the branch', () => {
  type Log = readonly (readonly [message: string, date: number, ...parents: string[]])[]

  const added = `Add m\n\nAdd ${path}: m version 1\n\n${trailer}`
  const deleted = `Remove m\n\nRemove ${path}: m version 1\n\n${trailer}`
  const other = 'Add n\n\nAdd values/n.yaml: n version 1\n\nMLflow-Run-Id: n'

  /** `git log` of a branch; a message is the hash, too. */
  function judge(log: Log, last: string | undefined) {
    const recent = log.map(([message, date, ...parents]) => ({
      ...{ sha: message, url: '', date, message, parents },
    }))
    const edits = findLastEdits({ commits: [], isComplete: true, recent })
    const found = recent.find(({ sha }) => sha === last)
    return findPersonsRemoval(
      { path, runId, lastEdit: edits.get(editKey(path)) },
      found && removal(found.message, { date: found.date }),
      createCommitGraph(recent),
    )
  }

  test('is when the commit was made, on the branch itself', () => {
    const log: Log = [
      ['merge of older work', 9000, 'Remove it', 'work'],
      ['Remove it', 5000, added],
      ['work', 4500, 'start'],
      [added, 4000, 'start'],
      ['start', 1000],
    ]
    expect(judge(log, 'Remove it')).toMatchObject({ sha: 'Remove it', landed: 5000 })
  })

  test('is when its branch was merged', () => {
    const log: Log = [
      ['merge', 9000, 'work', 'Remove it'],
      ['work', 8000, added],
      ['Remove it', 5000, added],
      [added, 4000],
    ]
    expect(judge(log, 'Remove it')).toMatchObject({ date: 5000, landed: 9000 })
  })

  test.each([
    ['what the action committed meanwhile', other, 9000],
    ['what others committed meanwhile', 'Notes', 5000],
  ])('in a pull into a clone counts with %s', (_name, meanwhile, landed) => {
    const log: Log = [
      ['pull', 9000, 'Remove it', meanwhile],
      [meanwhile, 8000, 'old'],
      ['Remove it', 5000, 'old'],
      ['old', 4000],
    ]
    expect(judge(log, 'Remove it')).toMatchObject({ landed })
  })

  test('is the newest merge that may have left it out unseen', () => {
    const log: Log = [
      ['later', 9500, 'pull'],
      ['pull', 9000, 'local', added],
      ['local', 8000, 'start'],
      [added, 4000, 'start'],
      ['start', 1000],
    ]
    expect(judge(log, undefined)).toMatchObject({ sha: added, date: 4000, landed: 9000 })
  })

  test('does not matter if the action wrote the file on another line than it removed it', () => {
    const log: Log = [
      ['merge', 9000, deleted, added],
      [added, 8000, 'start'],
      [deleted, 5000, 'start'],
      ['start', 1000],
    ]
    expect(judge(log, deleted)).toBeUndefined()
  })
})

describe('the last commit that may have created a file in a directory', () => {
  const person = commit('Edit', { date: 9000 })
  test.each<[string, readonly HistoryCommit[], boolean, number]>([
    ['has the trailer', [person, commit(`Sync\n\n${trailer}`)], false, 6000],
    [
      'has the trailers of several commits in a list',
      [person, commit(`T (#1)\n\n* Sync\n\n${trailer}\n\n* Fix`)],
      true,
      6000,
    ],
    [
      'landed a proposal',
      [person, commit('T (#1)', { proposals: [`Sync\n\n${proposal}`] })],
      true,
      6000,
    ],
    ['may be older than those that were read', [person], false, Infinity],
    ["is anybody's without one of the action", [person, commit('Rename')], true, 10_000],
    ['does not exist: one commit cannot have removed a file, too', [person], true, -Infinity],
    ['does not exist without a commit', [], true, -Infinity],
  ])('%s', (_name, commits, isComplete, expected) => {
    expect(lastCreation({ commits, isComplete, recent: [] })).toBe(expected)
  })
})
