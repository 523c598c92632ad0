import { appendFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import * as core from '@actions/core'
import { plain, prose, type Prose } from '../core/text/prose.ts'
import { annotate } from './annotations.ts'
import { appendCompletely } from './command-file.ts'
import { logBlocks, safeLine } from './log.ts'
import { createOutputs } from './outputs.ts'
import { createReport, writeReport } from './report.ts'
import { hasFailed, type JobResult } from './result.ts'
import { renderSummary } from './summary.ts'

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Sets the exit code and the outputs, then writes the report, log, summary and annotations: the most
 * important first. One that fails leaves the others alone, and the exit code too, which tells about
 * the sync: it becomes a warning.
 */
export async function publish(
  result: JobResult,
  environment: Environment,
  failOn: 'error' | 'never',
): Promise<void> {
  const failsStep = failOn === 'error'
  if (failsStep && hasFailed(result)) process.exitCode = core.ExitCode.Failure

  const warnings: Prose[] = []
  const write = async (what: Prose, work: () => void | Promise<void>): Promise<void> => {
    try {
      await work()
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      warnings.push(prose`${what} could not be written: ${reason}`)
    }
  }
  const place = (variable: string): Prose =>
    prose`\`${variable}\` is \`${environment[variable] ?? ''}\``

  await write(prose`The outputs (${place('GITHUB_OUTPUT')})`, () =>
    setOutputs(createOutputs(result, '')),
  )
  let reportFile = ''
  await write(prose`The report (${place('RUNNER_TEMP')})`, async () => {
    const directory = environment.RUNNER_TEMP ?? ''
    reportFile = await writeReport(createReport(result), directory === '' ? tmpdir() : directory)
    await setOutputs({ 'report-file': reportFile })
  })
  await write(prose`The log`, () => {
    for (const { title, lines } of logBlocks(result, reportFile)) {
      if (title !== undefined) core.startGroup(safeLine(title))
      for (const line of lines) core.info(safeLine(line))
      if (title !== undefined) core.endGroup()
    }
  })
  await write(prose`The summary (${place('GITHUB_STEP_SUMMARY')})`, () =>
    appendSummary(withWarnings(result, warnings), environment.GITHUB_STEP_SUMMARY ?? ''),
  )
  for (const warning of warnings) core.info(safeLine(`Warning: ${plain(warning)}`))
  annotate(withWarnings(result, warnings), core, {
    level: failsStep ? 'error' : 'warning',
    repository: environment.GITHUB_REPOSITORY,
  })
}

/**
 * If the file of the outputs can't be written, they are set by commands in the log, as on runners
 * that have no such file. GitHub's runner still accepts these, so later steps get their values.
 */
async function setOutputs(outputs: Readonly<Record<string, string>>): Promise<void> {
  const setAll = (): void => {
    for (const [name, value] of Object.entries(outputs)) core.setOutput(name, value)
  }
  const file = process.env.GITHUB_OUTPUT ?? ''
  if (file === '') {
    setAll()
    return
  }
  try {
    await appendCompletely(file, setAll)
  } catch (error) {
    process.env.GITHUB_OUTPUT = ''
    setAll()
    throw error
  }
}

async function appendSummary(result: JobResult, file: string): Promise<void> {
  const summary = renderSummary(result)
  if (file !== '') await appendCompletely(file, () => appendFile(file, summary))
}

function withWarnings(result: JobResult, warnings: readonly Prose[]): JobResult {
  return { ...result, warnings: [...warnings, ...result.warnings] }
}
