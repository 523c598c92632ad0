import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { actionName, readWorkflows } from '../testing/examples.ts'

/** Copies the pins of actions from the workflows, which Dependabot updates, to the pages, which it does not. */

const pin = /(?<=^ *(?:- )?uses: )([^\s@]+)@.+$/gm

/** The actions that workflows use, by name, with commit and version. */
export function pinsOf(workflows: readonly string[]): ReadonlyMap<string, string> {
  const found = workflows.flatMap((text) => [...text.matchAll(pin)])
  return new Map(found.map(([uses, name = '']) => [name, uses]))
}

/** A page with the pins of the workflows. That of this action stays. */
export function withPins(page: string, pins: ReadonlyMap<string, string>): string {
  return page.replace(pin, (uses: string, name: string) =>
    `${name}@` === actionName ? uses : (pins.get(name) ?? uses),
  )
}

/** The workflows in `examples` and those of the project. */
export function readAllWorkflows(): string[] {
  const folder = '.github/workflows'
  const own = readdirSync(folder).map((name) => readFileSync(`${folder}/${name}`, 'utf8'))
  return [...readWorkflows().map(({ text }) => text), ...own]
}

if (process.argv[1] === import.meta.filename) {
  const pins = pinsOf(readAllWorkflows())
  const pages = readdirSync('docs').filter((name) => name.endsWith('.md'))
  for (const file of ['README.md', 'SECURITY.md', ...pages.map((name) => `docs/${name}`)]) {
    const text = readFileSync(file, 'utf8')
    const updated = withPins(text, pins)
    if (updated !== text) writeFileSync(file, updated)
  }
}
