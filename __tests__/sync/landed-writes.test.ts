import { beforeEach, describe, expect, test } from '@jest/globals'
import { plain } from '../../src/core/text/prose.ts'
import { isBranchRead, isCommit, type FaultResponse } from '../../testing/github/faults.ts'
import { isHistoryRead } from '../../testing/github/matchers.ts'
import { htmlPage } from '../../testing/github/responses.ts'
import type { Project } from '../../testing/project.ts'
import { useWorld } from '../../testing/use-world.ts'
import { runInProcess } from '../fixtures/in-process-job.ts'

/** Writes that were carried out, although nothing says so at first. */

const world = await useWorld({ version: 3, throughGateway: true })
let project: Project

beforeEach(async () => {
  project = world.createProject()
  await project.register('m')
})

/** What a proxy, or a token whose permission was just changed, responds with. */
const refusal: FaultResponse = {
  status: 403,
  body: '{"message":"Resource not accessible by integration"}',
}

describe('a commit whose response was lost', () => {
  test.each([
    ['refuses to tell once', refusal, 1],
    ['is not available for half a minute', htmlPage(502), 6],
  ])('is reported although GitHub %s', async (_what, response, times) => {
    world.github.inject({ kind: 'lose-response' }, { match: isCommit })
    world.github.inject({ kind: 'respond', ...response }, { match: isHistoryRead, times })
    const { exitCode, outputs } = await runInProcess(world, project, {})
    expect(exitCode).toBe(0)
    expect(outputs).toMatchObject({
      operation: 'committed',
      'created-count': '1',
      'commit-sha': project.repository.head(),
    })
  })

  test('is reported before another one is made', async () => {
    await runInProcess(world, project, {})
    const { repository } = project
    const [path = ''] = repository.paths('main').filter((name) => name.endsWith('.yaml'))
    await project.register('n')
    let commit = ''
    const edit = (): void => {
      commit = repository.head()
      const text = repository.read(path).replace('modelVersion: "1"', 'modelVersion: "0"')
      repository.push('main', { [path]: text })
    }
    world.github.inject({ kind: 'lose-response' }, { match: isCommit })
    world.github.inject({ kind: 'respond', ...refusal }, { match: isHistoryRead })
    world.github.inject({ kind: 'run-before', run: edit }, { match: isBranchRead, skip: 1 })
    const { outputs } = await runInProcess(world, project, {})
    expect(outputs).toMatchObject({
      operation: 'committed',
      'created-count': '1',
      'updated-count': '0',
      'commit-sha': commit,
    })
    expect((await runInProcess(world, project, {})).outputs['updated-count']).toBe('1')
  })

  test('is in doubt, and never "none", while GitHub does not tell', async () => {
    world.github.inject({ kind: 'lose-response' }, { match: isCommit })
    world.github.inject({ kind: 'respond', ...refusal }, { match: isHistoryRead, times: Infinity })
    const { exitCode, outputs, result } = await runInProcess(world, project, {})
    expect({ exitCode, operation: outputs.operation }).toEqual({ exitCode: 1, operation: 'failed' })
    expect(plain(result.error?.advice ?? [])).toContain('A write may have succeeded')
  })
})
