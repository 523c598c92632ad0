import { beforeEach, describe, expect, test } from '@jest/globals'
import { isListing, json } from '../../testing/mlflow/gateway-rules.ts'
import type { RegisteredVersion } from '../../testing/mlflow/api.ts'
import type { Project } from '../../testing/project.ts'
import { headBranch, onlyPullRequest } from '../../testing/pull-requests.ts'
import { useWorld } from '../../testing/use-world.ts'
import { stepInProcess, type InProcessStep } from '../fixtures/step-in-process.ts'

/** What an open pull request proposes stays proposed while a sync does not decide about it. */

const world = await useWorld({ version: 3, throughGateway: true })
let project: Project

beforeEach(() => {
  project = world.createProject()
})

const tagged = { versionTags: { deploy: 'yes' } }

function sync(inputs = {}): Promise<InProcessStep> {
  return stepInProcess(world, project, {
    ...{ path: 'deploy', filter: "tags.deploy = 'yes'", prune: 'true', 'pull-request': 'true' },
    ...inputs,
  })
}

function pathOf({ runId }: RegisteredVersion): string {
  return `deploy/${runId}.yaml`
}

async function deselect({ name, version }: RegisteredVersion): Promise<void> {
  await world.api.deleteVersionTag(name, version, 'deploy')
}

/** Commits the files of some models, then proposes to delete that of the first. */
async function proposeDeletion(count: number, inputs = {}): Promise<RegisteredVersion[]> {
  const versions: RegisteredVersion[] = []
  for (let index = 0; index < count; index += 1) {
    versions.push(await project.register(`m${index}`, tagged))
  }
  await sync({ ...inputs, 'pull-request': 'false' })
  if (versions[0] !== undefined) await deselect(versions[0])
  expect((await sync(inputs)).outputs).toMatchObject({
    operation: 'pull-request-created',
    'deleted-count': '1',
  })
  return versions
}

/** Expects that a sync leaves the pull request and its branch as they are, and says what it is about. */
async function expectLeft(
  run: () => Promise<InProcessStep>,
  ...undecided: readonly RegisteredVersion[]
): Promise<InProcessStep> {
  const { body } = onlyPullRequest(project)
  const head = project.repository.head(headBranch)
  const step = await run()
  expect(onlyPullRequest(project)).toMatchObject({ state: 'open', body })
  expect(project.repository.head(headBranch)).toBe(head)
  expect(step.outputs).toMatchObject({ changed: 'false', 'pull-request-number': '1' })
  const paths = undecided.map((version) => `\`${pathOf(version)}\``).join(', ')
  expect(step.warnings.join('\n')).toContain(
    `was left as it is: this sync could not decide about ${paths}.`,
  )
  return step
}

describe('a proposed deletion stays proposed', () => {
  test('when more files would be deleted than max-deletions allows', async () => {
    const inputs = { 'max-deletions': '1' }
    const [first, second] = await proposeDeletion(4, inputs)
    if (first === undefined || second === undefined) throw new Error('too few versions')
    await deselect(second)
    const step = await expectLeft(() => sync(inputs), first)
    expect(step.exitCode).toBe(1)
    expect(step.errors.join()).toContain('more than `max-deletions: 1` allows')
    expect((await sync({ 'max-deletions': '2' })).outputs).toMatchObject({
      operation: 'pull-request-updated',
      'deleted-count': '2',
    })
  })

  test('when it would leave no file at all, and the index stays with it', async () => {
    const inputs = { index: 'README.md' }
    const [first, second] = await proposeDeletion(2, inputs)
    if (first === undefined || second === undefined) throw new Error('too few versions')
    await deselect(second)
    await project.register('other', tagged)
    const none = { ...inputs, models: project.model('m*') }
    await expectLeft(() => sync(none), first)
  })

  test('when the selection asks for an alias that does not exist', async () => {
    const [first] = await proposeDeletion(2)
    if (first === undefined) throw new Error('too few versions')
    const { name, version } = await project.register('aliased', tagged)
    await world.api.setAlias(name, 'champion', version)
    await sync()
    await expectLeft(() => sync({ aliases: 'champion\ncanary' }), first)
  })

  test('when an alias moves while it is read', async () => {
    const inputs = { filter: '', aliases: 'champion' }
    const [old, next] = [await project.register('m'), await project.register('m')]
    await world.api.setAlias(old.name, 'champion', old.version)
    await sync({ ...inputs, 'pull-request': 'false' })
    await world.api.setAlias(next.name, 'champion', next.version)
    await sync({ ...inputs, 'pull-request': 'false' })
    expect((await sync(inputs)).outputs['deleted-count']).toBe('1')
    const last = await project.register('m')
    let isMoved = false
    world.gateway.rule = async (request, forward) => {
      if (isMoved || !request.url.includes('registered-models/search')) return undefined
      isMoved = true
      const response = await forward()
      await world.api.setAlias(last.name, 'champion', last.version)
      return response
    }
    const step = await expectLeft(() => sync(inputs), old)
    expect(step.changes).toContainEqual(
      expect.objectContaining({
        outcome: 'skipped',
        reason: 'kept: an alias of its model moved while it was read; the next sync decides',
      }),
    )
  })
})

test('a proposed file stays proposed when MLflow lists nothing at all', async () => {
  const version = await project.register('m', tagged)
  const inputs = { filter: '' }
  await sync(inputs)
  world.gateway.rule = (request) => (isListing(request) ? json({}) : undefined)
  const step = await expectLeft(() => sync(inputs), version)
  expect(step.warnings.join('\n')).toContain('MLflow lists no model version at all')
})
