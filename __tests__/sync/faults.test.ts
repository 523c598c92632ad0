import { beforeAll, describe, expect, test } from '@jest/globals'
import type { RecordedRequest } from '../../testing/github/recorded-request.ts'
import type { Cell } from '../../testing/sweep/cells.ts'
import { githubFaults, type NamedFault } from '../../testing/sweep/github-faults.ts'
import { useWorld } from '../../testing/use-world.ts'
import { runBaseline } from '../fixtures/baseline.ts'
import { sweepLastingFaults, sweepSingleFaults, type Sweep } from '../fixtures/fault-sweep.ts'
import { flows, largeCommit } from '../fixtures/flows.ts'

/**
 * Each request to GitHub has each fault, once and for the rest of the job. The requests are those of
 * a job without faults, so a new request is covered without a change here.
 */

const world = await useWorld({ version: 3, throughGateway: true })

/** All combinations take many minutes, so by default a sample of them is tried. */
const all = process.env.EVERY_REQUEST !== undefined
const stride = all ? 1 : 181
const timeoutMs = 60 * 60_000

describe.each(all ? [...flows, largeCommit] : flows)('$name', (flow) => {
  let sweep: Sweep<RecordedRequest, NamedFault>

  beforeAll(async () => {
    const baseline = await runBaseline(world, flow)
    const requests = world.github.requests.slice(-baseline.requests.github)
    expect(baseline.outcome).toMatchObject({ exitCode: 0 })
    sweep = { baseline, requests, faults: githubFaults, stride, inject, describe: describeCell }

    function describeCell({ index, fault: { name } }: Cell<NamedFault>): string {
      const { method = '', path = '', operation = `${method} ${path}` } = requests[index] ?? {}
      return `request ${index + 1} (${operation}), ${name}`
    }
  })

  function inject({ index, fault: { fault } }: Cell<NamedFault>, times: number): void {
    const first = world.github.requests.length + index
    world.github.inject(fault, { match: (request) => request.index >= first, times })
  }

  test(
    'survives a single fault of any request',
    async () => {
      expect(await sweepSingleFaults(world, sweep)).toEqual({})
    },
    timeoutMs,
  )

  test(
    'ends with an error if all requests from one on have a fault, and the next job completes it',
    async () => {
      expect(await sweepLastingFaults(world, sweep)).toEqual({})
    },
    timeoutMs,
  )
})
