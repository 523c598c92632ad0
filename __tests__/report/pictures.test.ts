import { describe, expect, test } from '@jest/globals'
import { columnWidth, renderFragment } from '../../testing/pictures/render-markdown.ts'
import { takePictures } from '../../testing/pictures/situations.ts'
import { minimumWidth } from '../../testing/pictures/table-width.ts'
import {
  ancestorsOf,
  attribute,
  descendantsOf,
  elementsIn,
  isFolded,
  isInside,
  isText,
  readNodes,
  textOf,
  type Element,
  type Node,
} from '../../testing/readers/html.ts'
import { renderMarkdown } from '../../testing/readers/markdown.ts'
import { openings, type LinkKind, type Sign } from '../fixtures/openings.ts'

// What people read on GitHub after real runs of the action, as `npm run pictures` shows it.

const linkTargets: Readonly<Record<LinkKind, RegExp>> = {
  commit: /^https:\/\/github\.com\/acme\/llm-deployments\/commit\/[0-9a-f]{40}$/,
  'pull request': /^https:\/\/github\.com\/acme\/llm-deployments\/pull\/1$/,
  branch: /^https:\/\/github\.com\/acme\/llm-deployments\/tree\/[\w/-]+$/,
}

const signs: Readonly<Record<Sign, RegExp>> = {
  good: /✅/u,
  careful: /⚠️|❌/u,
  bad: /❌/u,
  any: /\p{Extended_Pictographic}/u,
  none: /^/,
}

const pictures = await takePictures()
const pages = await Promise.all(
  pictures.map(async ({ name, markdown }) => {
    const nodes = readNodes(await renderFragment(markdown))
    return { name, markdown, nodes, isHostile: name.startsWith('hostile') }
  }),
)
const harmless = pages.filter(({ isHostile }) => !isHostile)

/** What is read first: headings, and the first paragraph (in an alert, the one below its title). */
function openingOf(nodes: readonly Node[]): { readonly text: string; readonly links: string[] } {
  const end = elementsIn(nodes, 'table', 'details', 'pre', 'ul', 'ol')[0]
  const start = end === undefined ? nodes : nodes.slice(0, nodes.indexOf(end))
  const [first] = elementsIn(start, 'p').filter(
    (paragraph) => !(attribute(paragraph, 'class') ?? '').includes('alert-title'),
  )
  const before = first === undefined ? start : start.slice(0, start.indexOf(first))
  const headings = elementsIn(before, 'h1', 'h2', 'h3')
  const parts = first === undefined ? headings : [...headings, first]
  return {
    text: parts.map(textOf).join(' ').replace(/\s+/g, ' '),
    links: elementsIn(parts.flatMap(descendantsOf), 'a').map((a) => attribute(a, 'href') ?? ''),
  }
}

/** Texts outside code, where backticks and entities would be mistakes. */
function proseOf(nodes: readonly Node[]): string {
  const texts = nodes.filter(isText).filter((node) => !isInside(node, 'code', 'pre'))
  return texts.map(textOf).join('\n')
}

function bodyRows(table: Element): Element[] {
  return elementsIn(descendantsOf(table), 'tr').filter((row) => isInside(row, 'tbody'))
}

test('there is an expectation for each picture', () => {
  expect(pictures.map(({ name }) => name).toSorted()).toEqual(Object.keys(openings).toSorted())
})

