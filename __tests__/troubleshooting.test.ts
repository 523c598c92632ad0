import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { readInputs } from '../src/inputs/inputs.ts'
import { inputNames } from '../src/inputs/schema.ts'
import { describeMessages, errorsWithoutAdvice, type Message } from './fixtures/advice.ts'
import { isInstruction, kindOf, kinds } from './fixtures/message-kinds.ts'
import {
  collectTemplates,
  parseSource,
  readSources,
  written,
} from './fixtures/message-templates.ts'
import { anchorOf } from '../testing/markdown-links.ts'
import { createQuoteMatcher, readQuotes } from './fixtures/quotes.ts'

const page = 'docs/troubleshooting.md'
const text = readFileSync(page, 'utf8')
const quotes = readQuotes(text)
const sources = readSources()
const templates = collectTemplates(sources)
const snippets = [...text.matchAll(/```yaml\n([^]*?)```/g)].map(([, snippet = '']) => snippet)
const findTemplates = createQuoteMatcher(templates)
const quoted = new Set(quotes.flatMap((quote) => findTemplates(quote)))

function isLeftAlone(message: Message): boolean {
  return (
    !message.isAdvice &&
    !message.hasAdvice &&
    !isInstruction(message) &&
    !quoted.has(message.template) &&
    kindOf(message) === undefined
  )
}

function complaint({ template, places }: Message): string {
  return [
    `${template.file}:${template.line}: "${written(template)}" (in ${places.join(', ')})`,
    'does not say what to do. Give the error an `advice`, or quote the text in',
    `${page} (a line that begins with "> ", with … for what varies), with what to do.`,
  ].join('\n')
}

describe('the page of symptoms', () => {
  test.each(quotes)('quotes what the code produces: %s', (quote) => {
    expect(findTemplates(quote)).not.toEqual([])
  })

  test('quotes each text once', () => {
    expect(quotes.filter((quote, index) => quotes.indexOf(quote) !== index)).toEqual([])
  })

  test('lists all of its sections at the top', () => {
    const sections = [...text.matchAll(/^## (.+)$/gm)].map(([, title = '']) => title)
    const listed = [...text.matchAll(/^- \[(.+)\]\(#(.+)\)$/gm)]
    expect(listed.map(([, title]) => title)).toEqual(sections)
    for (const [, title = '', anchor] of listed) expect(anchor).toBe(anchorOf(title))
  })

  test.each(snippets)('has YAML that can be pasted: snippet %#', (snippet) => {
    const parsed = parse(snippet) as { with?: Record<string, unknown> } | null
    const variables = {
      'INPUT_MLFLOW-TRACKING-URI': 'https://mlflow.example.com',
      'INPUT_GITHUB-TOKEN': 'token',
      INPUT_REPOSITORY: 'acme/models',
    }
    const values = Object.entries(parsed?.with ?? {}).map(([input, value]): [string, string] => {
      expect(inputNames).toContain(input)
      const text = String(value).replace(/\$\{\{[^}]*\}\}/g, 'https://mlflow.example.com')
      return [`INPUT_${input.toUpperCase()}`, text]
    })
    expect(readInputs({ ...variables, ...Object.fromEntries(values) }).warnings).toEqual([])
  })

  test('only links to sections that exist', () => {
    for (const [, file = '', anchor] of text.matchAll(/\]\(([\w-]+\.md)?#([\w-]+)\)/g)) {
      const target = file === '' ? text : readFileSync(`docs/${file}`, 'utf8')
      const anchors = [...target.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) => anchorOf(title))
      expect(anchors).toContain(anchor)
    }
  })
})

describe('every message', () => {
  const messages = describeMessages(templates)

  test('has an advice, an entry on the page, or says what to do', () => {
    expect(messages.filter(isLeftAlone).map(complaint)).toEqual([])
  })

  test('of an error without a text of its own has an advice', () => {
    // The reason of a run that MLflow rejected ends with its advice.
    const known = [
      expect.stringMatching(/^src\/sync\/ask-mlflow\.ts:\d+: new MlflowError\(reason\)/),
    ]
    expect(errorsWithoutAdvice(sources)).toEqual(known)
  })

  test('that needs nothing is of a kind that still exists', () => {
    const used = new Set(messages.map(kindOf))
    expect(kinds.filter((kind) => !used.has(kind))).toEqual([])
  })
})

describe('the check of the messages', () => {
  const examples = (code: string): Message[] =>
    describeMessages(collectTemplates([parseSource('src/sync/example.ts', code)]))

  test.each([
    'throw new SyncError(prose`It broke`)',
    'throw new SyncError(prose`It broke`, { cause })',
    'throw new SyncError(prose`It broke`, { advice: undefined })',
    'throw new SyncError(prose`It broke`, { advice: known ? prose`Mend it.` : undefined })',
    'const reason = prose`It broke`',
    'return failed(prose`${path} is broken`)',
    'gap(prose`It broke`, undefined)',
    'gap(prose`It broke`, first && prose`For example this.`)',
    'return { message: prose`It broke`, advice: undefined }',
  ])('finds the one that leaves its reader alone: %s', (code) => {
    expect(examples(code).filter(isLeftAlone)).toHaveLength(1)
  })

  test.each([
    'throw new SyncError(prose`It broke`, { advice: prose`Mend it.` })',
    'throw new SyncError(prose`It broke`, { advice, cause })',
    'gap(prose`It broke`, prose`Mend it.`)',
    'return { message: prose`It broke`, advice: mend(it) }',
    'return failed(prose`It broke. Check the log.`)',
    'const failureAdvice = { tls: prose`Mend it.` }',
  ])('accepts: %s', (code) => {
    const found = examples(code)
    expect(found.length).toBeGreaterThan(0)
    expect(found.filter(isLeftAlone)).toEqual([])
  })

  test.each(['new GitHubError(text)', 'new SyncError(message, { cause })'])(
    'finds an error without advice: %s',
    (code) => {
      const classes = sources.filter(({ file }) => file === 'src/core/errors.ts')
      const source = parseSource('src/sync/example.ts', code)
      expect(errorsWithoutAdvice([...classes, source])).toEqual([`${source.file}:1: ${code}`])
    },
  )
})

describe('the check of the quotes', () => {
  const find = createQuoteMatcher(
    collectTemplates([
      parseSource(
        'src/example.ts',
        'const a = prose`Branch \\`${name}\\` ${what}: ${reason}`; const b = "is locked"; const c = "no reason"',
      ),
    ]),
  )

  test.each(['Branch `…` is locked: …', 'Branch `…` …: no reason', 'Branch `…` …: …'])(
    'accepts own words, and … for the rest: %s',
    (quote) => {
      expect(find(quote)).not.toEqual([])
    },
  )

  test.each([
    'Branch `…` is open: …',
    'Branch `main` is locked: …',
    'A branch `…` is locked: …',
    'Branch `…` is locked',
    '…',
  ])('rejects other words: %s', (quote) => {
    expect(find(quote)).toEqual([])
  })
})
