import { isUtf8 } from 'node:buffer'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileCases, slipCases, variantCases } from '../testing/corpus/cases.ts'
import type { Case } from '../testing/corpus/editor.ts'
import { cache, gatherCharts, gatherTestSuite } from '../testing/corpus/gather.ts'
import { isReadByValuesOption } from '../testing/corpus/helm-judge.ts'
import { PythonJudge } from '../testing/corpus/python-judge.ts'
import { runCases, type Outcome } from '../testing/corpus/run.ts'
import { Table } from '../testing/corpus/table.ts'
import { hasHelm } from '../testing/helm.ts'
import { editValues } from './corpus-editor.ts'

/** Judges the editor of values files by real charts; see testing/corpus/README.md. */

const slipCount = Number(process.argv[2] ?? '12000')
const batchSize = 400
const charts = gatherCharts()
/** Slips are made in files of ordinary size, where they matter as much and cost less time. */
const shortCharts = charts.filter(({ bytes }) => bytes.length < 6000)
const testSuite = gatherTestSuite()

function* allCases(): Generator<Case> {
  yield* fileCases('charts', charts)
  yield* fileCases('yaml-test-suite', testSuite)
  yield* variantCases(charts, Math.ceil(slipCount / 150))
  yield* slipCases(shortCharts, Math.ceil(slipCount / 80))
}

const table = new Table()
const violations: Outcome[] = []
const reasons = new Map<string, number>()
let slowest: Outcome | undefined

function record(outcome: Outcome): void {
  table.add(outcome)
  if (outcome.violations.length > 0) violations.push(outcome)
  if (outcome.milliseconds > (slowest?.milliseconds ?? 0)) slowest = outcome
  if (outcome.result.kind === 'left alone' && outcome.readBy.length > 0) {
    const reason = outcome.result.problem.replaceAll(/\d+/g, 'N')
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
  }
}

/** Compares the fast way to ask Helm with the real option, for one case in 200. */
const sample = { size: 0, disagreements: [] as string[] }
function checkSample({ case: { bytes, kind, name }, readBy }: Outcome): void {
  if (!isUtf8(bytes)) return
  sample.size += 1
  if (isReadByValuesOption(bytes) !== readBy.includes('Helm'))
    sample.disagreements.push(`${name}, ${kind}`)
}

const python = new PythonJudge('corpus')
let batch: Case[] = []
async function flush(): Promise<void> {
  const outcomes = await runCases(batch, editValues, python)
  outcomes.forEach(record)
  if (hasHelm) outcomes.filter((_, index) => index % 200 === 0).forEach(checkSample)
  batch = []
}
for (const one of allCases()) {
  batch.push(one)
  if (batch.length === batchSize) await flush()
}
await flush()
python.close()

console.log(`${charts.length} values files, ${testSuite.length} inputs of the yaml-test-suite\n`)
console.log(table.toString())
console.log('\nLeft alone although one of the readers reads the file:')
for (const [reason, count] of [...reasons].toSorted((a, b) => b[1] - a[1]).slice(0, 25))
  console.log(`${String(count).padStart(7)}  ${reason}`)
if (slowest !== undefined) {
  const { case: one, milliseconds } = slowest
  console.log(
    `\nSlowest: ${Math.round(milliseconds)} ms for ${one.bytes.length} bytes (${one.name}, ${one.kind})`,
  )
}
console.log(
  `Helm's --values option: ${sample.size} cases, ${sample.disagreements.length} disagreements`,
)
for (const one of sample.disagreements) console.log(`    ${one}`)
console.log(`\n${violations.length} violations`)
if (violations.length > 0) {
  const path = join(cache, 'violations.json')
  const found = violations.map(
    ({ case: { group, kind, name, bytes, owned }, result, ...rest }) => ({
      ...{ group, kind, name, before: bytes.toString('latin1'), owned, result },
      ...{ violations: rest.violations, readBy: rest.readBy },
    }),
  )
  writeFileSync(path, JSON.stringify(found, null, 2))
  for (const { group, kind, name, violations } of found.slice(0, 40))
    console.log(`${group}, ${kind}: ${name}\n    ${violations.join('\n    ')}`)
  console.log(`All of them: ${path}`)
  process.exitCode = 1
}
