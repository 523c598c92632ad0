import { describe, expect, test } from '@jest/globals'
import { changesOf, type Entry } from '../../src/core/entry.ts'
import { commitMessage } from '../../src/core/message/commit.ts'
import { shortName } from '../../src/core/message/change-table.ts'
import { pullRequestBody } from '../../src/core/message/pull-request.ts'
import { readSection, writeSection } from '../../src/core/pull-request-section.ts'
import { plainText } from '../../src/core/text/neutralise.ts'
import { annotate } from '../../src/report/annotations.ts'
import { logBlocks, safeLine } from '../../src/report/log.ts'
import { createOutputs } from '../../src/report/outputs.ts'
import { renderSummary } from '../../src/report/summary.ts'
import {
  readReferences,
  readSkipInstructions,
  readTrailers,
} from '../../testing/readers/commit-message.ts'
import { renderMarkdown, type Rendering } from '../../testing/readers/markdown.ts'
import { readCommands } from '../../testing/readers/runner.ts'
import { change } from '../fixtures/changes.ts'
import { hostileResult } from '../fixtures/hostile-result.ts'
import { hugeTexts, textPairs, unreadable, type TextPair } from '../fixtures/hostile-texts.ts'
import { record } from '../fixtures/results.ts'
import { plainTexts } from '../fixtures/plain-texts.ts'

// Every field that MLflow or a file can choose is hostile at once, neighbours with the halves of a
// pair, and every sink is read by what really reads it.

/** The body of a pull request. */
function bodyOf(texts: TextPair, others: readonly Entry[] = []): string {
  const { entries, comparisons, extraFiles } = hostileResult(texts)
  const changes = changesOf([...entries, ...others])
  const body = pullRequestBody(changes, {
    branch: 'main',
    extraFiles,
    comparisons,
    uiUrl: 'https://mlflow.test',
    serverUrl: 'https://github.test',
    repository: 'acme/models',
    oldRef: 'main',
    newRef: 'mlflow-sync/main',
    workflowRunUrl: undefined,
  })
  return writeSection('', section, { text: body, summary: '' })
}

const section = { files: 'f1', changes: 'c1', title: 't1', withdrawn: false }

/**
 * What a rendering must have in common with that of harmless texts: everything but the text. Code is
 * left out, because a pipe divides it; the texts of the cells show that it is complete.
 */
function outlineOf({ elements, links, rows, comments, references }: Rendering) {
  const cells = rows.map((row) => row.length)
  const hosts = links.map(({ target }) => new URL(target).host)
  return {
    elements: elements.filter((element) => element !== 'code'),
    hosts,
    cells,
    comments,
    references,
  }
}

const outlines = new Map<string, unknown>()

/** Those of the summary and the body with texts that are blank or equal where the given ones are. */
function harmlessOutlines([first, second]: TextPair): unknown {
  const replace = (text: string, word: string): string => (text.trim() === '' ? text : word)
  const texts: TextPair = [
    replace(first, 'plain'),
    replace(second, first === second ? 'plain' : 'other'),
  ]
  const key = JSON.stringify(texts)
  const found =
    outlines.get(key) ??
    [renderSummary(hostileResult(texts)), bodyOf(texts)].map((markdown) =>
      outlineOf(renderMarkdown(markdown)),
    )
  outlines.set(key, found)
  return found
}

/** What a person reads: characters that were replaced by full-width ones look alike. */
function readable(text: string, maxCharacters: number): string {
  return plainText(text, maxCharacters).normalize('NFKC')
}

/** The cells of the first row that is like this, without the empty ones. */
function cellsOf({ rows }: Rendering, isWanted: (cells: readonly string[]) => boolean): string[] {
  const row = rows.find(isWanted) ?? []
  return row.map((cell) => cell.normalize('NFKC')).filter((cell) => cell !== '')
}

/** The beginning of an id in a table. */
function shortened(id: string): string {
  return id.length <= 16 ? id : `${id.slice(0, 8)}…`
}

const templates = [
  undefined,
  '${model.name}',
  '${model.name}${model.version}',
  'chore: ${models} ${run.id}',
  '[${model.name}] ***${model.name}*** @${model.name} #${model.version} skip-checks${model.version}',
]

function nameOf(texts: TextPair): string {
  return [...new Set(texts)].map((text) => JSON.stringify(text).slice(0, 60)).join(' and ')
}

