import { describe, expect, test } from '@jest/globals'
import type { BranchSnapshot } from '../../src/core/branch.ts'
import type { Plan } from '../../src/core/changes.ts'
import type { ChangedEntry } from '../../src/core/entry.ts'
import {
  changeDigests,
  changesDigest,
  planDigest,
  proposalTrailer,
  readOwnProposal,
  readProposal,
} from '../../src/core/proposal.ts'
import {
  markWithdrawn,
  readSection,
  titleDigest,
  writeSection,
  type Section,
} from '../../src/core/pull-request-section.ts'
import { change, extraFile, runId } from '../fixtures/changes.ts'

const path = `models/${runId(1)}.yaml`

function snapshot(oid?: string): BranchSnapshot {
  const name = `${runId(1)}.yaml`
  const entries = new Map(oid === undefined ? [] : [[name, { name, kind: 'file' as const, oid }]])
  return {
    repository: 'acme/models',
    branch: 'main',
    head: 'base',
    rootTree: 'tree',
    directories: new Map([['models', { path: 'models', oid: 'dir', entries }]]),
    obstacles: new Map(),
    files: new Map(),
  }
}

function planWith(entries: readonly ChangedEntry[], oid?: string): Plan {
  const extraFiles: Plan['extraFiles'] = []
  return {
    snapshot: snapshot(oid),
    targets: [],
    failedTargets: [],
    blindTargets: [],
    blockedDeletions: [],
    indexes: new Map(),
    files: new Map(),
    entries,
    extraFiles,
    selectedRuns: 1,
    warnings: [],
    error: undefined,
  }
}

function digestOf(plan: Plan): string {
  return planDigest(plan)
}

describe('the digest of the files', () => {
  const update = planWith([change('updated')], 'old')

  test('does not depend on their order', () => {
    const entries = [change('created'), change('deleted', { runId: runId(2) })]
    expect(digestOf(planWith(entries))).toBe(digestOf(planWith(entries.toReversed())))
  })

  test.each<[string, Plan]>([
    ['the new content', planWith([change('updated', {}, { after: 'global:\n' })], 'old')],
    ['the content on the base branch', planWith([change('updated')], 'edited')],
    ['a deletion', planWith([change('deleted')], 'old')],
    ['another path', planWith([change('updated', { path: 'models/x.yaml' })], 'old')],
    ['another base branch', { ...update, snapshot: { ...update.snapshot, branch: 'release' } }],
    ['an additional file', { ...update, extraFiles: [extraFile()] }],
  ])('changes with %s', (_name, plan) => {
    expect(digestOf(plan)).not.toBe(digestOf(update))
  })

  test("is the same if the base's head is another one", () => {
    const moved = { ...update, snapshot: { ...update.snapshot, head: 'other', rootTree: 'x' } }
    expect(digestOf(moved)).toBe(digestOf(update))
  })

  test('ignores the mode of a deleted file, which no tree shows', () => {
    const [entry] = [change('deleted')]
    const executable = { ...entry, edit: { ...entry.edit, executable: true } } as ChangedEntry
    expect(digestOf(planWith([executable], 'old'))).toBe(digestOf(planWith([entry], 'old')))
  })
})

describe('the digest of the changes', () => {
  test('changes with the content of a new file, but not with that of an existing one', () => {
    const after = 'global: {}\n'
    const created = changesDigest(planWith([change('created')]))
    expect(changesDigest(planWith([change('created', {}, { after })]))).not.toBe(created)
    const previous = { runId: runId(1), modelName: 'm', modelVersion: '3', timestamp: '20240101' }
    const update = (fields = {}, texts = {}) =>
      changesDigest(planWith([change('updated', { previous, ...fields }, texts)]))
    const updated = update()
    expect(update({}, { after })).toBe(updated)
    expect(update({ modelVersion: '5' })).not.toBe(updated)
  })

  test('changes with the content of a damaged file, which is rendered from the template, too', () => {
    const after = 'global: {}\n'
    expect(changesDigest(planWith([change('updated', {}, { after })]))).not.toBe(
      changesDigest(planWith([change('updated')])),
    )
  })
})

describe('an index page in the digest of the changes', () => {
  const only = (texts: Parameters<typeof extraFile>[0] = {}): Plan => ({
    ...planWith([]),
    extraFiles: [extraFile(texts)],
  })

  test('does not count beside other changes', () => {
    const plan = planWith([change('created')])
    expect(changesDigest({ ...plan, extraFiles: [extraFile()] })).toBe(changesDigest(plan))
  })

  test('counts alone, by the lines that differ', () => {
    const digest = changesDigest(only())
    expect(digest).not.toBe(changesDigest(planWith([])))
    expect(changesDigest(only({ after: '# Other\n' }))).not.toBe(digest)
    expect(changesDigest(only({ before: undefined }))).not.toBe(digest)
    const edited = only({ before: 'Mine\n# Before\n', after: 'Mine\n# After\n' })
    expect(changesDigest(edited)).toBe(digest)
  })
})

