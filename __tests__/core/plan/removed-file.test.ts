import { describe, expect, test } from '@jest/globals'
import { keepDeleted } from '../../../src/core/plan/removed-file.ts'
import type { Removal } from '../../../src/core/removal.ts'
import { plain, prose } from '../../../src/core/text/prose.ts'
import { modelVersion } from '../../fixtures/registry.ts'

const runId = 'abc'
const sha = '0123456789abcdef0123456789abcdef01234567'

function removal(before: string | undefined, isAfter = false): Removal {
  const url = `https://github.test/commit/${sha}`
  const date = Date.UTC(2026, 0, 2)
  return { kind: 'person', sha, url, date, before, landed: date, isAfter }
}

/** The decision about version 2 of the model, registered so many milliseconds after the removal. */
function decide(before: string | undefined, afterMs: number) {
  const creationTime = Date.UTC(2026, 0, 2) + afterMs
  const version = modelVersion({ name: 'model', version: '2', creationTime })
  return keepDeleted(removal(before), runId, version)?.outcome
}

function reasonOf(decision: ReturnType<typeof keepDeleted>): string {
  return decision !== undefined && 'reason' in decision ? plain(decision.reason ?? []) : ''
}

function fileOf(version: string): string {
  return `global:\n  runid: ${runId}\n  modelName: model\n  modelVersion: "${version}"\n`
}

describe('a file that a person deleted', () => {
  test.each<[string, string | undefined, number, 'held' | undefined]>([
    ['is held for an older version', fileOf('1'), -1, 'held'],
    ['is created for a version that was registered in the same second', fileOf('1'), 1, undefined],
    [
      'is held for the version that it named, whatever the clocks say',
      fileOf('2'),
      3_600_000,
      'held',
    ],
    ['is held for the second in which it was deleted, if it is not known', undefined, 999, 'held'],
    ['is created for a later version, if it is not known', undefined, 1000, undefined],
    ['is held likewise if it was unreadable', 'a: [', 999, 'held'],
  ])('%s', (_name, before, afterMs, expected) => {
    expect(decide(before, afterMs)).toBe(expected)
  })

  test.each([
    [false, 'in'],
    [true, 'after'],
  ])('is reported with the commit and what to do about it', (isAfter, preposition) => {
    const decision = keepDeleted(removal(undefined, isAfter), runId, modelVersion())
    expect(reasonOf(decision)).toBe(
      `a person deleted its file ${preposition} commit ${sha} of 2026-01-02. To create it again, restore the file, register a new version of the run, or run once with \`recreate: abc\`.`,
    )
  })

  test('fails if the history could not be read', () => {
    const unreadable = { kind: 'unreadable', reason: prose`GitHub is down.` } as const
    const decision = keepDeleted(unreadable, runId, modelVersion())
    expect(decision?.outcome).toBe('failed')
    expect(reasonOf(decision)).toMatch(/could not be read\. GitHub is down\.$/)
  })
})
