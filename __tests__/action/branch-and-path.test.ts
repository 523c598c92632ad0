import { expect, test } from '@jest/globals'
import { useWorld } from '../../testing/use-world.ts'

const world = await useWorld({ version: 3 })

test('the default branch is synced by default, whatever its name', async () => {
  const project = world.createProject({ defaultBranch: 'trunk/1' })
  const { name } = await project.register('model')
  const step = await project.sync({ path: 'x' })
  expect(step.outputs).toMatchObject({ operation: 'committed', 'created-count': '1' })
  expect(project.repository.lastMessage('trunk/1')).toMatch(new RegExp(`^Add ${name} version 1`))
  const again = await project.sync({ path: 'x', branch: 'refs/heads/trunk/1' })
  expect(again.outputs).toMatchObject({ operation: 'none', 'unchanged-count': '1' })
})

test('a repository without a commit is reported', async () => {
  const project = world.createProject({ name: 'acme/empty', files: {} })
  await project.register('model')
  const step = await project.sync()
  expect(step.exitCode).toBe(1)
  expect(step.log).toMatch(/`acme\/empty` has no commits yet.*first commit/)
})

test('a deep path is normalised and created', async () => {
  const project = world.createProject()
  const { runId } = await project.registerExternal('model')
  await project.sync({ path: './deep//er/values/' })
  expect(project.repository.read(`deep/er/values/${runId}.yaml`)).toContain('global:')
})
