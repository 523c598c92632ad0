import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import type { Entry } from '../../../src/core/entry.ts'
import type { IndexFile } from '../../../src/core/index-file.ts'
import { updateIndexPage, type IndexUpdate } from '../../../src/core/plan/index-page.ts'
import { indexMarks } from '../../../src/core/plan/index-section.ts'
import { plain } from '../../../src/core/text/prose.ts'
import { readContent, type FileState, type RunFile } from '../../../src/core/values-file/file.ts'
import { renderMarkdown } from '../../../testing/readers/markdown.ts'
import { change, runId } from '../../fixtures/changes.ts'
import { nastyTexts } from '../../fixtures/nasty-text.ts'
import { record } from '../../fixtures/results.ts'

const { start, end } = indexMarks
const links = { uiUrl: 'https://mlflow.test', hideSecrets: (text: string) => text }

type Values = Readonly<{ runid: string; modelName: string; modelVersion: string; more?: string }>

function valuesText({ runid, modelName, modelVersion, more = '' }: Values): string {
  return `${more}global:\n  experimentId: "7"\n  runid: "${runid}"\n  timestamp: 20240131\n  modelName: ${JSON.stringify(modelName)}\n  modelVersion: "${modelVersion}"\n`
}

function present(text: string | Uint8Array): FileState {
  return readContent(text)
}

function filesOf(states: Readonly<Record<string, FileState>>): Map<string, RunFile> {
  return new Map(
    Object.entries(states).map(([id, state]) => [
      id,
      { path: `models/${id}.yaml`, state, executable: false },
    ]),
  )
}

function deployed(
  index: number,
  modelName = 'model',
  modelVersion = '1',
): Record<string, FileState> {
  const runid = runId(index)
  return { [runid]: present(valuesText({ runid, modelName, modelVersion })) }
}

function page(content?: string | Uint8Array, path = 'models/README.md'): IndexFile {
  return content === undefined
    ? { path, executable: false, state: { kind: 'absent' } }
    : { path, executable: false, state: { kind: 'present', content } }
}

function update(
  file: IndexFile,
  states: Readonly<Record<string, FileState>>,
  entries: readonly Entry[] = [],
): IndexUpdate {
  return updateIndexPage(file, filesOf(states), entries, links)
}

/** The rows of the table in the page, without its head. */
function rowsIn({ edit }: IndexUpdate): string[][] {
  return renderMarkdown(edit?.after ?? '')
    .rows.slice(1)
    .map((cells) => [...cells])
}

function warningOf({ edit, warning }: IndexUpdate): string {
  expect(edit).toBeUndefined()
  return plain(warning ?? [])
}

