import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals'
import { readCommands } from '../../testing/readers/runner.ts'
import { onlyWhere } from '../../testing/only-where.ts'
import type { Project, SyncStep } from '../../testing/project.ts'
import { useWorld } from '../../testing/use-world.ts'

const world = await useWorld({ version: 3 })
const directory = mkdtempSync(join(tmpdir(), 'publishing-'))
const missing = join(directory, 'missing', 'file')
let project: Project

beforeEach(async () => {
  project = world.createProject()
  await project.register('model')
})
afterAll(() => rmSync(directory, { recursive: true }))

/** The outputs that the step set by commands in its log. */
function outputsInLog(step: SyncStep): Record<string, string> {
  return Object.fromEntries(
    readCommands(step.log)
      .filter(({ name }) => name === 'set-output')
      .map(({ properties, message }) => [properties.name ?? '', message]),
  )
}

function expectCommitted(step: SyncStep, outputs: Readonly<Record<string, string>>): void {
  expect(step.exitCode).toBe(0)
  expect(outputs).toMatchObject({
    operation: 'committed',
    changed: 'true',
    'created-count': '1',
    'commit-sha': project.repository.head(),
  })
}

/** Defines a test for each kind of path that nothing can be written to. */
function testUnusable(name: string, run: (path: string) => Promise<void>): void {
  test.each([directory, missing])(name, run)
  // As full as a disk can be.
  onlyWhere('full device').test.each(['/dev/full'])(name, run)
}

function expectWarning(step: SyncStep, text: string): void {
  expect(step.warnings.join('\n')).toContain(text)
  expect(step.log).toContain(`Warning: ${text}`)
}

describe('a commit whose result cannot be published completely', () => {
  test.each([missing, '/proc', '/dev/null'])(
    'has all outputs but an empty report-file with RUNNER_TEMP=%s',
    async (path) => {
      const step = await project.sync({}, { env: { RUNNER_TEMP: path } })
      expectCommitted(step, step.outputs)
      expect(step.outputs['report-file']).toBe('')
      expect(step.summary).toContain('1 created')
      expectWarning(step, `The report (\`RUNNER_TEMP\` is \`${path}\`) could not be written: `)
      expect(step.summary).toContain('could not be written')
    },
  )

  testUnusable('has outputs and report with GITHUB_STEP_SUMMARY=%s', async (path) => {
    const step = await project.sync({}, { env: { GITHUB_STEP_SUMMARY: path } })
    expectCommitted(step, step.outputs)
    expect(step.report.operation).toBe('committed')
    expectWarning(
      step,
      `The summary (\`GITHUB_STEP_SUMMARY\` is \`${path}\`) could not be written: `,
    )
  })

  testUnusable('has its outputs in the log with GITHUB_OUTPUT=%s', async (path) => {
    const step = await project.sync({}, { env: { GITHUB_OUTPUT: path } })
    expectCommitted(step, outputsInLog(step))
    expect(outputsInLog(step)['report-file']).toContain('report.json')
    expect(step.summary).toContain('1 created')
    expectWarning(step, `The outputs (\`GITHUB_OUTPUT\` is \`${path}\`) could not be written: `)
  })

  test('has its outputs in the log if nothing else can be written', async () => {
    const env = { GITHUB_OUTPUT: missing, GITHUB_STEP_SUMMARY: directory, RUNNER_TEMP: missing }
    const step = await project.sync({}, { env })
    expectCommitted(step, outputsInLog(step))
    expect(outputsInLog(step)['report-file']).toBe('')
    expect(step.warnings).toHaveLength(4)
  })

  test.each(['GITHUB_OUTPUT', 'GITHUB_STEP_SUMMARY=%s', 'RUNNER_TEMP'])(
    'needs no %s',
    async (variable) => {
      const step = await project.sync({}, { env: { [variable]: '' } })
      expectCommitted(step, variable === 'GITHUB_OUTPUT' ? outputsInLog(step) : step.outputs)
      expect(step.warnings).toEqual([])
      expect(step.stderr).toBe('')
    },
  )
})

test('a failed sync stays failed if its result cannot be published', async () => {
  const env = { GITHUB_OUTPUT: directory, GITHUB_STEP_SUMMARY: missing, RUNNER_TEMP: missing }
  const step = await project.sync({ branch: 'missing' }, { env })
  expect(step.exitCode).toBe(1)
  expect(outputsInLog(step)).toMatchObject({ operation: 'failed', changed: 'false' })
  expect(step.errors[0]).toContain('There is no branch `missing`')
})

test.each([
  ['', 0, 'committed'],
  ['missing', 1, 'failed'],
])('needs nobody who reads the log (branch: %j)', async (branch, exitCode, operation) => {
  const step = await project.sync({ branch }, { closeLog: true })
  expect(step.exitCode).toBe(exitCode)
  expect(step.outputs).toMatchObject({ operation })
  expect(step.report.operation).toBe(operation)
  expect(step.summary).not.toBe('')
  expect(step.stderr).toBe('')
})

test('leaves nothing but the complete report behind', async () => {
  const step = await project.sync({}, { env: { RUNNER_TEMP: directory } })
  const [folder = '', ...others] = readdirSync(directory)
  expect(others).toEqual([])
  expect(readdirSync(join(directory, folder))).toEqual(['report.json'])
  expect(step.report.records).toHaveLength(1)
})
