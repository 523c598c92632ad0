import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { Ajv } from 'ajv'
import { parse } from 'yaml'
import type { Report } from '../../src/report/report.ts'
import { exampleFolder, readExamples } from '../../testing/examples.ts'
import { mergePullRequest } from '../../testing/github/pull-requests.ts'
import { onlyWhere } from '../../testing/only-where.ts'
import { copyExample, runExample } from '../../testing/run-example.ts'
import { useWorld } from '../../testing/use-world.ts'
import { lastChanges, operationOf, scratch, standIn, usedIn } from '../fixtures/example-runs.ts'

const world = await useWorld({ version: 3, throughGateway: true })
const workflow = '.github/workflows/mlflow-sync.yml'

test('the quick start is the one of the README, word for word', () => {
  const file = join(exampleFolder('quick-start'), workflow)
  expect(readFileSync(file, 'utf8')).toBe(readExamples('README.md')[0]?.text)
})

test("the promotion's configuration is valid by the schema that it names for editors", () => {
  const text = readFileSync(join(exampleFolder('promotion'), '.github/mlflow-sync.yaml'), 'utf8')
  const [, path = ''] =
    /^# yaml-language-server: \$schema=https:\S+?\/(schema\/\S+)\n/.exec(text) ?? []
  // Editors know more keywords.
  const validate = new Ajv({ strict: false }).compile(
    JSON.parse(readFileSync(path, 'utf8')) as object,
  )
  expect(validate(parse(text)) || validate.errors).toBe(true)
})