describe.each(textPairs.map((texts) => [nameOf(texts), texts] as const))('%s', (_, texts) => {
  test('are no command, control character or line break in the log', () => {
    const messages: string[] = []
    const send = (message: string): void => void messages.push(message)
    annotate(
      hostileResult(texts),
      { error: send, warning: send },
      { level: 'error', repository: 'acme/models' },
    )
    const lines = [
      ...logBlocks(hostileResult(texts), '')
        .flatMap((block) => block.lines)
        .map((line) => safeLine(line)),
      ...messages,
    ]
    expect(readCommands(lines.join('\n'))).toEqual([])
    expect(lines.join('')).not.toMatch(/[\n\t]|##/)
    expect(lines.join('')).not.toMatch(unreadable)
    expect(lines.filter((line) => Array.from(line).length > 4000)).toEqual([])
  })

  test('are no line, trailer, instruction or reference in a commit', () => {
    const changes = changesOf(hostileResult(texts).entries)
    for (const template of templates) {
      const { headline, body } = commitMessage(changes.slice(0, 1), template)
      const message = `${headline}\n\n${body}`
      expect(headline).toMatch(/^\S.{0,199}$/u)
      expect(body.split('\n')).toHaveLength(4)
      expect(message).not.toMatch(unreadable)
      expect(readSkipInstructions(message)).toEqual([])
      expect(readReferences(message)).toEqual([])
    }
    const { headline, body } = commitMessage(changes, '${model.name}${model.version}')
    const [first, second] = texts.map((text) => text.toWellFormed())
    expect(readTrailers(`${headline}\n\n${body}`).map(decodeURIComponent)).toEqual(
      changes.flatMap(() => [
        `MLflow-Run-Id: ${second}`,
        `MLflow-Model-Version: ${first}/${second}`,
      ]),
    )
  })

  test('are only text in the summary and the pull request', () => {
    const summary = renderSummary(hostileResult(texts))
    const body = bodyOf(texts)
    const renderings = [summary, body].map(renderMarkdown)
    expect(plainTexts(renderings.map(outlineOf))).toEqual(harmlessOutlines(texts))
    const [first, second] = texts
    const created = [
      'create',
      readable(first, 100),
      readable(second, 40),
      first === second ? '' : readable(first, 40),
      readable(shortened(second), 200),
      readable(shortName(first), 200),
    ].filter((cell) => cell !== '')
    const isMetric = (cells: readonly string[]) => cells.slice(-2).join() === '1,new'
    const metric = [readable(first, 80), '1', 'new'].filter((cell) => cell !== '')
    for (const rendering of renderings) {
      expect(cellsOf(rendering, ([outcome]) => outcome === 'create')).toEqual(created)
      expect(cellsOf(rendering, isMetric)).toEqual(metric)
    }
    expect(summary + body).not.toMatch(unreadable)
    // The message of a squashed commit can be the body.
    expect(plainTexts(readSkipInstructions(body))).toEqual([])
    expect(readSection(body)).toEqual(section)
  })

  test('are the same text in JSON, except for lone surrogates', () => {
    const outputs = createOutputs(hostileResult(texts), '')
    const [first, second] = texts.map((text) => text.toWellFormed())
    const [{ modelName, modelVersion, reason }] = JSON.parse(outputs.changes ?? '') as [
      Record<string, unknown>,
    ]
    expect([modelName, modelVersion, reason]).toEqual([first, second, second])
    const [connection] = JSON.parse(outputs.connections ?? '') as [{ detail: string }]
    expect(connection).toMatchObject({ detail: second, advice: first })
    expect(Object.values(outputs).join('')).not.toMatch(/[\r\n]|\\ud[89a-f]/i)
  })
})

test.each(hugeTexts)('a huge text hides no other run (%#)', (text) => {
  const huge = hostileResult([text, text])
  const others = (['deleted', 'updated', 'created'] as const).map((outcome) =>
    change(outcome, { modelName: 'small' }),
  )
  const both = {
    ...huge,
    entries: [...huge.entries, ...others, record('failed', { modelName: 'small' })],
  }
  const rowsAbout = (markdown: string): string[] =>
    renderMarkdown(markdown)
      .rows.filter((cells) => cells.includes('small'))
      .map(([start = '']) => start)
  // Failures and deletions have tables without a column for the outcome.
  expect(rowsAbout(renderSummary(both))).toEqual(['small', 'small', 'create', 'update'])
  expect(rowsAbout(bodyOf([text, text], others))).toEqual(['small', 'create', 'update'])
  const { headline, body } = commitMessage(changesOf(both.entries))
  expect(headline).toBe('Sync MLflow models: 2 created, 2 updated, 2 deleted')
  expect(body.match(/: small version/g)).toHaveLength(3)
})
