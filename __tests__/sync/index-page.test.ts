import { beforeEach, describe, expect, test } from '@jest/globals'
import { closePullRequest } from '../../testing/github/people.ts'
import { mergePullRequest } from '../../testing/github/pull-requests.ts'
import { isListing, json } from '../../testing/mlflow/gateway-rules.ts'
import type { Project } from '../../testing/project.ts'
import { headBranch, onlyPullRequest } from '../../testing/pull-requests.ts'
import { renderMarkdown } from '../../testing/readers/markdown.ts'
import { useWorld } from '../../testing/use-world.ts'
import { stepInProcess, type InProcessStep } from '../fixtures/step-in-process.ts'

const world = await useWorld({ version: 3, throughGateway: true })
let project: Project

const path = 'deploy/README.md'
const marks = ['<!-- mlflow-sync:index -->', '<!-- /mlflow-sync:index -->']

beforeEach(() => {
  project = world.createProject()
})

function sync(inputs: Record<string, string> = {}): Promise<InProcessStep> {
  return stepInProcess(world, project, { path: 'deploy', index: 'README.md', ...inputs })
}

/** Model and version of each row of the index. */
function indexed(ref = 'main'): string[] {
  const { rows } = renderMarkdown(project.repository.read(path, ref))
  return rows
    .slice(1)
    .map(([name = '', version = '']) => `${name.replace(/^t\w+-\d+-/, '')} ${version}`)
}

describe('an index page', () => {
  test('is in the same commit as the files that it lists, and a second sync changes nothing', async () => {
    const { runId, name } = await project.register('b')
    await project.register('a')
    const step = await sync()
    expect(step.outputs).toMatchObject({ operation: 'committed', 'created-count': '2' })
    expect(project.repository.commitCount()).toBe(2)
    expect(indexed()).toEqual(['a 1', 'b 1'])
    const { links } = renderMarkdown(project.repository.read(path))
    const targets = links.map(({ target }) => target)
    expect(targets).toContain(`${runId}.yaml`)
    expect(targets).toContain(`${world.gateway.url}/#/models/${name}/versions/1`)
    expect(targets).toContain(
      `${world.gateway.url}/#/experiments/${world.experiment.id}/runs/${runId}`,
    )
    expect((await sync()).outputs).toMatchObject({ operation: 'none', changed: 'false' })
    expect(project.repository.commitCount()).toBe(2)
  })

  test('lists files on hold and those of other jobs, also of versions that are not selected', async () => {
    const held = await project.registerExternal('held')
    await project.registerExternal('other')
    await stepInProcess(world, project, { path: 'deploy' })
    const file = `deploy/${held.runId}.yaml`
    const text = project.repository.read(file)
    project.repository.push('main', { [file]: `# mlflow-sync: hold\n${text}` })
    await project.registerExternal('own')
    const step = await sync({ models: project.model('own') })
    expect(step.outputs).toMatchObject({ 'created-count': '1', 'held-count': '0' })
    expect(indexed()).toEqual(['held 1', 'other 1', 'own 1'])
  })

  test('leaves the text around it as it is, and follows its line endings', async () => {
    const [before, after] = ['# Mine\t\r\n\r\n', '\r\nthe end']
    project.repository.push('main', { [path]: `${before}${marks.join('\r\n')}${after}` })
    await project.registerExternal('m')
    await sync()
    const text = project.repository.read(path)
    expect(text.startsWith(`${before}${marks[0] ?? ''}\r\n`)).toBe(true)
    expect(text.endsWith(`\r\n${marks[1] ?? ''}${after}`)).toBe(true)
    expect(text.replaceAll('\r\n', '')).not.toContain('\n')
    expect(indexed()).toEqual(['m 1'])
  })

  test('that a person damaged is left alone, with a warning that names the line', async () => {
    project.repository.push('main', { [path]: `# Mine\n${marks[0] ?? ''}\n` })
    await project.registerExternal('m')
    const step = await sync()
    expect(step.exitCode).toBe(0)
    expect(step.outputs).toMatchObject({ 'created-count': '1' })
    expect(step.warnings.join('\n')).toContain(
      'The index in `deploy/README.md`, line 2, was not updated',
    )
    expect(project.repository.read(path)).toBe(`# Mine\n${marks[0] ?? ''}\n`)
  })

  test('that is a symbolic link is left alone', async () => {
    project.repository.push('main', { [path]: { content: '../README.md', mode: '120000' } })
    await project.registerExternal('m')
    const step = await sync()
    expect(step.exitCode).toBe(0)
    expect(step.log).toContain('a symbolic link is in its place')
    expect(project.repository.read('README.md')).toBe('# Deployments\n')
  })

  test('keeps the row of a run that failed, and of deletions that a limit prevents', async () => {
    const first = await project.registerExternal('a')
    const second = await project.registerExternal('b')
    await project.registerExternal('c')
    await sync()
    await world.api.deleteVersion(first.name, '1')
    await world.api.deleteVersion(second.name, '1')
    await project.registerExternal('d')
    const limited = await sync({ prune: 'true', 'max-deletions': '1' })
    expect(limited.outputs).toMatchObject({ 'created-count': '1', 'deleted-count': '0' })
    expect(indexed()).toEqual(['a 1', 'b 1', 'c 1', 'd 1'])
    const pruned = await sync({ prune: 'true' })
    expect(pruned.outputs).toMatchObject({ 'deleted-count': '2' })
    expect(indexed()).toEqual(['c 1', 'd 1'])
  })

  test('is not made where there are no files, and says so where there are none any more', async () => {
    expect((await sync()).outputs).toMatchObject({ operation: 'none' })
    project.repository.push('main', { [path]: `${marks.join('\n')}\n` })
    const step = await sync()
    expect(step.outputs).toMatchObject({ operation: 'committed', changed: 'true' })
    expect(project.repository.read(path)).toContain('No model is deployed here.')
  })
})

