import { beforeAll, describe, expect, test } from '@jest/globals'
import type { GatewayRequest } from '../../testing/mlflow/gateway.ts'
import type { Cell } from '../../testing/sweep/cells.ts'
import { mlflowFaults, type MlflowFault } from '../../testing/sweep/mlflow-faults.ts'
import { useWorld } from '../../testing/use-world.ts'
import { runBaseline } from '../fixtures/baseline.ts'
import { sweepLastingFaults, sweepSingleFaults, type Sweep } from '../fixtures/fault-sweep.ts'
import { flows } from '../fixtures/flows.ts'

/** Each request to MLflow has each fault, once and for the rest of the job. */

const world = await useWorld({ version: 3, throughGateway: true })

/** All combinations take minutes, so by default a sample of them is tried. */
const stride = process.env.EVERY_REQUEST === undefined ? 127 : 1
const timeoutMs = 60 * 60_000

describe.each(flows)('$name', (flow) => {
  let sweep: Sweep<GatewayRequest, MlflowFault>

  beforeAll(async () => {
    const baseline = await runBaseline(world, flow)
    const requests = world.gateway.requests.slice(-baseline.requests.mlflow)
    expect(baseline.outcome).toMatchObject({ exitCode: 0 })
    sweep = { baseline, requests, faults: mlflowFaults, stride, inject, describe: describeCell }

    function describeCell({ index, fault: { name } }: Cell<MlflowFault>): string {
      const { method = '', url = '' } = requests[index] ?? {}
      return `request ${index + 1} (${method} ${url.slice(0, 80)}), ${name}`
    }
  })

  function inject({ index, fault }: Cell<MlflowFault>, times: number): void {
    let number = 0
    world.gateway.rule = () => {
      number += 1
      return number > index && number <= index + times ? fault.respond() : undefined
    }
  }

  test(
    'survives a single fault of any request to MLflow',
    async () => {
      expect(await sweepSingleFaults(world, sweep)).toEqual({})
    },
    timeoutMs,
  )

  test(
    'ends with an error if all requests to MLflow from one on have a fault, and the next job completes it',
    async () => {
      expect(await sweepLastingFaults(world, sweep)).toEqual({})
    },
    timeoutMs,
  )
})
