import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import { bulkRegister } from '../../testing/mlflow/bulk.ts'
import type { SyncOptions } from '../../testing/project.ts'
import { useWorld } from '../../testing/use-world.ts'

// The number of requests depends on the size of the registry, so no other test file may register models.
const world = await useWorld({ version: 3, ownServer: true })
const project = world.createProject()
const workspaces: string[] = []

afterAll(() => {
  for (const workspace of workspaces) rmSync(workspace, { recursive: true })
})

function register(prefix: string, count: number, loggedModels: boolean): void {
  bulkRegister(world.mlflow, { experimentId: world.experiment.id, count, prefix, loggedModels })
}

/** Syncs, and checks that the report counts exactly the requests that GitHub received. */
async function countedSync(inputs: Record<string, string>, options: SyncOptions = {}) {
  const step = await project.sync(inputs, options)
  expect(step.githubRequests).toHaveLength(step.report.requests.github)
  return { step, requests: step.report.requests }
}

/** Clones the repository into a new workspace, like `actions/checkout`. */
function checkOut(): string {
  const workspace = mkdtempSync(join(tmpdir(), 'workspace-'))
  workspaces.push(workspace)
  execFileSync('git', ['clone', '--quiet', project.repository.store.gitDir, workspace])
  return workspace
}

test('1,000 new runs in MLflow 3 take one commit and, apart from the listing, at most 10 requests to either server', async () => {
  register('many', 1000, true)
  const { step, requests } = await countedSync({ path: 'many', models: 'many-*' })
  expect(step.outputs).toMatchObject({ operation: 'committed', 'created-count': '1000' })
  expect(project.repository.commitCount()).toBe(2)
  expect(requests.github).toBeLessThanOrEqual(10)
  expect(requests.mlflow).toBeLessThanOrEqual(11)
  expect(step.outputs['changes-truncated']).toBe('true')
  expect(Buffer.byteLength(step.summary)).toBeLessThan(1024 * 1024)
})

describe('500 unchanged versions', () => {
  const inputs = { path: 'same', models: 'same-*' }

  test('take 2 requests to MLflow and 3 to GitHub', async () => {
    register('same', 500, false)
    await project.sync(inputs)
    const { step, requests } = await countedSync(inputs)
    expect(step.outputs).toMatchObject({ operation: 'none', 'unchanged-count': '500' })
    expect(requests).toEqual({ mlflow: 2, github: 3 })
  })

  test('take 1 request to GitHub with a checkout in the workspace', async () => {
    const { step, requests } = await countedSync(inputs, { workspace: checkOut() })
    expect(step.outputs).toMatchObject({ operation: 'none', 'unchanged-count': '500' })
    expect(requests).toEqual({ mlflow: 2, github: 1 })
  })

  test('are compared with the branch, not with a stale checkout', async () => {
    const workspace = checkOut()
    const { repository } = project
    const [path = ''] = repository.paths('main', 'same')
    const edited = repository.read(path).replace(/modelVersion: .*/, 'modelVersion: "9999"')
    repository.push('main', { [path]: edited })
    const { step } = await countedSync(inputs, { workspace })
    expect(step.outputs).toMatchObject({ 'updated-count': '1', 'unchanged-count': '499' })
  })
})
