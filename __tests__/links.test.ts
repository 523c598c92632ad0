import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { readLinks, type PageLinks } from '../testing/markdown-links.ts'

const tracked = execFileSync('git', [
  'ls-files',
  '-z',
  '--cached',
  '--others',
  '--exclude-standard',
])
  .toString()
  .split('\0')
  .filter((path) => path !== '' && existsSync(path))
const pages = tracked.filter((path) => path.endsWith('.md') && !path.startsWith('dist/'))
const links = new Map(pages.map((page) => [page, readLinks(readFileSync(page, 'utf8'))]))

function linksOf(page: string): PageLinks {
  return links.get(page) ?? { urls: [], anchors: new Set() }
}

function isExternal(url: string): boolean {
  return /^[a-z]+:/i.test(url)
}

/** Why a link of a page leads nowhere. */
function findMistake(page: string, url: string): string | undefined {
  const [path = '', anchor] = url.split('#')
  const target = path === '' ? page : join(dirname(page), decodeURIComponent(path))
  if (relative('.', target).startsWith('..')) return 'leaves the repository'
  if (!existsSync(target)) return 'does not exist'
  // Windows and macOS find a file by a name with other letter case, and GitHub does not.
  if (statSync(target).isFile() && !tracked.includes(target.replaceAll('\\', '/'))) {
    return 'is not in the repository'
  }
  if (anchor !== undefined && !linksOf(target.replaceAll('\\', '/')).anchors.has(anchor)) {
    return 'has no such heading'
  }
  return undefined
}

describe('the links of the documentation', () => {
  test.each(pages)('%s leads to files and headings that exist', (page) => {
    const mistakes = linksOf(page)
      .urls.filter((url) => !isExternal(url))
      .map((url) => ({ url, mistake: findMistake(page, url) }))
      .filter(({ mistake }) => mistake !== undefined)
    expect(mistakes).toEqual([])
  })

  test.each(pages)('%s links to other sites by HTTPS', (page) => {
    const external = linksOf(page).urls.filter((url) => isExternal(url))
    for (const url of external) {
      expect(url).toMatch(/^https:\/\//)
      expect(() => new URL(url)).not.toThrow()
    }
  })

  test('the README leads to every page of the documentation', () => {
    const { urls } = linksOf('README.md')
    const listed = new Set(urls.map((url) => url.split('#')[0]))
    expect(pages.filter((page) => /^docs\/[^/]+$/.test(page) && !listed.has(page))).toEqual([])
  })
})
