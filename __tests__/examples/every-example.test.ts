import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { actionName, exampleFolder, readWorkflows } from '../../testing/examples.ts'

/** The first folder in each call of `exampleFolder` in the tests, such as `reusable` of `reusable/team`. */
function testedExamples(): Set<string> {
  const tests = join(import.meta.dirname, '..')
  const files = readdirSync(tests, { recursive: true, encoding: 'utf8' })
  const sources = files
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => readFileSync(join(tests, file), 'utf8'))
  const calls = sources.flatMap((source) => [...source.matchAll(/exampleFolder\('([\w-]+)/g)])
  return new Set(calls.map(([, name = '']) => name))
}

test('every folder in examples has a test that uses it', () => {
  const examples = readdirSync(exampleFolder(''), { withFileTypes: true })
  const names = examples.filter((entry) => entry.isDirectory()).map(({ name }) => name)
  expect(names.length).toBeGreaterThan(0)
  expect(names.filter((name) => !testedExamples().has(name))).toEqual([])
})

/** Two runs of one group wait for each other, and GitHub cancels all but the newest that wait. */
const groups: Readonly<Record<string, string>> = {
  'examples/matrix': 'mlflow-sync-${{ matrix.team }}',
  'examples/dispatch': 'mlflow-sync-manual',
  'examples/reusable/platform': 'mlflow-sync-${{ inputs.path }}',
}

type Inputs = Record<string, unknown>
type Job = {
  readonly uses?: string
  readonly name?: string
  readonly permissions?: Readonly<Record<string, string>>
  readonly concurrency?: unknown
  readonly steps?: readonly { readonly uses: string; readonly with?: Readonly<Inputs> }[]
  readonly 'timeout-minutes'?: number
}
type Workflow = {
  readonly on: { readonly schedule?: readonly { readonly cron: string }[] }
  readonly permissions: unknown
  readonly jobs: Readonly<Record<string, Job>>
}

test.each(readWorkflows())('$path has few permissions, an end, and its turn', ({ path, text }) => {
  const { on, permissions, jobs } = parse(text) as Workflow
  expect(permissions).toEqual({})
  // Not on the hour, and not more often than GitHub starts it.
  for (const { cron } of on.schedule ?? []) expect(cron).toMatch(/^([1-9]\d?,?)+ \* \* \* \*$/)
  for (const { uses, concurrency, permissions: granted = {}, ...job } of Object.values(jobs)) {
    const scopes = Object.keys(granted).filter((scope) => scope !== 'contents')
    expect(scopes).toEqual(path.includes('/pull-request/') ? ['pull-requests'] : [])
    if (uses !== undefined) continue
    expect(job['timeout-minutes']).toBe(15)
    const [folder = ''] = path.split('/.github/')
    const group = groups[folder] ?? 'mlflow-sync'
    expect(concurrency).toEqual({ group, 'cancel-in-progress': false })
    expect(job.name).toMatch(/^Sync/)
  }
})

test.each(readWorkflows())('$path deletes what lost the alias that it selects', ({ text }) => {
  const { jobs } = parse(text) as Workflow
  const steps = Object.values(jobs).flatMap((job) => job.steps ?? [])
  for (const { with: inputs = {} } of steps.filter(({ uses }) => uses.startsWith(actionName))) {
    // The configuration of the promotion has `prune` among its defaults.
    if (inputs.config === undefined) expect(inputs).toMatchObject({ prune: true })
  }
})
