import { cpus } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { isBranchRead, isWrite } from '../testing/github/matchers.ts'
import { bulkRegister } from '../testing/mlflow/bulk.ts'
import type { Project, SyncStep } from '../testing/project.ts'
import { createWorld, type World } from '../testing/world.ts'

/**
 * Lets several jobs, each with its own models, write to one branch at the same moment, as a matrix
 * does. Run `script/setup`, then `node bench/shards.ts --shards 8,16,32`.
 */

const { values: options } = parseArgs({
  options: {
    /** How many jobs at once; a list. */
    shards: { type: 'string', default: '8' },
    /** New versions per job. */
    versions: { type: 'string', default: '100' },
    /** How often each is repeated. */
    repeat: { type: 'string', default: '3' },
    /** How long each read and each write takes to reach GitHub. */
    'read-ms': { type: 'string', default: '80' },
    'write-ms': { type: 'string', default: '1000' },
  },
})

const shardCounts = options.shards.split(',').map(Number)
const versions = Number(options.versions)
const readMs = Number(options['read-ms'])
const writeMs = Number(options['write-ms'])

type Layout = 'one for all' | 'one per job'

function shardName(index: number): string {
  return `shard${String(index).padStart(3, '0')}`
}

/**
 * Makes all jobs read the branch at the same moment, however long each takes to start on this machine,
 * and every request take as long as over a network.
 */
function simulateNetwork({ github }: World, jobs: number): void {
  const gate = Promise.withResolvers<undefined>()
  let waiting = 0
  const run = (): Promise<undefined> => {
    waiting += 1
    if (waiting === jobs) gate.resolve(undefined)
    return gate.promise
  }
  github.inject({ kind: 'run-before', run }, { match: isBranchRead, times: jobs })
  const always = { times: Infinity }
  github.inject({ kind: 'run-before', run: () => sleep(writeMs) }, { ...always, match: isWrite })
  github.inject({ kind: 'run-before', run: () => sleep(readMs) }, always)
}

function syncShard(project: Project, index: number, layout: Layout): Promise<SyncStep> {
  const name = shardName(index)
  const path = layout === 'one for all' ? 'models' : `models/${name}`
  return project.sync({ path, models: `${name}-*` })
}

/** Attempts of one job: the first one and those after the branch had moved. */
function attemptsOf(step: SyncStep): number {
  return 1 + (step.log.match(/reading again in/g) ?? []).length
}

async function race(world: World, jobs: number, layout: Layout): Promise<SyncStep[]> {
  const project = world.createProject()
  simulateNetwork(world, jobs)
  const steps = await Promise.all(
    Array.from({ length: jobs }, (_, index) => syncShard(project, index, layout)),
  )
  const landed = steps.filter(({ exitCode }) => exitCode === 0).length
  const { repository } = project
  const files = repository.paths('main', 'models').length
  const commits = repository.commitCount() - 1
  if (commits !== landed || files !== landed * versions) {
    throw new Error(`${landed} jobs landed, with ${commits} commits and ${files} files`)
  }
  return steps
}

function row(jobs: number, layout: Layout, steps: readonly SyncStep[]): string {
  const attempts = [1, 2, 3, 4, 5].map((number) => {
    const those = steps.filter((step) => step.exitCode === 0 && attemptsOf(step) === number)
    return those.length === 0 ? '' : String(those.length)
  })
  const failed = steps.filter(({ exitCode }) => exitCode !== 0).length
  const requests = steps.reduce((sum, { report }) => sum + report.requests.github, 0)
  const seconds = Math.max(
    ...steps.map(({ report }) => report.phases.reduce((sum, phase) => sum + phase.milliseconds, 0)),
  )
  const cells = [
    jobs,
    layout,
    steps.length - failed,
    failed,
    ...attempts,
    (requests / steps.length).toFixed(1),
    (seconds / 1000).toFixed(0),
  ]
  return `| ${cells.join(' | ')} |`
}

const world = await createWorld({ version: 3, ownServer: true })
try {
  for (let index = 0; index < Math.max(...shardCounts); index += 1) {
    bulkRegister(world.mlflow, {
      experimentId: world.experiment.id,
      count: versions,
      prefix: shardName(index),
      loggedModels: true,
    })
  }
  const [processor] = cpus()
  console.log(
    `Node.js ${process.version}, ${cpus().length} cores of ${processor?.model ?? 'an unknown processor'}`,
  )
  console.log(
    `${versions} new versions per job; a read takes ${readMs} ms longer than here, a write ${writeMs} ms; each row is the sum of ${options.repeat} runs\n`,
  )
  console.log(
    '| jobs | directory | landed | failed | 1 | 2 | 3 | 4 | 5 attempts | requests to GitHub per job | slowest job, seconds |',
  )
  console.log('| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |')
  for (const jobs of shardCounts) {
    for (const layout of ['one for all', 'one per job'] as const) {
      const steps: SyncStep[] = []
      for (let time = 0; time < Number(options.repeat); time += 1) {
        steps.push(...(await race(world, jobs, layout)))
      }
      console.log(row(jobs, layout, steps))
    }
  }
} finally {
  await world.close()
}
