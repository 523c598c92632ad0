import { cpus } from 'node:os'
import { githubBytes } from '../testing/count-requests.ts'
import { importFiles } from '../testing/github/import-files.ts'
import type { SyncStep } from '../testing/project.ts'
import { createWorld } from '../testing/world.ts'

/**
 * Measures what the files of other jobs in the same directory cost a job that has one model. Run
 * `script/setup`, then `node bench/directory.ts 1000 10000 100000`.
 */

const sizes = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [0, 1000, 10_000]
const repeat = 5

/** Makes the action write its processor time and peak memory to standard error. */
const showUsage = {
  NODE_OPTIONS: `--import=data:text/javascript,process.on('exit',()=>{const{user,system}=process.cpuUsage();console.error('usage',user+system,process.resourceUsage().maxRSS)})`,
}

type Usage = { readonly milliseconds: number; readonly mebibytes: number }

function usageOf({ stderr }: SyncStep): Usage {
  const [, microseconds, kibibytes] = /usage (\d+) (\d+)/.exec(stderr) ?? []
  return { milliseconds: Number(microseconds) / 1000, mebibytes: Number(kibibytes) / 1024 }
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? NaN
}

const world = await createWorld({ version: 3, ownServer: true })
try {
  const [processor] = cpus()
  console.log(
    `Node.js ${process.version}, ${cpus().length} cores of ${processor?.model ?? 'an unknown processor'}, medians of ${repeat} runs\n`,
  )
  console.log(
    '| other files in the directory | requests to GitHub | bytes received | processor time | peak memory |',
  )
  console.log('| --- | --- | --- | --- | --- |')
  await world.createProject().register('model')
  for (const size of sizes) {
    const project = world.createProject()
    await project.sync({ path: 'models' })
    const others = Array.from({ length: size }, (_, index) => `models/other-${index}.yaml`)
    importFiles(project.repository, 'main', new Map(others.map((path) => [path, '{}\n'])))
    const steps: SyncStep[] = []
    for (let time = 0; time < repeat; time += 1) {
      const step = await project.sync({ path: 'models' }, { env: showUsage })
      if (step.outputs['unchanged-count'] !== '1') throw new Error(step.log)
      steps.push(step)
    }
    const [first] = steps
    if (first === undefined) continue
    const usages = steps.map(usageOf)
    const milliseconds = median(usages.map((usage) => usage.milliseconds)).toFixed(0)
    const mebibytes = median(usages.map((usage) => usage.mebibytes)).toFixed(0)
    const cells = [
      size.toLocaleString('en'),
      first.report.requests.github,
      githubBytes(first).received.toLocaleString('en'),
      `${milliseconds} ms`,
      `${mebibytes} MiB`,
    ]
    console.log(`| ${cells.join(' | ')} |`)
  }
} finally {
  await world.close()
}
