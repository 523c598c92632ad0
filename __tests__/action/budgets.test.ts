import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import {
  githubBytes,
  githubRequests,
  mlflowRequests,
  totalOf,
} from '../../testing/count-requests.ts'
import type { Project } from '../../testing/project.ts'
import { bulkRegister } from '../../testing/mlflow/bulk.ts'
import { useWorld } from '../../testing/use-world.ts'
import { checkOut } from '../fixtures/check-out.ts'
import { addFiles, registerMany } from '../fixtures/many-files.ts'

/** What syncs of ordinary size may cost; `budgets-large.test.ts` has the large ones. */

// The number of requests depends on the size of the registry, so no other test file may register models.
const world = await useWorld({ version: 3, ownServer: true, throughGateway: true })
const project = world.createProject()

/** Bytes of all files of a directory. */
function sizeOf({ repository }: Project, path: string): number {
  const sizes = repository.git('ls-tree', '-r', '--format=%(objectsize)', `main:${path}`)
  return sizes.split('\n').reduce((sum, size) => sum + Number(size), 0)
}

describe('1,000 new runs', () => {
  test('take one commit, 10 requests to GitHub, and 10 to MLflow besides the listing', async () => {
    registerMany(world, 'many', 1000)
    const step = await project.sync({ path: 'many', models: 'many-*' })
    expect(step.outputs).toMatchObject({ operation: 'committed', 'created-count': '1000' })
    expect(project.repository.commitCount()).toBe(2)
    expect(githubRequests(step)).toEqual({
      Branch: 1,
      DirectoryHistory: 1,
      Parents: 1,
      'POST git/trees': 5,
      'POST git/commits': 1,
      Move: 1,
    })
    const { 'model-versions/search': listings, ...others } = mlflowRequests(step)
    expect(listings).toBe(1)
    expect(totalOf(others)).toBeLessThanOrEqual(10)
    // The files as JSON, and little else.
    expect(githubBytes(step).sent).toBeLessThan(1.5 * sizeOf(project, 'many'))
    expect(step.outputs['changes-truncated']).toBe('true')
    expect(Buffer.byteLength(step.summary)).toBeLessThan(1024 * 1024)
  })
})

test('five targets with 100 unchanged files each take 2 requests to MLflow and 4 to GitHub', async () => {
  const names = ['one', 'two', 'three', 'four', 'five']
  for (const name of names) await addFiles(project, name, registerMany(world, name, 100), name)
  const targets = names.map(
    (name) => `  - { path: ${name}, models: ${name}-*, template: ${name}.tpl, prune: true }\n`,
  )
  project.repository.push('main', {
    ...Object.fromEntries(names.map((name) => [`${name}.tpl`, `name: ${name}\n`])),
    'config.yaml': `version: 1\ntargets:\n${targets.join('')}`,
  })
  const step = await project.sync({ config: 'config.yaml' })
  expect(step.outputs).toMatchObject({ operation: 'none', 'unchanged-count': '500' })
  expect(mlflowRequests(step)).toEqual({ 'model-versions/search': 1, 'runs/search': 1 })
  expect(githubRequests(step)).toEqual({ BranchFile: 1, Branch: 1, Blobs: 2 })
})

