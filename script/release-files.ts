import { readFileSync, writeFileSync } from 'node:fs'

/** The files that name the version: `node script/release-files.ts notes|check|update <version> [date]`. */

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

/** Moves the notes of "Unreleased" to a section of their own. */
export function withRelease(changelog: string, version: string, date: string): string {
  const notes = notesOf(changelog, 'Unreleased')
  if (notes === undefined) throw new Error('CHANGELOG.md has no section "Unreleased"')
  if (notes === '') throw new Error('CHANGELOG.md says nothing under "Unreleased"')
  if (notesOf(changelog, version) !== undefined) {
    throw new Error(`CHANGELOG.md already has a section ${version}`)
  }
  const link = /^\[Unreleased\]: (\S+)\/compare\/v?(\S+)\.\.\.HEAD$/m
  return changelog
    .replace('## [Unreleased]', `## [Unreleased]\n\n## [${version}] - ${date}`)
    .replace(link, (_, url: string, from: string) => {
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

/** What is wrong with the files, if they are those of a release. */
export function problemsOf(version: string): string[] {
  const problems = places.flatMap(({ file, pattern }) => {
    const found = pattern.exec(readFileSync(file, 'utf8'))?.[2]
    return found === version ? [] : [`${file} has version ${found ?? '(none)'}, not ${version}`]
  })
  const notes = notesOf(readFileSync('CHANGELOG.md', 'utf8'), version)
  if (notes === undefined) problems.push(`CHANGELOG.md has no section ${version}`)
  else if (notes === '') problems.push(`CHANGELOG.md says nothing about ${version}`)
  return [...new Set(problems)]
}

function update(version: string, date: string): void {
  const changelog = withRelease(readFileSync('CHANGELOG.md', 'utf8'), version, date)
  writeFileSync('CHANGELOG.md', changelog)
  for (const { file, pattern } of places) {
    const text = readFileSync(file, 'utf8')
    writeFileSync(file, text.replace(pattern, `$1${version}$3`))
  }
}

if (process.argv[1] === import.meta.filename) {
  const [, , command, version = '', date = ''] = process.argv
  try {
    if (command === 'update') update(version, date)
    const problems = problemsOf(version)
    if (problems.length > 0) throw new Error(problems.join('\n'))
    if (command === 'notes') console.log(notesOf(readFileSync('CHANGELOG.md', 'utf8'), version))
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  }
}