describe.each(pages)('$name', ({ name, markdown, nodes, isHostile }) => {
  const { says, never, sign = 'any', links = [] } = openings[name] ?? { says: /^$/ }

  test('says first what happened', () => {
    const { text } = openingOf(nodes)
    expect(text).toMatch(says)
    if (never !== undefined) expect(text).not.toMatch(never)
  })

  test('shows at a glance whether that is good', () => {
    const { text } = openingOf(nodes)
    expect(text).toMatch(signs[sign])
    if (sign === 'careful' || sign === 'bad') expect(text).not.toMatch(signs.good)
  })

  test('has the links that matter in its first line', () => {
    const found = openingOf(nodes).links
    for (const kind of links) {
      expect(found).toContainEqual(expect.stringMatching(linkTargets[kind]))
    }
  })

  test('has only links to GitHub and MLflow, each with a text', () => {
    for (const link of elementsIn(nodes, 'a')) {
      expect(attribute(link, 'href')).toMatch(/^https:\/\/(?:github\.com|mlflow\.example\.com)\//)
      expect(textOf(link).trim()).not.toBe('')
    }
  })

  test('contains no markup of others', () => {
    const { elements } = renderMarkdown(markdown)
    const foreign = /^(?:script|style|img|svg|iframe|object|embed|form|input|link|base)\b| on\w+/
    expect(elements.filter((element) => foreign.test(element))).toEqual([])
  })

  test('has no table that is cut off', () => {
    for (const table of elementsIn(nodes, 'table')) {
      const widest = { head: textOf(table).trim().slice(0, 60), width: minimumWidth(table) }
      expect([widest].filter(({ width }) => width > columnWidth)).toEqual([])
    }
  })

  test('folds tables of more than 20 rows', () => {
    const open = elementsIn(nodes, 'table').filter((table) => !isFolded(table))
    expect(open.map((table) => bodyRows(table).length).filter((rows) => rows > 20)).toEqual([])
  })

  test('has no empty column', () => {
    for (const table of elementsIn(nodes, 'table')) {
      const rows = bodyRows(table).map(({ childNodes }) => elementsIn(childNodes, 'td').map(textOf))
      const columns = (rows[0] ?? []).map((_cell, column) => rows.map((row) => row[column] ?? ''))
      expect(columns.filter((cells) => cells.every((cell) => cell.trim() === ''))).toEqual([])
    }
  })

  test('has a text for everything that can be unfolded', () => {
    for (const details of elementsIn(nodes, 'details')) {
      const [summary] = elementsIn(details.childNodes, 'summary')
      expect(summary === undefined ? '' : textOf(summary).trim()).not.toBe('')
    }
    const orphans = elementsIn(nodes, 'summary').filter(
      (summary) => ancestorsOf(summary)[0]?.tagName !== 'details',
    )
    expect(orphans).toEqual([])
  })

  test('is small enough for GitHub', () => {
    expect(Buffer.byteLength(markdown)).toBeLessThan(name.endsWith('-body') ? 65_536 : 2 ** 20)
  })

  test('names no address of this machine', () => {
    expect(markdown).not.toMatch(/127\.0\.0\.1|localhost|\/tmp\//)
  })

  if (!isHostile) {
    test('shows every character as it was meant', () => {
      expect(nodes.filter(isText).map(textOf).join('')).not.toMatch(/[\uff01-\uff5e]/)
      expect(proseOf(nodes)).not.toMatch(/&(?:#\d+|#x[0-9a-f]+|[a-z]+);|`|\*\*/i)
    })
  }
})

test('text from MLflow that looks like markup stays text', () => {
  const visible = (name: string): string => {
    const page = pages.find((candidate) => candidate.name === name)
    return (page?.nodes ?? []).filter(isText).map(textOf).join('').normalize('NFKC')
  }
  expect(visible('hostile')).toContain('<img src=x onerror=alert(1)>')
  expect(visible('hostile-body')).toContain('<img src=x onerror=alert(1)>')
  expect(visible('hostile-body')).toContain('[click](javascript:alert(1)) @acme #1 `code`')
})

test('a plan of many new files shows one of them completely', () => {
  const plan = pages.find(({ name }) => name === 'plan-200-new')?.markdown ?? ''
  expect(plan.split('# Helm values for one vLLM server')).toHaveLength(2)
})

test('the pull request shows old values before new ones', () => {
  const body = pages.find(({ name }) => name === 'pull-request-body')
  const tables = elementsIn(body?.nodes ?? [], 'table')
  const row = tables
    .flatMap(bodyRows)
    .find((candidate) => textOf(candidate).includes('eval_accuracy'))
  expect(row === undefined ? '' : textOf(row)).toMatch(/0\.871.*0\.9034/s)
})

test('the pictures show a file on hold with its reason', () => {
  const page = harmless.find(({ name }) => name === 'held')
  expect(proseOf(page?.nodes ?? [])).toContain('until the load test on Friday (ask Ada)')
})
