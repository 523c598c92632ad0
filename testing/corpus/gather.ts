import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { chartSources, testSuiteSource, type CorpusFile, type Source } from './sources.ts'
import { readTestCases } from './test-suite.ts'

export const cache = join(import.meta.dirname, '../../.cache/corpus')

const maxFilesPerRepository = 60
const maxBytes = 80_000

/** Values files of the pinned repositories, without duplicates. */
export function gatherCharts(): CorpusFile[] {
  return chartSources.flatMap((source) => gather(source, selectValuesFiles))
}

/** The inputs of the yaml-test-suite, valid and invalid. */
export function gatherTestSuite(): CorpusFile[] {
  const files = gather(testSuiteSource, (blobs) =>
    blobs.filter(({ path }) => /^src\/.*\.yaml$/.test(path)),
  )
  return files.flatMap(({ name, bytes }) => readTestCases(name, bytes.toString()))
}

type Blob = { readonly id: string; readonly size: number; readonly path: string }

type Select = (blobs: readonly Blob[]) => readonly Blob[]

/** Reads the selected files from the cache, which is filled from GitHub first if necessary. */
function gather(source: Source, select: Select): CorpusFile[] {
  const { repository, commit } = source
  const path = join(cache, `${repository.replace('/', '+')}@${commit}.json`)
  if (!existsSync(path)) {
    mkdirSync(cache, { recursive: true })
    writeFileSync(path, JSON.stringify(download(source, select)))
  }
  const files = JSON.parse(readFileSync(path, 'utf8')) as { path: string; base64: string }[]
  return files.map(({ path, base64 }) => ({
    name: `${repository}/${path}`,
    bytes: Buffer.from(base64, 'base64'),
  }))
}

function download({ repository, commit }: Source, select: Select) {
  console.error(`Fetching ${repository} ...`)
  const gitDir = mkdtempSync(join(cache, 'git-'))
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', gitDir, ...args], { maxBuffer: 1 << 30 })
  try {
    git('init', '--quiet', '--bare')
    git('fetch', '--quiet', '--depth', '1', `https://github.com/${repository}`, commit)
    const tree = git('ls-tree', '-r', '-l', '-z', commit).toString()
    return select(parseTree(tree)).map(({ id, path }) => ({
      path,
      base64: git('cat-file', 'blob', id).toString('base64'),
    }))
  } finally {
    rmSync(gitDir, { recursive: true })
  }
}

function parseTree(listing: string): Blob[] {
  return Array.from(listing.matchAll(/100\d{3} blob (\w+) +(\d+)\t([^\0]*)\0/g), (match) => {
    const [, id = '', size = '', path = ''] = match
    return { id, size: Number(size), path }
  })
}

/** Spreads the selection over the whole repository, because neighbours look alike. */
function selectValuesFiles(blobs: readonly Blob[]): Blob[] {
  const byId = new Map(
    blobs
      .filter(({ path }) => /(?:^|\/)[^/]*values[^/]*\.ya?ml$/.test(path))
      .filter(({ size }) => size > 0 && size <= maxBytes)
      .map((blob) => [blob.id, blob]),
  )
  const distinct = [...byId.values()]
  const step = Math.max(1, distinct.length / maxFilesPerRepository)
  return distinct.filter((_, index) => Math.floor(index / step) !== Math.floor((index - 1) / step))
}
