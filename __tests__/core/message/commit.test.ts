import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { fc } from '../../../testing/fast-check.ts'
import type { ChangedEntry } from '../../../src/core/entry.ts'
import { commitMessage } from '../../../src/core/message/commit.ts'
import { readTrailers } from '../../../testing/readers/commit-message.ts'
import { change, extraFile, manyChanges, runId } from '../../fixtures/changes.ts'

function messageText(changes: readonly ChangedEntry[], template?: string): string {
  const { headline, body } = commitMessage(changes, template)
  return `${headline}\n\n${body}`
}

describe('the default first line', () => {
  test.each([
    [[change('created')], 'Add my_model version 3 (abc123de)'],
    [[change('updated')], 'Update my_model to version 4 (abc123de)'],
    [[change('updated', { previousVersion: '4' })], 'Update my_model version 4 (abc123de)'],
    [[change('deleted')], 'Remove my_model version 3 (abc123de)'],
    [[change('deleted', { modelVersion: null })], 'Remove my_model version 3 (abc123de)'],
    [[change('updated', { previousVersion: null })], 'Update my_model version 4 (abc123de)'],
    [[change('created', { modelName: null })], `Add models/${runId(1)}.yaml (abc123de)`],
    [[change('created', { modelVersion: null })], 'Add my_model (abc123de)'],
    [[change('created', { runId: null })], 'Add my_model version 3'],
    [
      [change('created'), change('updated'), change('created')],
      'Sync MLflow models: 2 created, 1 updated',
    ],
    [[change('deleted'), change('deleted')], 'Sync MLflow models: 2 deleted'],
  ])('says what changed (%#)', (changes, expected) => {
    expect(commitMessage(changes).headline).toBe(expected)
  })
})

describe('the body', () => {
  test('is empty if no run accounts for the commit', () => {
    expect(commitMessage([])).toEqual({ headline: 'Sync MLflow models', body: '' })
  })

  test('names an index page if nothing else changes, and the body lists it in any case', () => {
    const page = extraFile()
    const root = { ...page, path: 'README.md', before: undefined }
    expect(commitMessage([], '', [page])).toEqual({
      headline: 'Update the index of models',
      body: 'Update models/README.md',
    })
    expect(commitMessage([], '', [root])).toEqual({
      headline: 'Update the index README.md',
      body: 'Add README.md',
    })
    expect(commitMessage([], '', [page, root]).headline).toBe('Update 2 index pages')
    const { headline, body } = commitMessage([change('created')], '', [page])
    expect(headline).toBe('Add my_model version 3 (abc123de)')
    expect(body.split('\n').slice(0, 2)).toEqual([
      `Add models/${runId(1)}.yaml: my_model version 3`,
      'Update models/README.md',
    ])
  })

  test('lists each file with its model, version and previous version', () => {
    const { body } = commitMessage([
      change('created', { runId: runId(7) }),
      change('updated'),
      change('deleted'),
    ])
    expect(body.split('\n\n')[0]?.split('\n')).toEqual([
      `Add models/${runId(7)}.yaml: my_model version 3`,
      `Update models/${runId(1)}.yaml: my_model version 4 (was 3)`,
      `Remove models/${runId(1)}.yaml: my_model version 3`,
    ])
  })

  test('leaves out what a change does not have', () => {
    const unknown = { runId: null, modelName: null, modelVersion: null, path: 'a.yaml' }
    const { body } = commitMessage([
      change('created', { modelVersion: null, path: 'b.yaml' }),
      change('created', unknown),
      change('updated', { modelName: null, runId: null, path: 'c.yaml' }),
    ])
    expect(body).toBe(
      [
        'Add b.yaml: my_model',
        'Add a.yaml',
        'Update c.yaml: version 4 (was 3)',
        '',
        `MLflow-Run-Id: ${runId(1)}`,
      ].join('\n'),
    )
  })

  test('has two trailers per change that git can read', () => {
    expect(
      readTrailers(messageText([change('created'), change('updated', { runId: runId(2) })])),
    ).toEqual([
      `MLflow-Run-Id: ${runId(1)}`,
      'MLflow-Model-Version: my_model/3',
      `MLflow-Run-Id: ${runId(2)}`,
      'MLflow-Model-Version: my_model/4',
    ])
  })

  test('has trailers for 100 of 1,000 changes and counts the others', () => {
    const message = messageText(manyChanges(1000))
    const trailers = readTrailers(message)
    expect(trailers).toHaveLength(201)
    expect(trailers.at(-1)).toBe('MLflow-More-Changes: 900')
    expect(message.length).toBeLessThan(60_100)
    expect(message).toMatch(/^and \d+ more$/m)
  })

  test('has trailers for every deletion, by which a later sync tells it from a person’s', () => {
    const deletions = Array.from({ length: 1000 }, (_, index) =>
      change('deleted', { runId: runId(index + 2000) }),
    )
    const trailers = readTrailers(messageText([...manyChanges(150), ...deletions]))
    const ids = trailers.filter((line) => line.startsWith('MLflow-Run-Id: '))
    expect(ids.slice(0, 1000)).toEqual(
      deletions.map((deletion) => `MLflow-Run-Id: ${deletion.runId ?? ''}`),
    )
    expect(ids).toHaveLength(1100)
    expect(trailers.at(-1)).toBe('MLflow-More-Changes: 50')
  })

  test('has trailers for all of 100 changes', () => {
    expect(readTrailers(messageText(manyChanges(100)))).toHaveLength(200)
  })

  test('stays short if names are long', () => {
    const changes = manyChanges(500).map((entry) => ({
      ...entry,
      modelName: '\u0001'.repeat(5000),
    }))
    expect(messageText(changes).length).toBeLessThan(60_500)
  })
})

