import { beforeEach, expect, test } from '@jest/globals'
import { actionVersion } from '../../src/core/version.ts'
import { onlyWhere } from '../../testing/only-where.ts'
import type { Project } from '../../testing/project.ts'
import type { Step } from '../../testing/step.ts'
import { useWorld } from '../../testing/use-world.ts'

const world = await useWorld({ version: 3, throughGateway: true })
let project: Project

beforeEach(() => {
  project = world.createProject()
})

/** The log as people see it, without debug lines. */
function linesOf(step: Step): string[] {
  return step.log.split('\n').filter((line) => line !== '' && !/^::(debug|add-mask)/.test(line))
}

test('the log says what is synced, what was done, and where to find it', async () => {
  const { runId, name } = await project.register('model')
  const step = await project.sync({ path: 'values' })
  const { repository } = project
  const [first, ...rest] = linesOf(step)
  expect(first).toBe(`mlflow-sync  ${actionVersion}, mode: sync`)
  expect(rest).toContain(`MLflow       ${world.gateway.url}`)
  expect(rest).toContain(`models       ${project.model('*')}`)
  expect(rest).toContain(`created  values/${runId}.yaml  ${name} version 1`)
  const { mlflow, github } = step.report.requests
  expect(rest.slice(-5)).toEqual([
    `Committed ${(step.outputs['commit-sha'] ?? '').slice(0, 7)} to main in ${repository.fullName}: 1 created`,
    '  runs    1 created',
    `  commit  ${step.outputs['commit-url'] ?? ''}`,
    `  report  ${step.outputs['report-file'] ?? ''}`,
    expect.stringMatching(
      `^  time    in \\d+\\.\\d s, with ${mlflow} requests to MLflow and ${github} requests to GitHub$`,
    ),
  ])
  expect(linesOf(await project.sync({ path: 'values' }))).toContain(
    `main in ${repository.fullName} is up to date`,
  )
})

test('a pull request that waits is named, with its address', async () => {
  await project.register('model')
  await project.sync({ 'pull-request': 'true' })
  const step = await project.sync({ 'pull-request': 'true' })
  expect(step.outputs.operation).toBe('none')
  expect(linesOf(step)).toContain(
    `Pull request #1 already proposes 1 change for main in ${project.repository.fullName}`,
  )
  expect(linesOf(step)).toContain(`  pull request  ${step.outputs['pull-request-url'] ?? ''}`)
})

test('only a check asks MLflow for its version, and does not need it', async () => {
  await project.register('model')
  const check = await project.sync({ mode: 'check' })
  expect(check.log).toMatch(/^MLflow is version 3\.\d+\.\d+$/m)
  world.gateway.rule = ({ url }) =>
    url.endsWith('/version') ? { status: 503, body: 'no' } : undefined
  const without = await project.sync({ mode: 'check' })
  expect(without.exitCode).toBe(0)
  expect(without.mlflowRequests.filter(({ url }) => url.endsWith('/version'))).toHaveLength(1)
  const sync = await project.sync()
  expect(sync.mlflowRequests.map(({ url }) => url)).not.toContain('/version')
})

test('a polling job reports each round when it ends', async () => {
  await project.register('model')
  const step = await project.sync({ 'poll-interval': '5s', 'poll-duration': '9s' })
  const url = step.outputs['commit-url'] ?? ''
  const lines = linesOf(step)
  const sha = (step.outputs['commit-sha'] ?? '').slice(0, 7)
  const sentence = `Committed ${sha} to main in ${project.repository.fullName}: 1 created`
  const first = lines.indexOf(`Round 1: ${sentence}: ${url}`)
  expect(first).toBeGreaterThan(0)
  expect(lines[first + 1]).toMatch(/^The next round begins in \d s, at \d\d:\d\d:\d\d UTC$/)
  expect(lines).toContain(
    `Round 2: main in ${project.repository.fullName} is up to date (1 unchanged)`,
  )
  expect(lines).toContain(sentence)
})

onlyWhere('signals').test('a request that takes long is not silent', async () => {
  await project.register('model')
  const held = Promise.withResolvers<undefined>()
  world.gateway.rule = ({ url }) =>
    url.includes('model-versions/search') ? held.promise : undefined
  const step = await project.sync(
    {},
    { interrupt: { signal: 'SIGTERM', when: /waiting for MLflow/ } },
  )
  held.resolve(undefined)
  expect(step.log).toMatch(
    /^waiting for MLflow \(GET \/api\/2\.0\/mlflow\/model-versions\/search\), \d+ s so far$/m,
  )
})

test('debug lines name requests, and no secret is at any level', async () => {
  await project.register('model')
  const step = await project.sync({
    'mlflow-token': 'secret-1',
    'mlflow-headers': 'X-Key: secret-2',
  })
  expect(step.log).toMatch(
    /^::debug::GitHub GraphQL Commit -> 200 in \d+ ms, \d+ bytes \(try 1\), GitHub's id \S+$/m,
  )
  expect(step.log).toMatch(
    /^::debug::MLflow GET \/api\/2\.0\/mlflow\/model-versions\/search -> 200 in \d+ ms, \d+ bytes \(try 1\)$/m,
  )
  expect(step.visibleText).not.toMatch(/secret-[12]/)
})