describe('the record in a commit message', () => {
  const record = {
    tree: 'a'.repeat(40),
    files: 'b'.repeat(32),
    changes: 'c'.repeat(32),
    pages: undefined,
    each: undefined,
  }

  test('names the single changes, unless there are too many', () => {
    const second = change('deleted', { path: 'models/other.yaml' })
    const each = [...changeDigests(planWith([change('created'), second])).values()]
    expect(new Set(each).size).toBe(2)
    const read = readProposal(`Add x\n\n${proposalTrailer({ ...record, each }, '')}`)
    expect(read?.each?.toSorted()).toEqual(each.toSorted())
    const tooMany = Array.from({ length: 1_001 }, (_, index) => String(10_000 + index))
    expect(proposalTrailer({ ...record, each: tooMany.slice(1) }, '').length).toBeLessThan(6_000)
    expect(proposalTrailer({ ...record, each: tooMany }, '')).not.toContain('each=')
  })

  test('is read back', () => {
    const rest = `Add x\n\nAdd ${path}\n\nMLflow-Run-Id: x`
    const message = `${rest}\n${proposalTrailer(record, rest)}`
    expect(readProposal(message)).toMatchObject(record)
    expect(readOwnProposal(message)).toMatchObject(record)
    expect(readOwnProposal(`Reworded\n${message}`)).toBeUndefined()
  })

  test('has a digest of index pages only if there are any', () => {
    const pages = 'e'.repeat(32)
    expect(proposalTrailer(record, '')).not.toContain('pages=')
    const trailer = proposalTrailer({ ...record, pages }, '')
    expect(readProposal(`Add x\n\n${trailer}`)).toMatchObject({ ...record, pages })
  })

  test('is the last one', () => {
    const older = proposalTrailer({ ...record, tree: 'd'.repeat(40) }, '')
    expect(readProposal(`${older}\n${proposalTrailer(record, '')}`)).toMatchObject(record)
  })

  test.each([
    ['', 'no text'],
    [`> ${proposalTrailer(record, '')}`, 'a quotation'],
    [`${proposalTrailer(record, '')} x`, 'more text'],
  ])('is missing in %j (%s)', (message) => {
    expect(readProposal(message)).toBeUndefined()
  })
})

describe('the section in the body', () => {
  const section: Section = { files: 'f', changes: 'c', title: 't', withdrawn: false }
  const texts = { text: 'the table', summary: 'short' }

  test('leaves the text around it as it is', () => {
    const body = writeSection('Before $&', section, texts)
    expect(body).toMatch(
      /^Before \$&\n\n<!-- mlflow-sync files=f changes=c title=t -->\nthe table\n/,
    )
    const edited = `${body}\r\nAfter`
    const next = writeSection(
      edited,
      { ...section, files: 'g' },
      { ...texts, text: "new $' table" },
    )
    expect(next).toBe(
      edited.replace('files=f', 'files=g').replace('the table', () => "new $' table"),
    )
    expect(readSection(next)).toEqual({ ...section, files: 'g' })
  })

  test('is read although GitHub stores CRLF after an edit in the browser', () => {
    const body = writeSection('', section, texts).replaceAll('\n', '\r\n')
    expect(readSection(body)).toEqual(section)
  })

  test('is added again if a person removed it or its end, without touching their text', () => {
    expect(readSection('All mine')).toBeUndefined()
    const damaged = `${writeSection('', section, texts).split('\n')[0] ?? ''}\nAll mine`
    expect(readSection(damaged)).toBeUndefined()
    const body = writeSection(damaged, section, texts)
    expect(body.startsWith(`${damaged}\n\n`)).toBe(true)
    expect(writeSection(body, section, { ...texts, text: 'x' })).toContain('All mine')
  })

  test('is short if the text of people leaves no room for more', () => {
    const text = 'x'.repeat(60_000)
    expect(writeSection('', section, { ...texts, text })).toContain(text)
    const long = 'y'.repeat(6_000)
    const body = writeSection(long, section, { ...texts, text })
    expect(body).toContain('\nshort\n')
    expect(body.length).toBeLessThan(65_536)
    const full = 'z'.repeat(65_500)
    expect(writeSection(full, section, { ...texts, text })).toBe(full)
  })

  test('is marked before the action closes the pull request, even without a section', () => {
    const marked = markWithdrawn(writeSection('Mine', section, texts))
    expect(readSection(marked)).toEqual({ ...section, withdrawn: true })
    expect(marked).toMatch(/^Mine\n/)
    expect(marked).not.toContain('the table')
    expect(readSection(markWithdrawn('Mine'))?.withdrawn).toBe(true)
  })

  test('knows the title of the action', () => {
    expect(titleDigest(' Add x ')).toBe(titleDigest('Add x'))
    expect(titleDigest('Add y')).not.toBe(titleDigest('Add x'))
  })
})
