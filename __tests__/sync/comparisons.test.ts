import { beforeEach, expect, test } from '@jest/globals'
import { json } from '../../testing/mlflow/gateway-rules.ts'
import type { Project } from '../../testing/project.ts'
import { headBranch, onlyPullRequest } from '../../testing/pull-requests.ts'
import { useWorld } from '../../testing/use-world.ts'
import { stepInProcess } from '../fixtures/step-in-process.ts'

const world = await useWorld({ version: 3, throughGateway: true })
let project: Project
let runIds: string[]

/** Three versions of a model, of which the first and then the third is the champion. */
beforeEach(async () => {
  project = world.createProject()
  runIds = []
  for (const accuracy of [0.5, 0.6, 0.75]) {
    const spec = { metrics: { accuracy, loss: 1 }, params: { epochs: String(accuracy * 100) } }
    runIds.push((await project.register('m', spec)).runId)
  }
  await world.api.setAlias(project.model('m'), 'champion', '1')
  await stepInProcess(world, project, inputs)
  await world.api.setAlias(project.model('m'), 'champion', '3')
})

const inputs = { aliases: 'champion', prune: 'true' }

/** The table that compares the third version with the first, not with the second. */
function expectComparison(markdown: string): void {
  const [first = '', , third = ''] = runIds
  const model = project.model('m')
  expect(markdown).toContain(`<details open><summary>${model} 3 compared with version 1</summary>`)
  expect(markdown).toContain(
    [
      '|  | Version 1 | Version 3 | Change |',
      '| --- | --: | --: | --: |',
      '| accuracy | 0.5 | 0.75 | ▲ +0.25 better |',
      '| epochs | 50 | 75 | changed |',
    ].join('\n'),
  )
  expect(markdown).toContain('<summary>1 equal</summary>\n\n|  | Version 3 |')
  const runs = encodeURIComponent(JSON.stringify([first, third]))
  expect(markdown).toContain(`/#/compare-runs?runs=${runs}&experiments=`)
}

test.each(['sync', 'plan'])(
  'with mode %s, the summary compares a version with the one that it replaces',
  async (mode) => {
    const step = await stepInProcess(world, project, { ...inputs, mode })
    expect(step.outputs.operation).toBe(mode === 'sync' ? 'committed' : 'planned')
    expectComparison(step.summary)
  },
)

test('a pull request and the summary compare the same, with one request', async () => {
  const searches = (requests: readonly { readonly url: string }[]): number =>
    requests.filter(({ url }) => url.includes('runs/search')).length
  const plan = await stepInProcess(world, project, { ...inputs, mode: 'plan' })
  const step = await stepInProcess(world, project, { 'pull-request': 'true', ...inputs })
  expectComparison(step.summary)
  expectComparison(onlyPullRequest(project).body)
  expect(project.repository.head(headBranch)).toBe(step.outputs['commit-sha'])
  expect(searches(step.mlflowRequests)).toBe(searches(plan.mlflowRequests))
})

test.each([403, 500])(
  'a pull request is updated although MLflow responds to the comparison with HTTP %d',
  async (status) => {
    await stepInProcess(world, project, { 'pull-request': 'true', ...inputs })
    await world.api.setAlias(project.model('m'), 'champion', '2')
    const [first = ''] = runIds
    world.gateway.rule = ({ url, body }) =>
      /runs\/(?:search|get)/.test(url) && (url + body).includes(first)
        ? json({ error_code: 'PERMISSION_DENIED', message: 'Permission denied' }, status)
        : undefined
    const step = await stepInProcess(world, project, { 'pull-request': 'true', ...inputs })
    expect(step.exitCode).toBe(0)
    expect(step.outputs).toMatchObject({
      operation: 'pull-request-updated',
      'commit-sha': project.repository.head(headBranch),
    })
    expect(onlyPullRequest(project).body).toContain(`${project.model('m')} | [2]`)
  },
)

test.each(['sync', 'plan'])(
  'with mode %s, a comparison that MLflow cannot answer is left out',
  async (mode) => {
    const [first = ''] = runIds
    world.gateway.rule = ({ url, body }) =>
      /runs\/(?:search|get)/.test(url) && (url + body).includes(first)
        ? json({ error_code: 'INTERNAL_ERROR', message: 'corrupt row' }, 500)
        : undefined
    const step = await stepInProcess(world, project, { ...inputs, mode })
    expect(step.exitCode).toBe(0)
    expect(step.outputs.operation).toBe(mode === 'sync' ? 'committed' : 'planned')
    expect(step.summary).not.toContain('compared with')
  },
)
