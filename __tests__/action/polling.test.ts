import { beforeEach, describe, expect, test } from '@jest/globals'
import { isListing, json } from '../../testing/mlflow/gateway-rules.ts'
import { onlyWhere } from '../../testing/only-where.ts'
import type { Project } from '../../testing/project.ts'
import { useWorld } from '../../testing/use-world.ts'

const world = await useWorld({ version: 3, throughGateway: true })
const whereSignals = onlyWhere('signals')
let project: Project

beforeEach(() => {
  project = world.createProject()
})

describe('a polling job', () => {
  test('writes what is registered between rounds, and reports on all rounds together', async () => {
    const first = await project.register('first')
    let listings = 0
    let second = ''
    world.gateway.rule = async (request) => {
      if (isListing(request) && (listings += 1) === 2) {
        second = (await project.register('second')).runId
      }
      return undefined
    }
    // Two rounds on a slow machine too: a third one would begin after the end, in any case.
    const step = await project.sync({ 'poll-interval': '5s', 'poll-duration': '9s' })
    expect(step.exitCode).toBe(0)
    expect(project.repository.commitCount()).toBe(3)
    expect(step.outputs).toMatchObject({
      operation: 'committed',
      'created-count': '2',
      'unchanged-count': '0',
      'commit-sha': project.repository.head(),
    })
    expect(step.changes.map(({ runId }) => runId).toSorted()).toEqual(
      [first.runId, second].toSorted(),
    )
    expect(step.report.records.map(({ runId }) => runId)).toEqual(
      step.changes.map(({ runId }) => runId),
    )
    expect(step.summary).toContain(first.runId)
    expect(step.summary).toContain(second)
  })

  test('warns about a failed round, runs the next one, and ends after poll-duration', async () => {
    let listings = 0
    world.gateway.rule = async (request) => {
      if (!isListing(request)) return undefined
      listings += 1
      if (listings > 1) return undefined
      await project.register('model')
      return json({ error_code: 'BAD_REQUEST', message: 'a bad moment' }, 400)
    }
    const step = await project.sync({ 'poll-interval': '1s', 'poll-duration': '5s' })
    expect(step.log).toMatch(/Round 1 failed: .*a bad moment/)
    expect(step.exitCode).toBe(0)
    expect(step.outputs).toMatchObject({ operation: 'committed', 'created-count': '1' })
    expect(step.warnings.join('\n')).toContain('a bad moment')
  })

  whereSignals.test.each(['SIGINT', 'SIGTERM'] as const)(
    'ends between two rounds on %s, with all outputs',
    async (signal) => {
      const { runId } = await project.register('model')
      const step = await project.sync(
        { 'poll-interval': '30s', 'poll-duration': '10m' },
        { interrupt: { signal, when: /The next round begins/ } },
      )
      expect(step.exitCode).toBe(0)
      expect(step.outputs).toMatchObject({ operation: 'committed', 'created-count': '1' })
      expect(project.repository.read(`${runId}.yaml`)).toContain('global:')
    },
  )
})

whereSignals.test(
  'a sync that receives a signal fails and leaves nothing half-written',
  async () => {
    await project.register('model')
    world.gateway.rule = ({ url }) =>
      url.includes('runs/search') ? new Promise(() => undefined) : undefined
    const step = await project.sync({}, { interrupt: { signal: 'SIGTERM', when: /entries in/ } })
    expect(step.exitCode).toBe(1)
    expect(step.outputs.operation).toBe('failed')
    expect(step.log).toMatch(/The job was cancelled/)
    expect(project.repository.commitCount()).toBe(1)
    world.gateway.rule = undefined
    expect((await project.sync()).outputs['created-count']).toBe('1')
  },
)
