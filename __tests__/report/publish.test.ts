import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { appendCompletely } from '../../src/report/command-file.ts'
import { publish } from '../../src/report/publish.ts'
import type { JobResult } from '../../src/report/result.ts'
import { readCommandFile } from '../../testing/readers/runner.ts'
import { change } from '../fixtures/changes.ts'
import { result } from '../fixtures/results.ts'

let directory: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'publish-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

describe('appending to a file of the runner', () => {
  test('takes back what was appended before it failed', async () => {
    const file = join(directory, 'output')
    writeFileSync(file, 'earlier=1\n')
    const append = appendCompletely(file, () => {
      appendFileSync(file, 'operation<<end\ncommit')
      throw new Error('no space left on device')
    })
    await expect(append).rejects.toThrow('no space left')
    expect(readFileSync(file, 'utf8')).toBe('earlier=1\n')
  })
})

describe('an exception while the result is rendered', () => {
  const outputFile = () => join(directory, 'output')
  const { GITHUB_OUTPUT, RUNNER_TEMP } = process.env

  beforeEach(() => {
    process.env.GITHUB_OUTPUT = outputFile()
    writeFileSync(outputFile(), '')
  })
  afterEach(() => {
    process.exitCode = undefined
    Object.assign(process.env, {
      GITHUB_OUTPUT: GITHUB_OUTPUT ?? '',
      RUNNER_TEMP: RUNNER_TEMP ?? '',
    })
  })

  /** `phases` only reaches the report, and `uiUrl` the links of the summary. */
  test.each(['phases', 'uiUrl'] as const)('of %s loses no output', async (field) => {
    const broken: JobResult = Object.defineProperty(
      { ...result({ entries: [change('created')] }) },
      field,
      {
        get: () => {
          throw new Error('a bug')
        },
        enumerable: false,
      },
    )
    const summaryFile = join(directory, 'summary')
    const environment = {
      GITHUB_OUTPUT: outputFile(),
      GITHUB_STEP_SUMMARY: summaryFile,
      RUNNER_TEMP: directory,
    }
    await publish(broken, environment, 'error')
    const outputs = readCommandFile(readFileSync(outputFile(), 'utf8'))
    expect(outputs).toMatchObject({ operation: 'committed', 'created-count': '1' })
    expect(existsSync(outputs['report-file'] ?? '')).toBe(field === 'uiUrl')
    expect(existsSync(summaryFile)).toBe(field === 'phases')
  })
})