describe('a sync that only changes the index', () => {
  beforeEach(async () => {
    await project.registerExternal('m')
    await stepInProcess(world, project, { path: 'deploy' })
  })

  test('is a commit without runs, whose message says so', async () => {
    const step = await sync()
    expect(step.outputs).toMatchObject({
      operation: 'committed',
      changed: 'true',
      'created-count': '0',
      'unchanged-count': '1',
    })
    expect(step.log).toMatch(/Committed .*: index updated/)
    expect(project.repository.git('log', '-1', '--format=%B')).toBe(
      'Update the index of deploy\n\nAdd deploy/README.md',
    )
    expect(project.repository.commitCount()).toBe(3)
  })

  test('shows the page in a plan', async () => {
    const step = await sync({ mode: 'plan' })
    expect(step.outputs).toMatchObject({ operation: 'planned', changed: 'true' })
    expect(step.summary).toContain('would update the index')
    expect(step.summary).toContain('New file <code>deploy/README.md</code>')
    expect(step.report.diffs?.map(({ path: file }) => file)).toEqual([path])
  })

  test('is a proposal of its own, which a rejection does not repeat and a new run does', async () => {
    const opened = await sync({ 'pull-request': 'true' })
    expect(opened.outputs).toMatchObject({ operation: 'pull-request-created', changed: 'true' })
    const { title, body } = onlyPullRequest(project)
    expect(title).toBe('Update the index of deploy')
    expect(body).toContain('Brings the index in `main` up to date')
    expect(indexed(headBranch)).toEqual(['m 1'])
    const waiting = await sync({ 'pull-request': 'true' })
    expect(waiting.outputs).toMatchObject({ operation: 'none', changed: 'false' })
    expect(waiting.log).toContain('already proposes an update of the index')
    closePullRequest(project.repository, 1)
    const rejected = await sync({ 'pull-request': 'true' })
    expect(rejected.outputs).toMatchObject({ operation: 'none', 'pull-request-number': '1' })
    await project.registerExternal('n')
    const again = await sync({ 'pull-request': 'true' })
    expect(again.outputs).toMatchObject({
      operation: 'pull-request-created',
      'pull-request-number': '2',
    })
  })
})

test('a rejected run is not proposed again because the index differs, and is not in the index', async () => {
  await project.registerExternal('kept')
  await sync()
  await project.registerExternal('rejected')
  await sync({ 'pull-request': 'true' })
  expect(indexed(headBranch)).toEqual(['kept 1', 'rejected 1'])
  closePullRequest(project.repository, 1)
  project.repository.push('main', {
    [path]: project.repository.read(path).replace('1 model.', 'edited by hand'),
  })
  const step = await sync({ 'pull-request': 'true' })
  // Only the edited page is repaired.
  expect(step.outputs).toMatchObject({
    ...{ operation: 'pull-request-created', 'pull-request-number': '2', 'created-count': '0' },
  })
  expect(step.log).toContain('so only the index is brought up to date')
  expect(indexed(headBranch)).toEqual(['kept 1'])
})

test('a merged pull request brings the index with it', async () => {
  await project.registerExternal('m')
  await sync({ 'pull-request': 'true' })
  mergePullRequest(project.repository, 1)
  expect(indexed()).toEqual(['m 1'])
  expect((await sync({ 'pull-request': 'true' })).outputs).toMatchObject({ operation: 'none' })
})

test('a name from the registry cannot end the section or add a row', async () => {
  const name = '<!-- /mlflow-sync:index -->|`x`\n| injected |'
  const runId = await project.createRun()
  world.gateway.rule = (request) =>
    isListing(request)
      ? json({
          model_versions: [
            { name, version: '1', creation_timestamp: 1, run_id: runId, source: 's3://b/m' },
          ],
        })
      : undefined
  const template = 'global: {}\n'
  project.repository.push('main', { 'template.yaml': template })
  const inputs = { models: '*', template: 'template.yaml' }
  expect((await sync(inputs)).outputs).toMatchObject({ 'created-count': '1' })
  const { rows, comments } = renderMarkdown(project.repository.read(path))
  expect(rows.map((cells) => cells.length)).toEqual([5, 5])
  expect(comments).toHaveLength(3)
  expect((await sync(inputs)).outputs).toMatchObject({ operation: 'none' })
})
