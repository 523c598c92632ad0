import { spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeEach, expect } from '@jest/globals'
import { onlyWhere } from '../../testing/only-where.ts'

const { describe, test } = onlyWhere('shell scripts')

/** A folder with the real scripts, in which programs that note their arguments install nothing. */
const scratch = mkdtempSync(join(tmpdir(), 'set-up-'))
const calls = join(scratch, 'calls')
const repository = join(scratch, 'repository')
const programs = join(scratch, 'programs')
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

/** What the module cache contains after the download of the modules with CRDs. */
const downloadedCrds = [
  'argoproj/argo-cd/v3@v3.2.0/manifests/crds/a-crd.yaml',
  'fluxcd/helm-controller@v1.4.0/config/crd/bases/b.yaml',
  'kserve/kserve@v0.15.2/config/crd/full/serving.kserve.io_c.yaml',
  'kserve/kserve@v0.15.2/config/crd/full/kustomization.yaml',
]

function write(path: string, lines: readonly string[]): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, `${lines.join('\n')}\n`, { mode: 0o755 })
}

function writeProgram(name: string, lines: readonly string[]): void {
  write(join(programs, name), ['#!/bin/sh', `echo "${name} $*" >>'${calls}'`, ...lines])
}

beforeEach(() => {
  rmSync(repository, { recursive: true, force: true })
  rmSync(programs, { recursive: true, force: true })
  writeFileSync(calls, '')
  cpSync('script', join(repository, 'script'), { recursive: true })
  for (const file of ['package-lock.json', '.npmrc']) cpSync(file, join(repository, file))
  for (const name of ['uv', '3', '2', 'ui']) {
    write(join(repository, 'testing', 'mlflow', `requirements-${name}.txt`), ['x==1'])
  }
  for (const name of ['tools', 'crds']) {
    cpSync(join('testing', name), join(repository, 'testing', name), { recursive: true })
  }
  writeProgram('npm', ['mkdir -p node_modules', 'exit ${NPM_STATUS:-0}'])
  writeProgram('go', ['echo go1.10'])
  writeProgram('new-go', [
    'if [ "$1" = env ]; then echo go1.99.1; exit; fi',
    'if [ "$1" = mod ]; then',
    `for file in ${downloadedCrds.join(' ')}; do`,
    'mkdir -p "$GOMODCACHE/github.com/${file%/*}" && touch "$GOMODCACHE/github.com/$file"',
    'done',
    'echo downloaded; exit ${GO_STATUS:-0}; fi',
    'for last; do :; done',
    'touch "$GOBIN/${last##*/}"',
    'echo built; exit ${GO_STATUS:-0}',
  ])
  const createEnvironment = (folder: string): string[] => [
    `mkdir -p "${folder}/$PROGRAMS"`,
    `cp "$0" "${folder}/$PROGRAMS/python"`,
    `cp '${programs}/uv' "${folder}/$PROGRAMS/uv"`,
  ]
  writeProgram('python3', [
    'if [ "$1" = -m ] && [ "$2" = venv ]; then',
    ...createEnvironment('$3'),
    'fi',
    '[ "$1" != -c ] || [ -z "$OLD_PYTHON" ]',
  ])
  writeProgram('uv', [
    'for last; do :; done',
    'if [ "$1" = venv ]; then mkdir -p "$last/$PROGRAMS"; else mkdir -p .venvs/mlflow-ui; fi',
    `if [ "$last" = .venvs/go ]; then cp '${programs}/new-go' .venvs/go/bin/go; fi`,
  ])
})

function run(script: string, args: readonly string[] = [], env: NodeJS.ProcessEnv = {}) {
  const path = [programs, dirname(process.execPath), '/usr/bin', '/bin'].join(':')
  return spawnSync('bash', [join(repository, 'script', script), ...args], {
    encoding: 'utf8',
    env: { PATH: path, PROGRAMS: 'bin', ...env },
  })
}

const callsOf = (name: string): string[] =>
  readFileSync(calls, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith(`${name} `))