describe('500 unchanged versions', () => {
  const inputs = { path: 'same', models: 'same-*' }
  const toMlflow = { 'model-versions/search': 1, 'runs/search': 1 }

  test('take 2 requests to MLflow and 3 to GitHub, and each file is read once', async () => {
    await addFiles(project, 'same', registerMany(world, 'same', 500), 'same')
    const step = await project.sync(inputs)
    expect(step.outputs).toMatchObject({ operation: 'none', 'unchanged-count': '500' })
    expect(mlflowRequests(step)).toEqual(toMlflow)
    expect(githubRequests(step)).toEqual({ Branch: 1, Blobs: 2 })
    const { sent, received } = githubBytes(step)
    expect(sent).toBeLessThan(500 * 100)
    expect(received).toBeLessThan(1.25 * sizeOf(project, 'same'))
  })

  test('take 1 request to GitHub with a checkout in the workspace, which reads no file', async () => {
    const step = await project.sync(inputs, { workspace: checkOut(project) })
    expect(step.outputs).toMatchObject({ operation: 'none', 'unchanged-count': '500' })
    expect(mlflowRequests(step)).toEqual(toMlflow)
    expect(githubRequests(step)).toEqual({ Branch: 1 })
    expect(githubBytes(step).received).toBeLessThan(500 * 200)
  })

  test('take 1 request to GitHub with a checkout that has the line endings of Windows', async () => {
    const workspace = checkOut(project, { autocrlf: true })
    const [path = ''] = project.repository.paths('main', 'same')
    expect(readFileSync(join(workspace, path), 'utf8')).toContain('\r\n')
    const step = await project.sync(inputs, { workspace })
    expect(step.outputs).toMatchObject({ operation: 'none', 'unchanged-count': '500' })
    expect(githubRequests(step)).toEqual({ Branch: 1 })
  })

  test('are compared with the branch, not with a stale checkout', async () => {
    const workspace = checkOut(project)
    const { repository } = project
    const [path = ''] = repository.paths('main', 'same')
    const edited = repository.read(path).replace(/modelVersion: .*/, 'modelVersion: "9999"')
    repository.push('main', { [path]: edited })
    const step = await project.sync(inputs, { workspace })
    expect(step.outputs).toMatchObject({ 'updated-count': '1', 'unchanged-count': '499' })
  })

  test('take 2 more requests to GitHub with pull-request: true', async () => {
    const step = await project.sync({ ...inputs, 'pull-request': 'true' })
    expect(step.outputs).toMatchObject({ operation: 'none', 'unchanged-count': '500' })
    expect(mlflowRequests(step)).toEqual(toMlflow)
    expect(githubRequests(step)).toEqual({ Branch: 1, Blobs: 2, 'GET pulls': 1, HeadBranch: 1 })
  })

  test('take one more listing with aliases, of 1,000 models per page, and two with a run filter', async () => {
    // Models without a selected alias cost nothing else.
    const { experiment, mlflow, api } = world
    const options = { experimentId: experiment.id, count: 1200, models: 1200 }
    bulkRegister(mlflow, { ...options, prefix: 'other' })
    for (let model = 0; model < 10; model += 1) await api.setAlias(`same-${model}`, 'champion', '7')
    const step = await project.sync({
      ...inputs,
      aliases: 'champion',
      filter: "name LIKE 'same-%'",
      'run-filter': 'metrics.accuracy > 0.5',
    })
    expect(step.outputs).toMatchObject({ operation: 'none', 'unchanged-count': '10' })
    expect(mlflowRequests(step)).toEqual({
      'registered-models/search': 2,
      'model-versions/search': 1,
      'experiments/search': 1,
      'runs/search': 2,
    })
    expect(githubRequests(step)).toEqual({ Branch: 1, Blobs: 1 })
  })
})

describe('100 new runs beside 500 unchanged versions in a pull request', () => {
  const inputs = { path: 'same', models: 'same-*\nproposed-*', 'pull-request': 'true' }

  test('take 10 requests to GitHub when it is opened', async () => {
    registerMany(world, 'proposed', 100)
    const step = await project.sync(inputs)
    expect(step.outputs).toMatchObject({
      operation: 'pull-request-created',
      'created-count': '100',
      'unchanged-count': '500',
    })
    expect(totalOf(mlflowRequests(step))).toBeLessThanOrEqual(11)
    expect(githubRequests(step)).toEqual({
      Branch: 1,
      Blobs: 2,
      DirectoryHistory: 1,
      'GET pulls': 1,
      HeadBranch: 1,
      'POST git/trees': 1,
      'POST git/commits': 1,
      Move: 1,
      'POST pulls': 1,
    })
  })

  test('take 6 while it waits, and send no file again', async () => {
    const step = await project.sync(inputs)
    expect(step.outputs).toMatchObject({ operation: 'none', 'created-count': '100' })
    expect(githubRequests(step)).toEqual({
      Branch: 1,
      Blobs: 2,
      DirectoryHistory: 1,
      'GET pulls': 1,
      HeadBranch: 1,
    })
    expect(githubBytes(step).sent).toBeLessThan(500 * 100)
  })
})
