import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import { actIsMissing, runWorkflow } from '../../testing/act.ts'
import { createCheckout } from '../../testing/checkout.ts'
import { actionName, readExamples } from '../../testing/examples.ts'
import { createWorld } from '../../testing/world.ts'

const describeWorkflows = actIsMissing === undefined ? describe : describe.skip
const suffix = actIsMissing === undefined ? '' : ` (skipped: ${actIsMissing})`

const scratch = mkdtempSync(join(tmpdir(), 'workflows-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

/** Actions that only install what is installed here. */
function emptyAction(): string {
  const folder = join(scratch, 'empty-action')
  mkdirSync(folder, { recursive: true })
  const step = "{ run: 'true', shell: bash }"
  const lines = ['name: empty', 'runs:', '  using: composite', `  steps: [${step}]`]
  writeFileSync(join(folder, 'action.yml'), `${lines.join('\n')}\n`)
  return folder
}

describeWorkflows(`the workflow of this project${suffix}`, () => {
  test("the project's self-test passes", async () => {
    const checkout = createCheckout({ installed: true })
    const workflow = '.github/workflows/ci.yml'
    const text = readFileSync(workflow, 'utf8')
    const setUps = [...text.matchAll(/actions\/setup-\w+@\w+/g)].map(([action]) => action)
    const run = await runWorkflow({
      directory: checkout.directory,
      workflow,
      event: 'push',
      args: ['--job', 'self-test', '--matrix', 'os:ubuntu-latest'],
      actions: Object.fromEntries(setUps.map((action) => [action, emptyAction()])),
      env: { GITHUB_REPOSITORY: 'acme/deployments' },
    })
    checkout.remove()
    expect(run.exitCode === 0 ? '' : run.log).toBe('')
    expect(run.outputs.first).toMatchObject({ operation: 'committed', 'created-count': '1' })
    expect(run.outputs.second).toMatchObject({ operation: 'none', changed: 'false' })
  })
})

describeWorkflows(`the quick start of the README${suffix}`, () => {
  test('shows a plan as it is pasted, and commits without the line `mode: plan`', async () => {
    const world = await createWorld({ version: 3, ownServer: true })
    const project = world.createProject({ name: 'acme/deployments' })
    const { runId } = await project.register('summarizer')
    await world.api.setAlias('summarizer', 'production', '1')
    await project.register('summarizer')
    const version = join(scratch, 'version.cjs')
    writeFileSync(version, 'console.log(`runs with Node.js ${process.version}`)')
    const pasted = readExamples('README.md')[0]?.text ?? ''
    const action = createCheckout()
    const run = (name: string, workflow: string) =>
      runWorkflow({
        directory: createRepository(name, workflow),
        workflow: '.github/workflows/mlflow-sync.yml',
        event: 'workflow_dispatch',
        actions: { [`${actionName}v1`]: action.directory },
        env: {
          GITHUB_API_URL: world.github.apiUrl,
          GITHUB_GRAPHQL_URL: world.github.graphqlUrl,
          GITHUB_REPOSITORY: 'acme/deployments',
          NODE_OPTIONS: `--require=${version}`,
        },
        secrets: { GITHUB_TOKEN: world.github.token, MLFLOW_TOKEN: 'unused-token' },
        variables: { MLFLOW_TRACKING_URI: world.mlflow.url },
      })
    try {
      const { git } = project.repository
      const before = git('rev-parse', 'main')
      const plan = await run('plan', pasted)
      expect(plan.exitCode === 0 ? '' : plan.log).toBe('')
      expect(plan.log).toContain('runs with Node.js v24.')
      expect(Object.values(plan.outputs)).toMatchObject([
        { operation: 'planned', 'created-count': '1' },
      ])
      expect(git('rev-parse', 'main')).toBe(before)

      const sync = await run('sync', pasted.replace(/^ +mode: plan.*\n/m, ''))
      expect(sync.exitCode === 0 ? '' : sync.log).toBe('')
      expect(git('diff', '--name-status', 'main~1', 'main')).toBe(`A\tdeploy/values/${runId}.yaml`)
      expect(Object.values(sync.outputs)).toMatchObject([
        { operation: 'committed', 'commit-sha': git('rev-parse', 'main') },
      ])
      expect(sync.summary).toContain('summarizer')
    } finally {
      action.remove()
      await world.close()
    }
  })
})

/** A repository that has nothing but one workflow. */
function createRepository(name: string, workflow: string): string {
  const directory = join(scratch, name)
  mkdirSync(join(directory, '.github', 'workflows'), { recursive: true })
  writeFileSync(join(directory, '.github', 'workflows', 'mlflow-sync.yml'), workflow)
  const person = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com']
  for (const args of [
    ['init', '--quiet', '--initial-branch=main'],
    ['add', '--all'],
    [...person, 'commit', '--quiet', '--message', 'First commit'],
  ]) {
    execFileSync('git', args, { cwd: directory, stdio: 'pipe' })
  }
  return directory
}
