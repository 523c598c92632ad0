import { describe, expect, test } from '@jest/globals'
import { SyncError } from '../../src/core/errors.ts'
import { prose } from '../../src/core/text/prose.ts'
import { useWorld } from '../../testing/use-world.ts'
import { runBaseline, type Baseline } from '../fixtures/baseline.ts'
import { problemsAfterCancellation, problemsOfNextJob } from '../fixtures/fault-problems.ts'
import { rerun, type Problems } from '../fixtures/fault-sweep.ts'
import { flows } from '../fixtures/flows.ts'
import { runInProcess } from '../fixtures/in-process-job.ts'

/**
 * Each job is cancelled at each of its requests, which the server never carries out. The requests are
 * counted, so a new one is covered without a change here.
 */

const world = await useWorld({ version: 3, throughGateway: true })

/** All requests take minutes, so by default a sample of them is tried. */
const stride = process.env.EVERY_REQUEST === undefined ? 11 : 1
const timeoutMs = 60 * 60_000

/** Jobs that end by themselves. */
const ending = flows.filter(({ name }) => name !== 'polling')

/** Returns when the request with this number arrives, and never responds to it. */
function cancelAt(server: 'github' | 'mlflow', number: number, cancel: () => void): void {
  const never = new Promise<never>(() => undefined)
  const run = (): Promise<never> => {
    cancel()
    return never
  }
  let requests = 0
  if (server === 'mlflow') {
    world.gateway.rule = () => ((requests += 1) === number ? run() : undefined)
  } else {
    world.github.inject({ kind: 'run-before', run }, { match: () => (requests += 1) === number })
  }
}

describe.each(ending)('$name', (flow) => {
  async function sweep(baseline: Baseline, server: 'github' | 'mlflow'): Promise<Problems> {
    const problems: Record<string, readonly string[]> = {}
    const first = 1 + (flow.name.length % stride)
    for (let number = first; number <= baseline.requests[server]; number += stride) {
      const controller = new AbortController()
      const cancel = (): void => controller.abort(new SyncError(prose`cancelled`))
      const outcome = await rerun(world, baseline, () => cancelAt(server, number, cancel), {
        signal: controller.signal,
      })
      const found = problemsAfterCancellation(baseline, outcome)
      const next = await runInProcess(world, baseline.project, flow.inputs)
      const all = [...found, ...problemsOfNextJob(baseline, next)]
      if (all.length > 0) problems[`request ${number} to ${server}`] = all
    }
    return problems
  }

  test(
    'that is cancelled at any request says what it has written, and the next job completes it',
    async () => {
      const baseline = await runBaseline(world, flow)
      expect(baseline.outcome.exitCode).toBe(0)
      expect(await sweep(baseline, 'github')).toEqual({})
      expect(await sweep(baseline, 'mlflow')).toEqual({})
    },
    timeoutMs,
  )
})
