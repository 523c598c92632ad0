import { appendFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import * as core from '@actions/core'
import { annotate } from './annotations.ts'
import { reportOf, writeReport } from './report.ts'
import { logLines, safeLine } from './log.ts'
import { outputsOf } from './outputs.ts'
import { countOutcomes, type JobResult } from './result.ts'
import { renderSummary } from './summary.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Outputs, report, summary, annotations and the exit code: also after a failure. */
export async function publish(
  result: JobResult,
  environment: Environment,
  failOn: 'error' | 'never',
): Promise<void> {
  const reportFile = await writeReport(reportOf(result), environment.RUNNER_TEMP ?? tmpdir())
  for (const [name, value] of Object.entries(outputsOf(result, reportFile))) {
    core.setOutput(name, value)
  }
  for (const line of logLines(result)) core.info(safeLine(line))
  const summary = renderSummary(result)
  const summaryFile = environment.GITHUB_STEP_SUMMARY
  if (summaryFile !== undefined && summaryFile !== '') await appendFile(summaryFile, summary)

  const failed = hasFailed(result)
  const green = failOn === 'never'
  annotate(result, core, green ? 'warning' : 'error')
  if (failed && !green) process.exitCode = core.ExitCode.Failure
}

function hasFailed(result: JobResult): boolean {
  return (
    result.error !== undefined ||
    countOutcomes(result.entries).failed > 0 ||
    (result.connections?.some(({ status }) => status === 'failed') ?? false)
  )
}