describe('hostile text', () => {
  test('leaves ordinary names unchanged, and trailers can be decoded', () => {
    expect(commitMessage([change('created', { modelName: 'Llama-3.1 8B_v2' })]).headline).toBe(
      'Add Llama-3.1 8B_v2 version 3 (abc123de)',
    )
    const { body } = commitMessage([change('created', { modelName: 'a@b #1\n50%' })])
    const value = /^MLflow-Model-Version: (.*)$/m.exec(body)?.[1] ?? ''
    expect(decodeURIComponent(value)).toBe('a@b #1\n50%/3')
  })

  test('leaves the trailers intact for any name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (name) => {
        const message = messageText([change('created', { modelName: name })], '${model.name}')
        expect(readTrailers(message).map((line) => line.split(':')[0])).toEqual([
          'MLflow-Run-Id',
          'MLflow-Model-Version',
        ])
      }),
      { numRuns: 40 },
    )
  })
})

describe('git log', () => {
  let repository: string
  const git = (args: string[], input?: string): string =>
    execFileSync('git', ['-C', repository, ...args], { input, encoding: 'utf8' })

  beforeAll(() => {
    repository = mkdtempSync(join(tmpdir(), 'commit-message-'))
    git(['init', '--quiet'])
    for (const index of [1, 2]) {
      const name = `x\nMLflow-Run-Id: ${runId(9)}`
      const message = messageText([change('created', { runId: runId(index), modelName: name })])
      git(
        ['-c', 'user.name=t', '-c', 'user.email=t@t', 'commit', '-q', '--allow-empty', '-F', '-'],
        message,
      )
    }
  })
  afterAll(() => rmSync(repository, { recursive: true }))

  test('finds exactly the commit of a run', () => {
    expect(git(['log', '--format=%s', `--grep=^MLflow-Run-Id: ${runId(2)}$`])).toMatch(/^Add x/)
    expect(git(['log', '--format=%h', `--grep=MLflow-Run-Id: ${runId(2)}`]).trim()).not.toMatch(
      /\n/,
    )
  })

  test('does not find a run that is only part of a model name', () => {
    expect(git(['log', '--format=%h', `--grep=MLflow-Run-Id: ${runId(9)}`])).toBe('')
  })
})
