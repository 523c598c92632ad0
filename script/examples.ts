import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { localWorkflow, readExamples } from '../testing/examples.ts'

/**
 * Writes the examples of the documentation to `.github/workflows` of a folder, as workflows that use
 * the action in that folder: `node script/examples.ts <folder>`.
 */

const [, , folder = ''] = process.argv
const workflows = join(folder, '.github', 'workflows')
mkdirSync(workflows, { recursive: true })

const pages = ['.', 'docs'].flatMap((directory) =>
  readdirSync(directory)
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(directory, name)),
)
for (const example of pages.flatMap(readExamples)) {
  const name = example.name.replaceAll(/[^\w.]+/g, '-')
  writeFileSync(join(workflows, `${name}.yml`), localWorkflow(example))
}
