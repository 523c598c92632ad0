import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * Measures how long `dist/index.js` takes to start, beside an action that only imports the same four
 * libraries, built in the same way. Both run in turn, and the medians are printed: `node bench/start.ts
 * 20`, where 20 is the number of runs. The action runs without inputs, so it starts, validates its
 * inputs, reports what is wrong with them, and ends.
 */

const libraries = ['@actions/core', '@actions/github', 'yaml', 'zod']

const root = join(import.meta.dirname, '..')
const runs = Number(process.argv[2] ?? '20')
const directory = mkdtempSync(join(tmpdir(), 'start-'))

/** Builds an action of nothing but imports, and returns its path. */
function buildImports(): string {
  const source = join(directory, 'src')
  mkdirSync(source)
  symlinkSync(join(root, 'node_modules'), join(source, 'node_modules'))
  const names = libraries.map((_, index) => `library${index}`)
  const lines = [
    ...libraries.map((library, index) => `import * as library${index} from '${library}'`),
    // Otherwise the bundler leaves them out.
    `globalThis.libraries = [${names.join(', ')}]`,
  ]
  writeFileSync(join(source, 'package.json'), '{ "type": "module" }')
  writeFileSync(join(source, 'index.js'), `${lines.join('\n')}\n`)
  const ncc = join(root, 'node_modules', '.bin', 'ncc')
  const built = join(directory, 'imports')
  execFileSync(ncc, ['build', join(source, 'index.js'), '-o', built], { stdio: 'ignore' })
  return join(built, 'index.js')
}

type Run = { readonly wall: number; readonly processor: number }

/** Has a process report the processor time that it used. */
const reporter = join(directory, 'reporter.cjs')
const report = `process.on('exit', () => {
  const { user, system } = process.cpuUsage()
  require('node:fs').writeSync(3, String((user + system) / 1000))
})`

function start(script: string): Run {
  const startedAt = performance.now()
  const { output } = spawnSync(process.execPath, ['--require', reporter, script], {
    env: {},
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
  })
  return { wall: performance.now() - startedAt, processor: Number(output[3]) }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN
}

try {
  cpSync(join(root, 'dist'), join(directory, 'dist'), { recursive: true })
  writeFileSync(reporter, report)
  const scripts = new Map([
    ['imports only', buildImports()],
    ['mlflow-sync', join(directory, 'dist', 'index.js')],
  ])
  const measured = new Map([...scripts.keys()].map((name): [string, Run[]] => [name, []]))
  // The first run of each only fills the file cache.
  for (let round = 0; round <= runs; round += 1) {
    for (const [name, script] of scripts) {
      const run = start(script)
      if (round > 0) measured.get(name)?.push(run)
    }
  }
  for (const [name, results] of measured) {
    const wall = median(results.map((run) => run.wall)).toFixed(0)
    const processor = median(results.map((run) => run.processor)).toFixed(0)
    console.log(`${name}: ${wall} ms, ${processor} ms of processor time`)
  }
} finally {
  rmSync(directory, { recursive: true })
}
