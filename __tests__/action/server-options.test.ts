import { describe, expect, test } from '@jest/globals'
import { expectMlflowReached } from '../../testing/expectations.ts'
import type { MlflowOptions } from '../../testing/mlflow/launch.ts'
import { startMlflow } from '../../testing/mlflow/server.ts'
import { useWorld } from '../../testing/use-world.ts'

const world = await useWorld({ version: 3 })
const project = world.createProject()

function plan(inputs: Record<string, string>) {
  return project.sync({ mode: 'plan', ...inputs })
}

async function withServer(
  options: MlflowOptions,
  run: (url: string) => Promise<void>,
): Promise<void> {
  const server = await startMlflow(options)
  try {
    await run(server.url)
  } finally {
    await server.stop()
  }
}

describe('the static prefix', () => {
  test.each([3, 2] as const)('of MLflow %i is part of the address', (version) =>
    withServer({ version, staticPrefix: '/ml' }, async (url) => {
      expectMlflowReached(await plan({ 'mlflow-tracking-uri': `${url}/#/models` }))
      // MLflow 2 also serves its API without the prefix.
      if (version === 2) return
      const step = await plan({ 'mlflow-tracking-uri': new URL(url).origin })
      expect(step.exitCode).toBe(1)
      expect(step.log).toMatch(/There is no MLflow API at .*static prefix/)
    }),
  )
})

describe('workspaces', () => {
  test('are chosen with mlflow-workspace, and an unknown one is reported', () =>
    withServer({ version: 3, workspaces: true }, async (url) => {
      expectMlflowReached(await plan({ 'mlflow-tracking-uri': url, 'mlflow-workspace': 'default' }))
      const step = await plan({ 'mlflow-tracking-uri': url, 'mlflow-workspace': 'nowhere' })
      expect(step.exitCode).toBe(1)
      expect(step.log).toMatch(/::error.*workspace.*mlflow-workspace/i)
    }))

  test('are reported as disabled without a retry', async () => {
    const step = await plan({ 'mlflow-workspace': 'research' })
    expect(step.log).toMatch(/feature switched off.*Remove `mlflow-workspace`/)
    expect(step.report.requests.mlflow).toBe(1)
  })
})
