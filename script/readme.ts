import { readFileSync, writeFileSync } from 'node:fs'
import { parse } from 'yaml'

/** Generates the tables of inputs and outputs in README.md from action.yml. */

type Entry = { description: string; default?: string }
type Action = { inputs: Record<string, Entry>; outputs: Record<string, Entry> }

const root = new URL('../', import.meta.url)

/** Returns the README with both tables generated from action.yml. */
export function withTables(readme: string, actionYaml: string): string {
  const action = parse(actionYaml) as Action
  const inputs = Object.entries(action.inputs).map(
    ([name, { description, default: value }]) =>
      `| \`${name}\` | ${value === undefined ? '' : `\`${value}\``} | ${cell(description)} |`,
  )
  const outputs = Object.entries(action.outputs).map(
    ([name, { description }]) => `| \`${name}\` | ${cell(description)} |`,
  )
  const withInputs = between(readme, generatedFrom('inputs'), 'inputs', [
    '| input | default | meaning |',
    '| --- | --- | --- |',
    ...inputs,
  ])
  return between(withInputs, generatedFrom('outputs'), 'outputs', [
    '| output | meaning |',
    '| --- | --- |',
    ...outputs,
  ])
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
