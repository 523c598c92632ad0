import { describe, expect, test } from '@jest/globals'
import {
  editKey,
  findLastEdits,
  findPersonsRemoval,
  lastActionCommit,
  type HistoryCommit,
  type RemovalCommit,
} from '../../src/core/removal.ts'

const runId = 'abc123'
const path = `values/${runId}.yaml`
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
  return findPersonsRemoval({ runId, lastEdit: undefined }, last)?.kind === 'person'
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
    ['that reverts a revert', `Reapply "Sync"\n\n${trailer}`, true],
  ])('of a commit %s', (_name, message, expected) => {
    expect(isPersons(removal(message))).toBe(expected)
  })

  test('of an id that a trailer has to encode', () => {
    const last = removal('Sync\n\nMLflow-Run-Id: gh%2D12')
    expect(findPersonsRemoval({ runId: 'gh-12', lastEdit: undefined }, last)).toBeUndefined()
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
    expect(findPersonsRemoval({ runId, lastEdit: undefined }, last)).toEqual({
      ...{ kind: 'person', sha: 'Remove it', url: 'https://github.test/c', date: 5000 },
      ...{ before: 'global: {}', isAfter: false },
    })
  })

  test('is unknown if nothing touched the path', () => {
    expect(findPersonsRemoval({ runId, lastEdit: undefined }, undefined)).toBeUndefined()
  })
})

describe('a removal that the history of the path does not show', () => {
  function judge(messages: readonly string[], last: RemovalCommit | undefined) {
    const commits = messages.map((message) => commit(message))
    const edits = findLastEdits({ commits, isComplete: true, recent: [] })
    return findPersonsRemoval({ runId, lastEdit: edits.get(editKey(path)) }, last)
  }
  const added = `Add m\n\nAdd ${path}: m version 1\n\n${trailer}`
  const removed = `Remove m\n\nRemove ${path}: m version 1\n\n${trailer}`

  test.each([
    ['if the newest commit of the action wrote the file', [added, removed], undefined, true],
    ['if that is newer than the removal', [added, 'Remove it'], 'Remove it', true],
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

describe("the action's last commit in a directory", () => {
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
    ['does not exist', [commit('T (#1)', { proposals: ['Edit'] })], true, -Infinity],
  ])('%s', (_name, commits, isComplete, expected) => {
    expect(lastActionCommit({ commits, isComplete, recent: [] })).toBe(expected)
  })
})
