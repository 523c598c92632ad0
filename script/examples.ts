import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { localWorkflow, readExamples, readWorkflows } from '../testing/examples.ts'

/**
 * Writes the examples of the documentation and the workflows in `examples` to `.github/workflows` of a
 * folder, as workflows that use the action in that folder: `node script/examples.ts <folder>`.
 */

const [, , folder = ''] = process.argv
const workflows = join(folder, '.github', 'workflows')
mkdirSync(workflows, { recursive: true })

const pages = ['.', 'docs'].flatMap((directory) =>
  readdirSync(directory)
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(directory, name)),
)
const fileName = (name: string): string =>
  `${name.replace(/\.yml$/, '').replaceAll(/[^\w.]+/g, '-')}.yml`

for (const example of pages.flatMap(readExamples)) {
  writeFileSync(join(workflows, fileName(example.name)), localWorkflow(example))
}

const files = readWorkflows()

/** A workflow of the repository `acme/platform` is in a folder `platform`. */
function callLocalWorkflows(text: string): string {
  return text.replaceAll(/uses: acme\/([\w-]+\/\.github\/\S+)@\S+/g, (uses, path: string) => {
    const called = files.find((file) => file.path.endsWith(`/${path}`))
    return called === undefined ? uses : `uses: ./.github/workflows/${fileName(called.path)}`
  })
}

for (const { path, text } of files) {
  writeFileSync(join(workflows, fileName(path)), callLocalWorkflows(localWorkflow({ text })))
}
