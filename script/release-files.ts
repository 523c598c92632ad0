import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'

/**
 * The files that name the version: `node script/release-files.ts update <version> <date>`, and `check` or
 * `notes <version> [commit]`, for the files in this folder unless there is a commit.
 */

const changelogFile = 'CHANGELOG.md'

const changelogHeading = /^## \[([^\]]+)\](?: - (\S+))?$/gm

/** The text under the heading of a version; undefined if there is no such heading. */
export function notesOf(changelog: string, version: string): string | undefined {
  const headings = [...changelog.matchAll(changelogHeading)]
  const index = headings.findIndex(([, name]) => name === version)
  const heading = headings[index]
  if (heading === undefined) return undefined
  const links = /^\[[^\]]+\]: /m.exec(changelog)?.index
  const end = headings[index + 1]?.index ?? links
  return changelog.slice(heading.index + heading[0].length, end).trim()
}

/** A pre-release has no section of its own: all its notes are still those of the next version. */
function sectionOf(version: string): string {
  return version.includes('-') ? 'Unreleased' : version
}

const comparison = /^\[Unreleased\]: (\S+)\/compare\/v?(\S+)\.\.\.HEAD$/m

/** Moves the notes of "Unreleased" to a section of their own. */
export function withRelease(changelog: string, version: string, date: string): string {
  const notes = notesOf(changelog, 'Unreleased')
  if (notes === undefined) throw new Error('CHANGELOG.md has no section "Unreleased"')
  if (notes === '') throw new Error('CHANGELOG.md says nothing under "Unreleased"')
  if (!comparison.test(changelog)) {
    throw new Error('CHANGELOG.md has no link "[Unreleased]: <repository>/compare/<from>...HEAD"')
  }
  if (sectionOf(version) !== version) return changelog
  if (notesOf(changelog, version) !== undefined) {
    throw new Error(`CHANGELOG.md already has a section ${version}`)
  }
  return changelog
    .replace('## [Unreleased]', `## [Unreleased]\n\n## [${version}] - ${date}`)
    .replace(comparison, (_, url: string, from: string) => {
      const previous =
        from === 'main' ? `releases/tag/v${version}` : `compare/v${from}...v${version}`
      return `[Unreleased]: ${url}/compare/v${version}...HEAD\n[${version}]: ${url}/${previous}`
    })
}

/** How a file contains the version. Each pattern matches once, with what is around the version. */
const places: readonly { file: string; pattern: RegExp }[] = [
  { file: 'package.json', pattern: /^( {2}"version": ")([^"]+)(")/m },
  { file: 'package-lock.json', pattern: /^( {2}"version": ")([^"]+)(")/m },
  { file: 'package-lock.json', pattern: /^( {6}"version": ")([^"]+)(")/m },
  { file: 'src/core/version.ts', pattern: /^(export const actionVersion = ')([^']+)(')/m },
]

type Read = (file: string) => string

/** Reads files of a commit, or of this folder. */
function readFrom(commit: string): Read {
  if (commit === '') return (file) => readFileSync(file, 'utf8')
  return (file) => execFileSync('git', ['show', `${commit}:${file}`], { encoding: 'utf8' })
}

/** What is wrong with the files, if they are those of a release. */
function problemsOf(version: string, read: Read): string[] {
  const problems = places.flatMap(({ file, pattern }) => {
    const found = pattern.exec(read(file))?.[2]
    return found === version ? [] : [`${file} has version ${found ?? '(none)'}, not ${version}`]
  })
  const changelog = read(changelogFile)
  const section = sectionOf(version)
  const notes = notesOf(changelog, section)
  if (notes === undefined) problems.push(`CHANGELOG.md has no section ${section}`)
  else if (notes === '') problems.push(`CHANGELOG.md says nothing about ${section}`)
  for (const name of new Set(['Unreleased', section])) {
    if (!changelog.includes(`\n[${name}]: `)) problems.push(`CHANGELOG.md has no link [${name}]`)
  }
  return [...new Set(problems)]
}

function update(version: string, date: string): void {
  const changelog = withRelease(readFileSync(changelogFile, 'utf8'), version, date)
  writeFileSync(changelogFile, changelog)
  for (const { file, pattern } of places) {
    const text = readFileSync(file, 'utf8')
    writeFileSync(file, text.replace(pattern, `$1${version}$3`))
  }
}

if (process.argv[1] === import.meta.filename) {
  const [, , command, version = '', argument = ''] = process.argv
  try {
    if (command === 'update') update(version, argument)
    const read = readFrom(command === 'update' ? '' : argument)
    const problems = problemsOf(version, read)
    if (problems.length > 0) throw new Error(problems.join('\n'))
    if (command === 'notes') console.log(notesOf(read(changelogFile), sectionOf(version)))
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  }
}
