import { expect } from '@jest/globals'
import type { Project } from './project.ts'
import type { Step } from './step.ts'

/**
 * The step failed without writing anything: exit code 1, all outputs set, and one error annotation,
 * or one that sums up and one for each of several mistakes.
 */
export function expectFailure(project: Project, step: Step, message: RegExp, mistakes = 0): void {
  expect(step.log).toMatch(message)
  expect(step.exitCode).toBe(1)
  expect(step.outputs).toMatchObject({
    operation: 'failed',
    changed: 'false',
    'created-count': '0',
    changes: '[]',
    'commit-sha': '',
  })
  expect(step.errors).toHaveLength(1 + mistakes)
  expect(step.summary).toMatch(/failed/i)
  expect(project.repository.commitCount()).toBe(1)
}

/** The step succeeded and listed MLflow's model versions. */
export function expectMlflowReached(step: Step): void {
  expect(step.log).toMatch(/MLflow lists \d+ model versions?/)
  expect(step.exitCode).toBe(0)
}
