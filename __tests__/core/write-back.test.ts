import { describe, expect, test } from '@jest/globals'
import type { ModelVersion } from '../../src/core/model.ts'
import { prose } from '../../src/core/text/prose.ts'
import { readContent, type FileState } from '../../src/core/values-file/file.ts'
import { possibleFiles } from '../../src/core/tag-place.ts'
import {
  maxTagChanges,
  planWriteBack,
  tagChanges,
  tagNames,
  type WriteBack,
  type WriteBackInput,
} from '../../src/core/write-back.ts'
import { modelVersion } from '../fixtures/registry.ts'

const place = {
  serverUrl: 'https://github.test',
  repository: 'acme/models',
  branch: 'release/1',
  directory: 'deploy',
}
const names = tagNames('acme/models', undefined)
const old = '0'.repeat(40)
const blobs = 'https://github.test/acme/models/blob'

function urlOf(runId: string): string {
  return `${blobs}/release/1/deploy/${runId}.yaml`
}

function valuesFile(runid: string, version = '1', comment = ''): FileState {
  return readContent(
    `${comment}global:\n  runid: ${runid}\n  modelName: model\n  modelVersion: "${version}"\n`,
  )
}

function tagged(file?: string, commit?: string): ModelVersion['tags'] {
  return {
    unrelated: 'x',
    ...(file === undefined ? {} : { [names.file]: file }),
    ...(commit === undefined ? {} : { [names.commit]: commit }),
  }
}

type Given = Partial<WriteBackInput> & {
  readonly states?: Readonly<Record<string, FileState>>
  readonly unread?: readonly string[]
}

function plan(versions: readonly Partial<ModelVersion>[], given: Given = {}): WriteBack {
  const { states = {}, unread = [], ...input } = given
  return planWriteBack({
    names,
    ownsNames: false,
    place,
    models: () => true,
    versions: versions.map((fields) => modelVersion({ runId: 'r1', ...fields })),
    files: new Map(Object.entries(states).map(([runId, state]) => [runId, { state }])),
    present: new Set([...Object.keys(states), ...unread]),
    written: { runIds: new Set(), commit: undefined },
    corrections: undefined,
    ...input,
  })
}

const nothing: WriteBack = { deployments: [], removals: [] }
const states = { r1: valuesFile('r1') }

test('the names of the tags contain the repository, and the target if there are several', () => {
  expect(names).toEqual({
    file: 'mlflow-sync.acme/models.file',
    commit: 'mlflow-sync.acme/models.commit',
  })
  expect(tagNames('acme/models', 'prod').commit).toBe('mlflow-sync.acme/models.prod.commit')
  expect(tagNames('acme/models', 'a/../b//c/./d').file).toBe('mlflow-sync.acme/models.a/b/c/d.file')
})

describe('a version whose file is on the branch', () => {
  test('has right tags, whatever the commit is', () => {
    expect(plan([{ tags: tagged(urlOf('r1'), old) }], { states })).toEqual(nothing)
  })

  test('is found although the file of an older run names the same version', () => {
    const both = { r1: valuesFile('r1'), r0: valuesFile('r0') }
    expect(plan([{}], { states: both }).deployments).toMatchObject([{ path: 'deploy/r1.yaml' }])
  })

  test.each<[string, ModelVersion['tags'], string | undefined]>([
    ['no tags', tagged(), undefined],
    ['no commit', tagged(urlOf('r1')), undefined],
    ['an empty commit', tagged(urlOf('r1'), ''), undefined],
    ['what is not a commit', tagged(urlOf('r1'), 'nonsense'), undefined],
    ['another file of the directory', tagged(urlOf('r2'), 'old'), undefined],
    [
      'a file of another directory',
      tagged(`${blobs}/release/1/b/r1.yaml`, 'x'),
      `${blobs}/release/1/b/r1.yaml`,
    ],
    [
      'a file below the directory',
      tagged(`${blobs}/release/1/deploy/b/r1.yaml`, 'x'),
      `${blobs}/release/1/deploy/b/r1.yaml`,
    ],
    [
      'a file of another branch',
      tagged(`${blobs}/main/deploy/r1.yaml`, 'x'),
      `${blobs}/main/deploy/r1.yaml`,
    ],
    [
      'a file of another repository',
      tagged('https://github.test/acme/other/blob/main/r1.yaml', 'x'),
      undefined,
    ],
    ['any other file of the repository', tagged(`${blobs}/main/README.md`, 'x'), undefined],
    ['the file of another run', tagged(`${blobs}/release/1/b/r2.yaml`, 'x'), undefined],
    ['nonsense', tagged('nonsense', 'x'), undefined],
  ])('gets tags if it has %s', (_name, tags, claimedBy) => {
    const { deployments, removals } = plan([{ tags }], { states })
    expect(removals).toEqual([])
    expect(deployments).toEqual([
      {
        ...{ name: 'model', version: '1', path: 'deploy/r1.yaml', url: urlOf('r1') },
        ...{ tags, claimedBy, commit: undefined },
      },
    ])
  })

  test('is claimed by nobody else if the name of the tag belongs to the target', () => {
    const tags = tagged(`${blobs}/release/1/before/r1.yaml`, old)
    const { deployments } = plan([{ tags }], { states, ownsNames: true })
    expect(deployments).toMatchObject([{ claimedBy: undefined, commit: undefined }])
    const onMain = `${blobs}/main/deploy/r1.yaml`
    const other = plan([{ tags: tagged(onMain, old) }], { states, ownsNames: true })
    expect(other.deployments).toMatchObject([{ claimedBy: onMain }])
  })

  test('gets the commit of the sync that wrote its file', () => {
    const written = { runIds: new Set(['r1']), commit: 'f'.repeat(40) }
    const tags = tagged(urlOf('r1'), old)
    const [deployment] = plan([{ tags }], { states, written }).deployments
    expect(deployment).toMatchObject({ commit: 'f'.repeat(40), claimedBy: undefined })
    expect(plan([{ tags: tagged(urlOf('r1'), 'f'.repeat(40)) }], { states, written })).toEqual(
      nothing,
    )
  })

  test.each<[string, FileState, boolean]>([
    ['on hold', valuesFile('r1', '1', '# mlflow-sync: hold\n'), true],
    ['of another run', valuesFile('r2'), false],
    ['without a run', readContent('global: {}\n'), false],
  ])('is known from a file %s: %#', (_name, state, isDeployed) => {
    const { deployments } = plan([{}], { states: { r1: state } })
    expect(deployments).toHaveLength(isDeployed ? 1 : 0)
  })

  test.each<[string, Partial<ModelVersion>]>([
    ['of another run that reuses its name', { runId: 'r2' }],
    ['with another number', { version: '2' }],
    ['with another name', { name: 'other' }],
    ['with invalid fields', { problem: prose`x` }],
  ])('is not one %s', (_name, fields) => {
    expect(plan([fields], { states })).toEqual(nothing)
  })

  test('may hide its run', () => {
    expect(plan([{ runId: '' }], { states }).deployments).toHaveLength(1)
  })

  test('is left alone if its model is not one of the target', () => {
    expect(plan([{ tags: tagged(urlOf('r9'), 'x') }, {}], { states, models: () => false })).toEqual(
      nothing,
    )
  })
})

