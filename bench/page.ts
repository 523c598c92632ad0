import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { charts } from './chart.ts'
import type { Machine } from './machine.ts'
import type { Results } from './results.ts'
import {
  completeTable,
  costTable,
  listingTable,
  markdown,
  secondsTable,
  targetTable,
} from './tables.ts'

/** Generates the figures of docs/performance.md from results.json: `node bench/page.ts`. */

const root = join(import.meta.dirname, '..')
const page = join(root, 'docs', 'performance.md')

export function readResults(): Results {
  return JSON.parse(readFileSync(join(import.meta.dirname, 'results.json'), 'utf8')) as Results
}

/** The page with all its figures replaced. */
export function withResults(text: string, results: Results): string {
  const parts = {
    seconds: markdown(secondsTable(results)),
    cost: markdown(costTable(results)),
    listing: markdown(listingTable(results)),
    limits: markdown(targetTable(results)),
    complete: markdown(completeTable(results)),
    machine: describe(results),
  }
  return Object.entries(parts).reduce((current, [name, part]) => between(current, name, part), text)
}

export function writePage(results: Results): void {
  writeFileSync(page, withResults(readFileSync(page, 'utf8'), results))
  const directory = join(root, 'docs', 'performance')
  mkdirSync(directory, { recursive: true })
  for (const [name, svg] of charts(results)) writeFileSync(join(directory, `${name}.svg`), svg)
}

function describe({ date, machine, setup }: Results): string {
  return `Measured on ${date}: ${machineText(machine)}. The set-up of the Python script used ${setup.installer} with every package in its cache.`
}

function machineText({ processor, cores, memoryGiB, system, versions }: Machine): string {
  const list = Object.entries(versions).map(([name, version]) => `${name} ${version}`)
  return `${processor}, ${cores} cores, ${memoryGiB} GiB of memory, ${system}, ${list.join(', ')}`
}

function between(text: string, name: string, part: string): string {
  const start = `<!-- ${name}: generated from bench/results.json by npm run bench -->`
  const end = `<!-- /${name} -->`
  const from = text.indexOf(start)
  const to = text.indexOf(end)
  if (from < 0 || to < from) throw new Error(`docs/performance.md has no markers for ${name}`)
  return `${text.slice(0, from + start.length)}\n\n${part}\n\n${text.slice(to)}`
}

if (process.argv[1] === import.meta.filename) writePage(readResults())
