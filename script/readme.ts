import { readFileSync, writeFileSync } from 'node:fs'
import { isMap, isScalar, parse, parseDocument } from 'yaml'

/** Generates the tables of inputs and outputs in README.md from action.yml. */

type Entry = { description: string; default?: string }
type Action = { inputs: Record<string, Entry>; outputs: Record<string, Entry> }
type Group = { title: string; names: string[] }

const root = new URL('../', import.meta.url)

/** Returns the README with the tables generated from action.yml, one for each group of inputs. */
export function withTables(readme: string, actionYaml: string): string {
  const action = parse(actionYaml) as Action
  const inputs = readGroups(actionYaml).flatMap(({ title, names }) => [
    `### ${title}`,
    '',
    '| input | default | meaning |',
    '| --- | --- | --- |',
    ...names.map((name) => inputRow(name, action.inputs[name])),
    '',
  ])
  const outputs = Object.entries(action.outputs).map(
    ([name, { description }]) => `| \`${name}\` | ${cell(description)} |`,
  )
  const withInputs = between(readme, generatedFrom('inputs'), 'inputs', inputs.slice(0, -1))
  return between(withInputs, generatedFrom('outputs'), 'outputs', [
    '| output | meaning |',
    '| --- | --- |',
    ...outputs,
  ])
}

/** The comments between the inputs of action.yml are the titles of their groups. */
function readGroups(actionYaml: string): Group[] {
  const inputs = parseDocument(actionYaml).get('inputs')
  if (!isMap(inputs)) throw new Error('action.yml has no inputs')
  // The parser attaches the first comment to the map, and the others to the key that follows.
  const groups: Group[] = [{ title: inputs.commentBefore?.trim() ?? '', names: [] }]
  for (const { key } of inputs.items) {
    if (!isScalar(key)) continue
    const title = key.commentBefore?.trim()
    if (title !== undefined) groups.push({ title, names: [] })
    groups.at(-1)?.names.push(String(key.value))
  }
  return groups
}

function inputRow(name: string, entry: Entry | undefined): string {
  const initial = entry?.default === undefined ? '' : `\`${entry.default}\``
  return `| \`${name}\` | ${initial} | ${cell(entry?.description ?? '')} |`
}

function cell(text: string): string {
  return text.trim().replaceAll('|', '\\|')
}

function generatedFrom(name: string): string {
  return `${name}: generated from action.yml by npm run readme`
}

/** Replaces what is between the comments `opening` and `/name`. */
export function between(text: string, opening: string, name: string, lines: string[]): string {
  const [start, end] = [`<!-- ${opening} -->`, `<!-- /${name} -->`]
  const from = text.indexOf(start)
  const to = text.indexOf(end)
  if (from < 0 || to < from) throw new Error(`there are no comments around the table of ${name}`)
  return `${text.slice(0, from + start.length)}\n\n${lines.join('\n')}\n\n${text.slice(to)}`
}

if (process.argv[1] === import.meta.filename) {
  const file = new URL('README.md', root)
  const action = readFileSync(new URL('action.yml', root), 'utf8')
  writeFileSync(file, withTables(readFileSync(file, 'utf8'), action))
}