describe('a version that no file names', () => {
  const tags = tagged(urlOf('r1'), 'x')
  const removed = [names.commit, names.file].map((key) => ({
    ...{ name: 'model', version: '1', key, value: undefined },
  }))

  test.each<[string, Given]>([
    ['its file is gone', {}],
    ['its file names another version', { states: { r1: valuesFile('r1', '2') } }],
    ['its file has lost its values', { states: { r1: readContent('a: 1\n') } }],
  ])('loses its tags if %s', (_name, given) => {
    expect(plan([{ tags }], given)).toEqual({ deployments: [], removals: removed })
  })

  test.each<[string, ModelVersion['tags'], Given]>([
    ['its file was not read', tags, { unread: ['r1'] }],
    ['its file could not be fetched', tags, { states: { r1: { kind: 'unread' } } }],
    ['its file is damaged', tags, { states: { r1: readContent('global: {\n') } }],
    ['the tag names another directory', tagged(`${blobs}/release/1/b/r1.yaml`, 'x'), {}],
    ['the tag names another branch', tagged(`${blobs}/main/deploy/r1.yaml`, 'x'), {}],
    ['the tag is nonsense', tagged('nonsense', 'x'), {}],
    ['it has no tags', tagged(), {}],
  ])('is left alone if %s', (_name, given, rest) => {
    expect(plan([{ tags: given }], rest)).toEqual(nothing)
  })

  test.each([`${blobs}/release/1/before/r1.yaml`, `${blobs}/release/1/README.md`])(
    'loses its tags, which name %s, if their name belongs to the target',
    (file) => {
      const { removals } = plan([{ tags: tagged(file, 'x') }], { ownsNames: true })
      expect(removals).toEqual(removed)
      const unread = { ownsNames: true, unread: ['r1'] }
      expect(plan([{ tags }], unread)).toEqual(nothing)
      const onMain = tagged(`${blobs}/main/deploy/r1.yaml`, 'x')
      expect(plan([{ tags: onMain }], { ownsNames: true })).toEqual(nothing)
    },
  )

  test('loses what a failure left behind', () => {
    expect(plan([{ tags: tagged(undefined, 'x') }]).removals.map(({ key }) => key)).toEqual([
      names.commit,
    ])
    expect(plan([{ tags: tagged(urlOf('r1')) }]).removals.map(({ key }) => key)).toEqual([
      names.file,
    ])
  })
})

describe('the changes of a deployment', () => {
  test.each<[ModelVersion['tags'], string[], number]>([
    [tagged(), ['file', 'commit'], 2],
    [tagged('nonsense', 'c1'), ['file'], 2],
    [tagged(urlOf('r1')), ['commit'], 1],
    [tagged(urlOf('r1'), old), ['commit'], 1],
  ])('are only what differs, the file last if there is another commit: %#', (tags, keys, most) => {
    const written = { runIds: new Set(['r1']), commit: 'c1' }
    const [deployment] = plan([{ tags }], { states, written }).deployments
    if (deployment === undefined) throw new Error('nothing to do')
    const changes = tagChanges(deployment, 'c1', names)
    expect(changes.map(({ key }) => key.split('.').at(-1))).toEqual(keys)
    expect(changes.map(({ value }) => value)).not.toContain(undefined)
    expect(maxTagChanges(deployment, names)).toBe(most)
  })
})

test.each<[string, string[]]>([
  [`${blobs}/main/a.yaml`, ['refs/heads/main:a.yaml']],
  [
    `${blobs}/release/1/a%20b/c.yaml`,
    [
      'refs/heads/release:1/a b/c.yaml',
      'refs/heads/release/1:a b/c.yaml',
      'refs/heads/release/1/a b:c.yaml',
    ],
  ],
  [`${blobs}/main`, []],
  [`${blobs}/main/%zz`, []],
  ['https://github.test/acme/other/blob/main/a.yaml', []],
])('the files that %s can mean', (url, files) => {
  expect(possibleFiles(place, url)).toEqual(files)
})