describe('script/setup', () => {
  test.each(['bin', 'Scripts'])('installs each part once, with programs in %s', (folder) => {
    const first = run('setup', ['3', 'ui'], { PROGRAMS: folder })
    expect([first.status, first.stderr]).toEqual([0, ''])
    expect(first.stdout.match(/^Installing .* MB to download, .* MB on disk/gm)).toHaveLength(4)
    expect(callsOf('npm')).toHaveLength(1)
    const python = `--python .venvs/mlflow-3/${folder}/python`
    expect(callsOf('uv').filter((call) => call.includes(python))).toHaveLength(2)

    const second = run('setup', ['3', 'ui'], { PROGRAMS: folder })
    expect([second.status, second.stdout]).toEqual([0, ''])
  })

  test('installs both versions of MLflow by default', () => {
    expect(run('setup').status).toBe(0)
    expect(callsOf('uv').filter((call) => call.startsWith('uv venv'))).toHaveLength(2)
  })

  test('fails with an installation that fails, and tries it again', () => {
    expect(run('setup', ['3'], { NPM_STATUS: '7' }).status).toBe(7)
    expect(callsOf('uv')).toEqual([])
    expect(run('setup', ['3']).status).toBe(0)
    expect(callsOf('npm')).toHaveLength(2)
  })

  describe('with programs to build', () => {
    const builds = (): string[] =>
      callsOf('new-go').filter((call) => call.startsWith('new-go install'))

    test('builds each of them once, with the Go of the system', () => {
      cpSync(join(programs, 'new-go'), join(programs, 'go'))
      expect(run('setup', ['lint']).stdout).toMatch(/^Building actionlint in the background/m)
      expect(run('setup', ['lint', 'act']).stdout).toMatch(/^Building act in the background/m)
      expect(builds().map((call) => call.split('/').at(-1))).toEqual(['actionlint', 'act'])
      expect(callsOf('uv').filter((call) => call.includes('.venvs/go'))).toEqual([])
      expect(run('setup', ['act', 'lint']).stdout).toBe('')
    })

    test('installs Go for the build if the one of the system is too old', () => {
      const { status, stdout } = run('setup', ['act'])
      expect([status, builds().length]).toEqual([0, 1])
      expect(stdout).toMatch(/^Installing Go, /m)
      expect(existsSync(join(repository, '.venvs', 'go'))).toBe(false)
    })

    test('fails with a build that fails, shows why, and tries it again', () => {
      const failed = run('setup', ['act'], { GO_STATUS: '3' })
      expect([failed.status, failed.stderr]).toEqual([3, expect.stringContaining('built')])
      expect(run('setup', ['act']).status).toBe(0)
    })
  })

  describe('with CRDs to download', () => {
    const folder = join(repository, '.cache', 'crds')
    const downloads = () => callsOf('new-go').filter((call) => call === 'new-go mod download')

    test.each(['new', 'old'])('keeps only the CRDs, with a %s Go on the PATH', (go) => {
      if (go === 'new') cpSync(join(programs, 'new-go'), join(programs, 'go'))
      const { status, stdout } = run('setup', ['crds'])
      expect([status, downloads().length]).toEqual([0, 1])
      expect(stdout).toMatch(/^Downloading the schemas of .* \(60 MB to download, /m)
      expect(readdirSync(folder).sort()).toEqual([
        '.stamp',
        'a-crd.yaml',
        'b.yaml',
        'serving.kserve.io_c.yaml',
      ])
      expect(readdirSync(join(repository, '.cache', 'go'))).toEqual(['bin'])
      expect(existsSync(join(repository, '.venvs', 'go'))).toBe(false)
      expect(run('setup', ['crds']).stdout).toBe('')
    })

    test('fails with a download that fails, and tries it again', () => {
      const failed = run('setup', ['crds'], { GO_STATUS: '3' })
      expect([failed.status, failed.stderr]).toEqual([3, expect.stringContaining('downloaded')])
      expect(run('setup', ['crds', 'act']).status).toBe(0)
      expect([downloads().length, existsSync(folder)]).toEqual([2, true])
    })
  })

  test('finds Python under the name of a version', () => {
    writeProgram('python3.12', readFileSync(join(programs, 'python3'), 'utf8').split('\n').slice(2))
    for (const name of ['python3', 'python', 'python3.13']) writeProgram(name, ['exit 1'])
    expect(run('setup', ['3']).status).toBe(0)
    expect(callsOf('python3.12').some((call) => call.includes('-m venv'))).toBe(true)
  })

  test('names what is missing', () => {
    for (const name of ['python', 'python3.13', 'python3.12', 'python3.11']) {
      writeProgram(name, ['exit 1'])
    }
    const { status, stderr } = run('setup', ['3'], { OLD_PYTHON: '1', EXTRA_TOOLS: 'no-such-tool' })
    expect(status).toBe(1)
    expect(stderr).toContain('Python 3.11 or newer is required')
    expect(stderr).toContain('no-such-tool: install it')
    expect(callsOf('npm')).toEqual([])
  })
})

describe('script/demo', () => {
  beforeEach(() => {
    write(join(repository, 'script', 'setup'), ['#!/bin/sh', `echo "setup $*" >>'${calls}'`])
    write(join(repository, 'testing', 'demo.ts'), [
      'console.log(JSON.stringify([process.execPath, ...process.argv.slice(2)]))',
    ])
  })

  test('explains its options without installing anything', () => {
    const { status, stdout } = run('demo', ['--help'])
    expect(status).toBe(0)
    expect(stdout).toMatch(/^Usage: script\/demo \[--keep\]$/m)
    expect(callsOf('setup')).toEqual([])
  })

  test('rejects an unknown argument without installing anything', () => {
    const { status, stdout, stderr } = run('demo', ['--keep', '--kepp'])
    expect([status, stdout]).toEqual([2, ''])
    expect(stderr).toContain("unknown argument '--kepp'")
    expect(stderr).toContain('Usage: script/demo')
    expect(callsOf('setup')).toEqual([])
  })

  test('runs with the Node.js on the PATH if the installed one does not run here', () => {
    write(join(repository, 'node_modules', '.bin', 'node'), ['#!/no/such/loader'])
    const { status, stdout } = run('demo', ['--keep'])
    expect([status, JSON.parse(stdout)]).toEqual([0, [process.execPath, '--keep']])
    expect(callsOf('setup')).toEqual(['setup 3 ui'])
  })

  test.each(['v30.1.0', 'v24.0.0'])('accepts %s', (version) => {
    writeProgram('node', [
      `exec '${process.execPath}' --import '${join(scratch, 'version.mjs')}' "$@"`,
    ])
    write(join(scratch, 'version.mjs'), [
      `Object.defineProperty(process.versions, 'node', { value: '${version.slice(1)}' })`,
    ])
    expect(run('demo').status).toBe(0)
  })

  test('needs Node.js 24', () => {
    writeProgram('node', ['if [ "$1" = --version ]; then echo v22.1.0; fi', 'exit 1'])
    const { status, stderr } = run('demo')
    expect(status).toBe(1)
    expect(stderr).toContain('Node.js 24 or newer is required')
  })
})

test('the scripts use nothing that the bash of macOS lacks', () => {
  for (const name of ['setup', 'demo', 'lint']) {
    const text = readFileSync(join('script', name), 'utf8')
    expect(text).not.toMatch(/declare -A|mapfile|readarray|\$\{\w+@|\$\{\w+(?:,,|\^\^)|&>>|\|&/)
    expect(text).not.toMatch(/readlink -f|sed -i|date -d|mktemp --|\[@\]/)
  }
})

test('go.sum has the hashes of every module with CRDs', () => {
  // Go would trust its checksum database for one that is missing.
  const read = (name: string): string => readFileSync(join('testing', 'crds', name), 'utf8')
  const modules = [...read('go.mod').matchAll(/^\t(\S+ v\S+)$/gm)].map(([, module]) => module)
  const hashes = [...read('go.sum').matchAll(/^(\S+ \S+) h1:/gm)].map(([, module]) => module)
  expect(hashes).toEqual(modules.flatMap((module) => [module, `${module}/go.mod`]))
})
