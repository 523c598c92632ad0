import { expect, test } from '@jest/globals'
import { expectFailure } from '../../testing/expectations.ts'
import { useWorld } from '../../testing/use-world.ts'

const world = await useWorld({ version: 3, throughGateway: true })
const project = world.createProject()

test('all invalid inputs are reported together, before any request', async () => {
  const step = await project.sync({ mode: 'dry-run', path: '../x', 'max-deletions': 'many' })
  expectFailure(
    project,
    step,
    /3 invalid inputs\..*\n.*`path` must.*\n.*`mode` must be one of `sync`, `plan`, `check` \(received `dry-run`\)\n.*`max-deletions`/,
    3,
  )
  expect(step.githubRequests).toEqual([])
  expect(step.mlflowRequests).toEqual([])
})

test('a missing tracking URI is reported, with how to set it', async () => {
  const step = await project.sync({ 'mlflow-tracking-uri': '' })
  expectFailure(project, step, /`mlflow-tracking-uri` is required.*`MLFLOW_TRACKING_URI`/)
})

test('a value that no header can hold is reported before any request and never shown', async () => {
  const step = await project.sync(
    { 'mlflow-token': 'hidden\nvalue', 'mlflow-headers': 'X-Key: hidden\u200bvalue' },
    { env: { MLFLOW_WORKSPACE: 'hidden\u2019value' } },
  )
  expectFailure(
    project,
    step,
    /3 invalid inputs\..*\n.*`mlflow-token` contains.*\n.*`mlflow-headers` is invalid: line 1 contains.*\n.*`mlflow-workspace` \(from `MLFLOW_WORKSPACE`\) contains/,
    3,
  )
  expect(step.visibleText).not.toMatch(/hidden/)
  expect(step.mlflowRequests).toEqual([])
})