onlyWhere('act').describe('the example', () => {
  test('quick-start shows a plan, and commits without the line `mode: plan`', async () => {
    const project = copyExample(world, exampleFolder('quick-start'))
    const { repository } = project
    const { name, runId } = await project.register('summarizer')
    await world.api.setAlias(name, 'production', '1')
    await project.register('draft')
    const version = join(scratch, 'version.cjs')
    writeFileSync(version, 'console.log(`runs with Node.js ${process.version}`)')
    const plan = await runExample(world, project, { env: { NODE_OPTIONS: `--require=${version}` } })
    expect(plan.log).toContain('runs with Node.js v24.')
    expect(operationOf(plan)).toBe('planned')
    expect(plan.summary).toContain(name)
    expect(repository.commitCount()).toBe(1)
    const authorizations = world.gateway.requests.map(({ headers }) => headers.authorization)
    expect(authorizations).toContain('Bearer token-for-mlflow')

    const text = repository.read(workflow)
    repository.push('main', { [workflow]: text.replace(/^ +mode: plan.*\n/m, '') })
    const sync = await runExample(world, project)
    expect(lastChanges(repository)).toEqual([`A\tdeploy/values/${runId}.yaml`])
    expect(Object.values(sync.outputs)).toMatchObject([
      { operation: 'committed', 'commit-sha': repository.head() },
    ])
  })

  test('quick-start deletes the file of a version that lost the alias, after its successor has one', async () => {
    const project = copyExample(world, exampleFolder('quick-start'))
    const { repository } = project
    const text = repository.read(workflow)
    repository.push('main', { [workflow]: text.replace(/^ +mode: plan.*\n/m, '') })
    const { name, runId: first } = await project.register('summarizer')
    const { runId: second } = await project.register('summarizer')
    await world.api.setAlias(name, 'production', '1')
    await runExample(world, project)
    await world.api.setAlias(name, 'production', '2')
    await runExample(world, project)
    expect(lastChanges(repository)).toEqual([`A\tdeploy/values/${second}.yaml`])
    await runExample(world, project)
    expect(lastChanges(repository)).toEqual([`D\tdeploy/values/${first}.yaml`])
    expect(repository.paths('main', 'deploy')).toEqual([`deploy/values/${second}.yaml`])
  })

  test('pull-request opens one for review, and finds everything in place after its merge', async () => {
    const project = copyExample(world, exampleFolder('pull-request'))
    const { repository } = project
    // The workflow's own token cannot see teams.
    repository.settings.showsTeams = false
    const { name, runId } = await project.register('summarizer')
    await world.api.setAlias(name, 'production', '1')
    const base = repository.head()

    await runExample(world, project)
    expect(repository.head()).toBe(base)
    expect(repository.pullRequests).toMatchObject([
      { state: 'open', labels: ['models'], reviewers: ['ada', 'grace'] },
    ])
    const proposed = repository.head('mlflow-sync/main')
    expect(repository.git('diff', '--name-status', 'main', proposed)).toBe(
      `A\tdeploy/values/${runId}.yaml`,
    )

    expect(operationOf(await runExample(world, project))).toBe('none')
    expect(repository.head('mlflow-sync/main')).toBe(proposed)

    mergePullRequest(repository, 1)
    const merged = repository.head()
    expect(operationOf(await runExample(world, project))).toBe('none')
    expect(repository.head()).toBe(merged)
    expect(repository.git('branch', '--format=%(refname:short)')).toBe('main')
    expect(repository.pullRequests).toHaveLength(1)
  })

  test('promotion follows the aliases champion and challenger', async () => {
    const project = copyExample(world, exampleFolder('promotion'))
    const { name, runId: first } = await project.register('summarizer')
    const { runId: second } = await project.register('summarizer')
    await world.api.setAlias(name, 'champion', '1')
    await world.api.setAlias(name, 'challenger', '2')
    await runExample(world, project)
    expect(lastChanges(project.repository)).toEqual([
      `A\tdeploy/production/${first}.yaml`,
      `A\tdeploy/staging/${second}.yaml`,
    ])

    await world.api.setAlias(name, 'champion', '2')
    await runExample(world, project)
    expect(lastChanges(project.repository)).toEqual([`A\tdeploy/production/${second}.yaml`])
    await runExample(world, project)
    expect(lastChanges(project.repository)).toEqual([`D\tdeploy/production/${first}.yaml`])
    expect(project.repository.paths('main', 'deploy')).toEqual([
      `deploy/production/${second}.yaml`,
      `deploy/staging/${second}.yaml`,
    ])
  })

  test('matrix lets every team commit to its directory of one branch, and forgets no model', async () => {
    const project = copyExample(world, exampleFolder('matrix'))
    const { repository } = project
    const own = project.model('model')
    const paths: string[] = []
    for (const [team, name] of [
      ['ads', `ads-${own}`],
      ['chat', `chat-${own}`],
      ['others', own],
    ] as const) {
      const { runId } = await world.api.register(world.experiment.id, name)
      await world.api.setAlias(name, 'production', '1')
      paths.push(`deploy/${team}/${runId}.yaml`)
    }
    await runExample(world, project)
    expect(repository.paths('main', 'deploy')).toEqual(paths)
    expect(
      repository.git('log', '--format=%s', '--name-only', 'main~3..main', '--', 'deploy'),
    ).toMatch(/^(Add \S+ version 1 \(\w+\)\n\ndeploy\S+\n?\n?){3}$/)
    const head = repository.head()
    await runExample(world, project)
    expect(repository.head()).toBe(head)
  })

  test('dispatch does what was chosen, and uploads the report, also of a failure', async () => {
    const project = copyExample(world, exampleFolder('dispatch'))
    const { name, runId } = await project.register('summarizer')
    await world.api.setAlias(name, 'production', '1')
    const uploaded = join(scratch, 'uploaded')
    const upload = standIn(['path'], `cp "$INPUTS" '${uploaded}'`)
    const actions = { [usedIn('dispatch', 'actions/upload-artifact')]: upload }
    const dispatch = { event: 'workflow_dispatch', actions }
    const report = (): Report => {
      const text = readFileSync(uploaded, 'utf8')
      rmSync(uploaded)
      return JSON.parse(text) as Report
    }
    const start = async (inputs: Record<string, string>): Promise<Report> => {
      await runExample(world, project, { ...dispatch, inputs })
      return report()
    }
    // Nobody chose anything: the default.
    const plan = await start({})
    expect(plan).toMatchObject({ operation: 'planned', records: [{ runId, outcome: 'created' }] })
    const check = await start({ mode: 'check' })
    expect(check.connections?.map(({ status }) => status)).not.toContain('failed')
    expect(project.repository.commitCount()).toBe(1)

    const secrets = { GITHUB_TOKEN: 'expired' }
    const failing = runExample(world, project, { ...dispatch, secrets })
    await expect(failing).rejects.toThrow('the workflow failed')
    expect(report()).toMatchObject({ operation: 'failed' })

    const sync = await start({ mode: 'sync' })
    expect(sync.commit?.sha).toBe(project.repository.head())
    expect(lastChanges(project.repository)).toEqual([`A\tdeploy/values/${runId}.yaml`])
  })
})
