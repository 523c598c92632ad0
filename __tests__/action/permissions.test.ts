import { beforeAll, beforeEach, expect, test } from '@jest/globals'
import { expectFailure } from '../../testing/expectations.ts'
import { useWorld } from '../../testing/use-world.ts'

/** The table of docs/permissions.md. */

const world = await useWorld({ version: 3 })
const project = world.createProject({ files: { 'README.md': '# Models\n' } })

beforeAll(() => project.register('model'))

beforeEach(() => {
  world.github.clearFaults()
})

test.each([{}, { 'pull-request': 'true' }])(
  'a plan needs only `contents: read`, with the inputs %j',
  async (inputs) => {
    const token = world.github.addToken({ contents: 'read', pullRequests: 'none' })
    const step = await project.sync({ mode: 'plan', 'github-token': token, ...inputs })
    expect(step.errors).toEqual([])
    expect(step.outputs).toMatchObject({ operation: 'planned', 'created-count': '1' })
  },
)

test('a pull request needs more than `contents: write`', async () => {
  const token = world.github.addToken({ contents: 'write', pullRequests: 'none' })
  const step = await project.sync({ 'pull-request': 'true', 'github-token': token })
  expectFailure(project, step, /`pull-requests: write` to the job's `permissions`/)
})

test('a commit needs only `contents: write`', async () => {
  const token = world.github.addToken({ contents: 'write', pullRequests: 'none' })
  const step = await project.sync({ 'github-token': token })
  expect(step.errors).toEqual([])
  expect(step.outputs).toMatchObject({ operation: 'committed', 'created-count': '1' })
})
