import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Competitor } from './competitors.ts'
import { createPythonEnvironment } from './environment.ts'
import { measureScenario, type Limits } from './interleave.ts'
import { describeMachine } from './machine.ts'
import { readResults, writePage } from './page.ts'
import type { Results, Row } from './results.ts'
import { nameOf, scenarios, type Scenario } from './scenarios.ts'
import { startServers, type Servers } from './servers.ts'
import { Stage } from './stage.ts'
import { completeTable, plainText, targetTable } from './tables.ts'

/**
 * Measures the action beside three other ways of doing the same: `npm run bench`. `--quick` takes a
 * few minutes; `--only new-100` (repeatable) measures some scenarios and only prints them. All others
 * replace `results.json` and the tables and charts of `docs/performance.md`.
 */

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: [] },
  },
})

const limits: Limits = values.quick
  ? { maxRuns: 3, totalSeconds: 3, maxSeconds: 10 }
  : { maxRuns: 5, totalSeconds: 5, maxSeconds: 30 }

const largestQuickCount = 1_000

function chooseScenarios(): readonly Scenario[] {
  const names = scenarios.map(nameOf)
  const unknown = values.only.filter((name) => !names.includes(name))
  if (unknown.length > 0) {
    throw new Error(`no such scenario: ${unknown.join(', ')}. There are: ${names.join(', ')}`)
  }
  return scenarios
    .filter((scenario) => values.only.length === 0 || values.only.includes(nameOf(scenario)))
    .filter(({ count }) => !values.quick || count <= largestQuickCount)
}

async function measureAll(servers: Servers, python: string) {
  await warmUp(servers, python)
  const rows: Row[] = []
  // Single scenarios lack the smaller sizes that say whether a run would take too long.
  const earlier = values.only.length > 0 ? readResults().rows : rows
  const requestDifferences: string[] = []
  for (const scenario of chooseScenarios()) {
    const started = performance.now()
    const stage = await Stage.create(servers, python, scenario)
    const { rows: measured, tasks } = await measureScenario(stage, scenario, limits, earlier)
    stage.close()
    rows.push(...measured)
    const namesOf = (name: Competitor) =>
      tasks.find(({ competitor }) => competitor === name)?.observations[0]?.requestNames ?? []
    const difference = compare(namesOf('action'), namesOf('floor'))
    if (difference !== '') requestDifferences.push(`${nameOf(scenario)}: ${difference}`)
    const seconds = ((performance.now() - started) / 1000).toFixed(0)
    console.log(`${nameOf(scenario)}: ${seconds} s`)
  }
  return { rows, requestDifferences }
}

/** The first run of everything loads files and builds GitHub's schema. */
async function warmUp(servers: Servers, python: string): Promise<void> {
  const scenario: Scenario = { kind: 'new', count: 1 }
  const stage = await Stage.create(servers, python, scenario)
  await measureScenario(stage, scenario, { ...limits, maxRuns: 1 }, [])
  stage.close()
}

/** What only one of two lists has. */
function compare(action: readonly string[], floor: readonly string[]): string {
  const names = [...new Set([...action, ...floor])]
  return names
    .map((name) => {
      const [own, other] = [action, floor].map(
        (list) => list.filter((item) => item === name).length,
      )
      return own === other ? '' : `${name} ${own ?? 0} instead of ${other ?? 0}`
    })
    .filter((text) => text !== '')
    .join(', ')
}

const machine = describeMachine()
const environment = await createPythonEnvironment(values.quick ? 1 : 3)
const servers = await startServers()
try {
  const measured = await measureAll(servers, environment.python)
  const results: Results = {
    date: new Date().toISOString().slice(0, 10),
    quick: values.quick,
    machine,
    setup: environment.setup,
    ...measured,
  }
  console.log(`\n${plainText(completeTable(results))}\n\n${plainText(targetTable(results))}`)
  for (const text of results.requestDifferences) {
    console.log(`The action and the floor send different requests in ${text}`)
  }
  if (values.only.length === 0) {
    const file = join(import.meta.dirname, 'results.json')
    writeFileSync(file, `${JSON.stringify(results, undefined, 2)}\n`)
    writePage(results)
  }
} finally {
  await servers.close()
  environment.remove()
}
