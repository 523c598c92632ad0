import { appendFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import * as core from '@actions/core'
import { annotate } from './annotations.ts'
import { logLines, safeLine } from './log.ts'
import { createOutputs } from './outputs.ts'
import { createReport, writeReport } from './report.ts'
import { countOutcomes, type JobResult } from './result.ts'
import { renderSummary } from './summary.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Writes the report, outputs, log, summary and annotations, and sets the exit code. */
export async function publish(
  result: JobResult,
  environment: Environment,
  failOn: 'error' | 'never',
): Promise<void> {
  const reportFile = await writeReport(createReport(result), environment.RUNNER_TEMP ?? tmpdir())
  for (const [name, value] of Object.entries(createOutputs(result, reportFile))) {
    core.setOutput(name, value)
  }
  for (const line of logLines(result)) core.info(safeLine(line))
  const summary = renderSummary(result)
  const summaryFile = environment.GITHUB_STEP_SUMMARY
  if (summaryFile !== undefined && summaryFile !== '') await appendFile(summaryFile, summary)

  const failsStep = failOn === 'error'
  annotate(result, core, failsStep ? 'error' : 'warning')
  if (failsStep && hasFailed(result)) process.exitCode = core.ExitCode.Failure
}

function hasFailed(result: JobResult): boolean {
  return (
    result.error !== undefined ||
    countOutcomes(result.entries).failed > 0 ||
    (result.connections?.some(({ status }) => status === 'failed') ?? false)
  )
}
