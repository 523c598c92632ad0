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
 * and every request take as long as over a network. Resolves at that moment.
 */
function startTogether({ github }: World, jobs: number): Promise<unknown> {
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
  return gate.promise
}

type Race = { readonly steps: readonly SyncStep[]; readonly seconds: number }

async function race(world: World, jobs: number, layout: Layout): Promise<Race> {
  const project = world.createProject()
  const running = Promise.all(
    Array.from({ length: jobs }, (_, index) => syncShard(project, index, layout)),
  )
  await startTogether(world, jobs)
  const startedAt = performance.now()
  const steps = await running
  const seconds = (performance.now() - startedAt) / 1000
  checkBranch(project, steps)
  return { steps, seconds }
}

function syncShard(project: Project, index: number, layout: Layout): Promise<SyncStep> {
  const name = shardName(index)
  const path = layout === 'one for all' ? 'models' : `models/${name}`
  return project.sync({ path, models: `${name}-*` })
}

/** Throws if a commit or a file of a job that succeeded is missing, or if there are others. */
function checkBranch({ repository }: Project, steps: readonly SyncStep[]): void {
  const landed = steps.filter(({ exitCode }) => exitCode === 0).length
  const files = repository.paths('main', 'models').length
  const commits = repository.commitCount() - 1
  if (commits !== landed || files !== landed * versions) {
    throw new Error(`${landed} jobs landed, with ${commits} commits and ${files} files`)
  }
}

/** Attempts of one job: the first one and those after the branch had moved. */
function attemptsOf({ log }: SyncStep): number {
  return 1 + (log.match(/reading again in/g) ?? []).length
}

function row(jobs: number, layout: Layout, races: readonly Race[]): string {
  const steps = races.flatMap((one) => one.steps)
  const landed = steps.filter(({ exitCode }) => exitCode === 0)
  const requests = steps.reduce((sum, { report }) => sum + report.requests.github, 0)
  const cells = [
    jobs,
    layout,
    races.length,
    landed.length,
    steps.length - landed.length,
    ...[1, 2, 3, 4, 5].map(
      (number) => landed.filter((step) => attemptsOf(step) === number).length || '',
    ),
    (requests / steps.length).toFixed(1),
    Math.max(...races.map(({ seconds }) => seconds)).toFixed(0),
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
    `${versions} new versions per job; a read takes ${readMs} ms longer than here, a write ${writeMs} ms\n`,
  )
  console.log(
    '| jobs | directory | races | landed | gave up | 1 | 2 | 3 | 4 | 5 attempts | requests to GitHub per job | seconds until the last ended |',
  )
  console.log('| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |')
  for (const jobs of shardCounts) {
    for (const layout of ['one for all', 'one per job'] as const) {
      const races: Race[] = []
      for (let time = 0; time < Number(options.repeat); time += 1) {
        races.push(await race(world, jobs, layout))
      }
      console.log(row(jobs, layout, races))
    }
  }
} finally {
  await world.close()
}
