import { beforeEach, describe, expect, test } from '@jest/globals'
import { plain } from '../../src/core/text/prose.ts'
import { amend } from '../../testing/github/people.ts'
import { updateBranch } from '../../testing/github/pull-requests.ts'
import type { Project } from '../../testing/project.ts'
import { headBranch } from '../../testing/pull-requests.ts'
import { useWorld } from '../../testing/use-world.ts'
import { runInProcess } from '../fixtures/in-process-job.ts'

const world = await useWorld({ version: 3 })
let project: Project

beforeEach(async () => {
  project = world.createProject()
  await project.register('m')
  await sync()
})

function sync(inputs: Readonly<Record<string, string>> = { 'pull-request': 'true' }) {
  return runInProcess(world, project, inputs)
}

function reword(change: (message: string) => string): void {
  amend(project.repository, headBranch, {}, change)
}

const rewordings: readonly [string, (message: string) => string][] = [
  ['a new first line', (message) => message.replace(/^.*/, 'Deploy m, see the runbook')],
  ['a paragraph', (message) => message.replace('\n\n', '\n\nEvaluated by hand: fine.\n\n')],
  ['a trailer below', (message) => `${message.trim()}\nReviewed-by: A Person <a@example.com>\n`],
  ['a trailer above', (message) => message.replace('MLflow-Run-Id', 'Refs: #7\nMLflow-Run-Id')],
]

describe('a commit on the head branch to which a person gave', () => {
  test.each(rewordings)('%s is neither overwritten nor deleted', async (_what, change) => {
    reword(change)
    const head = project.repository.head(headBranch)
    await project.register('n')
    const update = await sync()
    expect(update.exitCode).toBe(1)
    expect(plain(update.result.error?.message ?? [])).toMatch(
      /has a commit that the action did not make/,
    )
    // Nothing is left to propose.
    await sync({})
    expect((await sync()).exitCode).toBe(1)
    expect(project.repository.head(headBranch)).toBe(head)
  })

  test('a new first line stays a person’s after "Update branch" has rebased it', async () => {
    reword((message) => `Deploy it\n${message.slice(message.indexOf('\n'))}`)
    project.repository.push('main', { 'a.txt': 'a' })
    const head = updateBranch(project.repository, 1, 'rebase')
    await project.register('n')
    expect((await sync()).exitCode).toBe(1)
    expect(project.repository.head(headBranch)).toBe(head)
  })
})

describe('the action’s own commit', () => {
  test.each<[string, (message: string) => string]>([
    ['was amended without another message', (message) => `${message.trim()}\n`],
    ['has blanks that Git cleans up', (message) => `\n${message.replace('\n\n', '  \n\n\n')}\n`],
    ['is of an older version of the action', (message) => message.replace(/ message=\w+/, '')],
  ])('is recognised although it %s', async (_what, change) => {
    expect(project.repository.git('log', '-1', '--format=%B', headBranch)).toMatch(
      /MLflow-Sync-Proposal: .* message=\w{32}$/,
    )
    reword(change)
    await project.register('n')
    const { outputs } = await sync()
    expect(outputs).toMatchObject({ operation: 'pull-request-updated', 'created-count': '2' })
  })
})