describe('a new index page', () => {
  test('has a heading, the number of models and a table with links', () => {
    const id = runId(1)
    expect(update(page(), deployed(1, 'my_model', '3'))).toEqual({
      warning: undefined,
      edit: {
        path: 'models/README.md',
        executable: false,
        before: undefined,
        after: [
          '# Models in `models`',
          '',
          start,
          '<!-- Written by mlflow-sync: changes between these marks are overwritten. -->',
          '',
          '1 model.',
          '',
          '| Model | Version | Created | Run | File |',
          '| --- | --: | --- | --- | --- |',
          `| my_model | [3](https://mlflow.test/#/models/my_model/versions/3) | 2024-01-31 | [\`abc123de…\`](https://mlflow.test/#/experiments/7/runs/${id}) | [\`abc123de….yaml\`](${id}.yaml) |`,
          '',
          end,
          '',
        ].join('\n'),
      },
    })
  })

  test('looks as the documentation shows it', () => {
    const rows: [string, string, string, string][] = [
      ['0000000a', 'fraud-detector', '4', '20260203'],
      ['0000000b', 'my_model', '2', '20260102'],
      ['0000000c', 'my_model', '3', '20260109'],
    ]
    const states = Object.fromEntries(
      rows.map(([start, modelName, modelVersion, timestamp]) => {
        const runid = start.padEnd(32, '0')
        const text = valuesText({ runid, modelName, modelVersion })
        return [runid, present(text.replace('20240131', timestamp).replace('Id: "7"', 'Id: "1"'))]
      }),
    )
    const file = page(undefined, 'deploy/production/README.md')
    const { edit } = updateIndexPage(file, filesOf(states), [], {
      ...links,
      uiUrl: 'https://mlflow.example.com',
    })
    const docs = readFileSync('docs/index-and-write-back.md', 'utf8')
    expect(/```markdown\n([^]*?)```/.exec(docs)?.[1]).toBe(edit?.after)
  })

  test('in the root directory has a heading of its own', () => {
    expect(update(page(undefined, 'INDEX.md'), deployed(1)).edit?.after).toMatch(/^# Models\n/)
  })

  test('is not made in a directory without any file', () => {
    expect(update(page(), {})).toEqual({ edit: undefined, warning: undefined })
    expect(update(page('# Mine\n'), {})).toEqual({ edit: undefined, warning: undefined })
  })
})

describe('the table', () => {
  test('is sorted by model and version, and counts both', () => {
    const states = {
      ...deployed(1, 'b', '10'),
      ...deployed(2, 'b', '9'),
      ...deployed(3, 'a', '2'),
      ...deployed(4, '', ''),
    }
    const result = update(page(''), states)
    expect(rowsIn(result).map(([name, version]) => [name, version])).toEqual([
      ['a', '2'],
      ['b', '9'],
      ['b', '10'],
      ['—', '—'],
    ])
    expect(result.edit?.after).toContain(
      '\n3 versions of 2 models, and 1 file that names no model.\n',
    )
  })

  test('of files on hold that name no model says so', () => {
    const hold = (index: number): Record<string, FileState> => ({
      [runId(index)]: present(`# mlflow-sync: hold\nglobal:\n  runid: "${runId(index)}"\n`),
    })
    const after = (states: Readonly<Record<string, FileState>>) =>
      update(page(''), states).edit?.after ?? ''
    expect(after({ ...deployed(1), ...hold(2) })).toContain(
      '\n1 model, and 1 file that names no model.\n',
    )
    expect(after({ ...hold(1), ...hold(2) })).toContain('\n2 files that name no model.\n')
    expect(rowsIn(update(page(''), hold(1)))).toEqual([
      ['—', '—', '—', expect.any(String), expect.any(String)],
    ])
  })

  test('shows what the directory has after the sync', () => {
    const states = { ...deployed(1, 'kept'), ...deployed(2, 'gone'), ...deployed(3, 'old', '1') }
    const absent = runId(4)
    const text = (index: number, modelName: string, modelVersion: string) =>
      valuesText({ runid: runId(index), modelName, modelVersion })
    const entries = [
      record('failed', { runId: runId(1), path: `models/${runId(1)}.yaml` }),
      change('deleted', { runId: runId(2) }),
      change('updated', { runId: runId(3) }, { after: text(3, 'old', '2') }),
      change('created', { runId: absent }, { after: text(4, 'new', '1') }),
    ]
    const result = update(page(''), { ...states, [absent]: { kind: 'absent' } }, entries)
    expect(rowsIn(result).map(([name, version]) => `${name} ${version}`)).toEqual([
      'kept 1',
      'new 1',
      'old 2',
    ])
  })

  test('lists files on hold, but none that does not name its own run', () => {
    const held = valuesText({
      runid: runId(1),
      modelName: 'held',
      modelVersion: '1',
      more: '# mlflow-sync: hold\n',
    })
    const foreign = valuesText({ runid: runId(9), modelName: 'foreign', modelVersion: '1' })
    const states = {
      [runId(1)]: present(held),
      [runId(2)]: present(foreign),
      [runId(3)]: present('other: true\n'),
      [runId(4)]: present('global: {\n'),
      [runId(5)]: { kind: 'absent' } as const,
      ...deployed(6, 'own'),
    }
    expect(rowsIn(update(page(''), states)).map(([name]) => name)).toEqual(['held', 'own'])
  })

  test.each(nastyTexts)('neutralises foreign text (%#)', (text) => {
    const name = text.toWellFormed()
    const result = update(page('# Mine\n'), deployed(1, name, '1'))
    const rendered = renderMarkdown(result.edit?.after ?? '')
    expect(rendered.rows.map((cells) => cells.length)).toEqual([5, 5])
    expect(rendered.comments).toHaveLength(3)
    expect(rendered.references).toEqual([])
    const again = update(page(result.edit?.after ?? ''), deployed(1, name, '1'))
    expect(again).toEqual({ edit: undefined, warning: undefined })
  })

  test.each([
    `a ${end} b`,
    `a\n${end}\n${start}`,
    '<img src=x onerror=alert(1)>',
    'a|b`c`',
    '```',
    '</details>',
  ])('survives the model name %j', (name) => {
    const result = update(page('# Mine\n'), deployed(1, name, '1'))
    const rendered = renderMarkdown(result.edit?.after ?? '')
    expect(rendered.rows.map((cells) => cells.length)).toEqual([5, 5])
    expect(rendered.elements.filter((element) => element.startsWith('img'))).toEqual([])
    expect(update(page(result.edit?.after ?? ''), deployed(1, name, '1')).edit).toBeUndefined()
  })

  test('hides secrets, and leaves out links that would lead nowhere without them', () => {
    const hideSecrets = (text: string) => text.replaceAll('s3cret', '***')
    const files = filesOf(deployed(1, 'model-s3cret'))
    const { edit } = updateIndexPage(page(''), files, [], {
      uiUrl: 'https://s3cret.test',
      hideSecrets,
    })
    expect(edit?.after).not.toContain('s3cret')
    expect(renderMarkdown(edit?.after ?? '').links.map(({ target }) => target)).toEqual([
      `${runId(1)}.yaml`,
    ])
  })

  test('has one row for each of 1,000 files, and stays under the size that GitHub renders', () => {
    const states = Object.assign(
      {},
      ...Array.from({ length: 1000 }, (_, index) =>
        deployed(index, `model-${index % 40}`, String(index)),
      ),
    ) as Record<string, FileState>
    const { edit } = update(page(''), states)
    expect(edit?.after?.match(/^\| model-/gm)).toHaveLength(1000)
    expect(edit?.after).toContain('\n1,000 versions of 40 models.\n')
    expect(edit?.after?.length).toBeLessThan(512_000)
  })
})

describe('an existing page', () => {
  const section = `${start}\nold\n${end}`

  test('says that the directory is empty', () => {
    expect(update(page(`${section}\n`), {}).edit?.after).toBe(
      `${start}\n\nNo model is deployed here.\n\n${end}\n`,
    )
  })

  test('keeps its mode, its byte order mark and everything around the section', () => {
    const bytes = Buffer.from(`\uFEFF# Mine\t\r\n${section}\r\nend`)
    const file = { ...page(bytes), executable: true }
    const { edit } = update(file, deployed(1))
    expect(edit).toMatchObject({ executable: true, before: bytes.toString() })
    expect(edit?.after).toMatch(/^\uFEFF# Mine\t\r\n<!-- .*-->\r\nend$/s)
    expect(edit?.after?.replaceAll('\r\n', '')).not.toContain('\n')
  })

  test.each<[string, IndexFile['state'], string]>([
    ['a link', { kind: 'link' }, 'a symbolic link is in its place'],
    ['a directory', { kind: 'directory' }, 'a directory is in its place'],
    ['a submodule', { kind: 'submodule' }, 'a submodule is in its place'],
    ['a file that was not read', { kind: 'unread' }, 'its content could not be read from GitHub'],
    [
      'Latin-1',
      { kind: 'present', content: Buffer.from('caf\xe9', 'latin1') },
      'it is not a text file in UTF-8',
    ],
    [
      'UTF-16',
      { kind: 'present', content: Buffer.from('\uFEFFx', 'utf16le') },
      'it is not a text file in UTF-8',
    ],
    ['a NUL', { kind: 'present', content: 'a\0b' }, 'it is not a text file in UTF-8'],
  ])('that is %s is left alone', (_name, state, problem) => {
    const file = { path: 'models/README.md', executable: false, state }
    expect(warningOf(update(file, deployed(1)))).toBe(
      `The index in \`models/README.md\` was not updated: ${problem}`,
    )
  })

  test('with damaged marks is left alone, naming the line', () => {
    expect(warningOf(update(page(`# Mine\n\n${start}\n`), deployed(1)))).toBe(
      `The index in \`models/README.md\`, line 3, was not updated: there is no \`${end}\` after it`,
    )
  })

  test('is left alone if a values file could not be read, because the table would be incomplete', () => {
    const states = { ...deployed(1), [runId(2)]: { kind: 'unread' } as const }
    expect(warningOf(update(page(section), states))).toBe(
      'The index in `models/README.md` was not updated: 1 values file could not be read from GitHub',
    )
  })
})
