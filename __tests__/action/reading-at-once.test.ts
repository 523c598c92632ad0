import { beforeEach, describe, expect, test } from '@jest/globals'
import { isBranchRead } from '../../testing/github/faults.ts'
import { isListing, json } from '../../testing/mlflow/gateway-rules.ts'
import type { Project } from '../../testing/project.ts'
import { useWorld } from '../../testing/use-world.ts'

const world = await useWorld({ version: 3, throughGateway: true })
let project: Project

beforeEach(async () => {
  project = world.createProject()
  await project.register('model')
})

/** GitHub carries out the first request for the branch when this is resolved. */
function holdBranch(until: (hasArrived: () => void) => Promise<unknown>): Promise<void> {
  return new Promise((resolve) => {
    const run = (): Promise<unknown> => until(resolve)
    world.github.inject({ kind: 'run-before', run }, { match: isBranchRead })
  })
}

describe('MLflow and GitHub are read at the same time', () => {
  test('each of them can wait for the other to be asked', async () => {
    const listed = Promise.withResolvers<unknown>()
    const branchRead = holdBranch((hasArrived) => {
      hasArrived()
      return listed.promise
    })
    world.gateway.rule = async (request) => {
      if (!isListing(request)) return undefined
      listed.resolve(undefined)
      await branchRead
      return undefined
    }
    const step = await project.sync({ path: 'p' })
    expect(step.outputs).toMatchObject({ operation: 'committed', 'created-count': '1' })
    expect(step.report.requests).toEqual({ mlflow: 4, github: 4 })
  })

  test('a branch that moves in the meantime is read again, and MLflow is not', async () => {
    const moved = (): Promise<void> => {
      project.repository.push('main', { 'p/other.txt': 'pushed' })
      return Promise.resolve()
    }
    world.github.inject(
      { kind: 'run-before', run: moved },
      { match: ({ body }) => body.includes('createCommitOnBranch(') },
    )
    const step = await project.sync({ path: 'p' })
    expect(step.outputs).toMatchObject({ operation: 'committed', 'created-count': '1' })
    expect(step.mlflowRequests.filter(isListing)).toHaveLength(1)
    expect(step.githubRequests.filter(isBranchRead)).toHaveLength(2)
  })
})

describe('if MLflow fails', () => {
  const refused = json({ error_code: 'PERMISSION_DENIED', message: 'no' }, 403)

  test.each([
    ['has failed too', { kind: 'respond', status: 401, body: '{"message":"Bad credentials"}' }],
    ['does not respond', { kind: 'hang' }],
    ['asks for a long wait', { kind: 'respond', status: 503, headers: { 'retry-after': '200' } }],
  ] as const)('while GitHub %s, the job ends with the error of MLflow', async (_, fault) => {
    world.github.inject(fault, { match: isBranchRead, times: Infinity })
    const before = world.github.requests.length
    world.gateway.rule = async (request) => {
      if (!isListing(request)) return undefined
      while (world.github.requests.length === before) await new Promise(setImmediate)
      return refused
    }
    const step = await project.sync({ path: 'p' })
    expect(step.errors).toHaveLength(1)
    expect(step.errors[0]).toMatch(/MLflow/)
    expect(step.errors[0]).not.toMatch(/GitHub/)
    expect(step.outputs).toMatchObject({ operation: 'failed', changed: 'false' })
    expect(step.stderr).toBe('')
  })

  test('the next round of a polling job reads GitHub again', async () => {
    world.github.inject({ kind: 'hang' }, { match: isBranchRead })
    let listings = 0
    world.gateway.rule = (request) => {
      if (!isListing(request)) return undefined
      listings += 1
      return listings === 1 ? refused : undefined
    }
    const step = await project.sync({ path: 'p', 'poll-interval': '5s', 'poll-duration': '9s' })
    expect(step.outputs).toMatchObject({ 'created-count': '1' })
    expect(project.repository.paths('main', 'p')).toHaveLength(1)
  })
})
