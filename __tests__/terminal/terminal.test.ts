import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals'
import { reportSchema } from '../../src/report/report.ts'
import { commandName } from '../../src/terminal/help.ts'
import { onlyWhere } from '../../testing/only-where.ts'
import type { Project } from '../../testing/project.ts'
import { runCommand, type TerminalOptions, type TerminalRun } from '../../testing/terminal.ts'
import { useWorld } from '../../testing/use-world.ts'

const world = await useWorld({ version: 3, throughGateway: true })
const withShell = onlyWhere('shell scripts')
const scratch = mkdtempSync(join(tmpdir(), 'terminal-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

let project: Project
beforeEach(() => {
  project = world.createProject()
})

const servers = {
  GITHUB_API_URL: world.github.apiUrl,
  GITHUB_GRAPHQL_URL: world.github.graphqlUrl,
  GITHUB_SERVER_URL: 'https://github.example.com',
  MLFLOW_TRACKING_URI: world.gateway.url,
  GITHUB_TOKEN: world.github.token,
}

type Run = TerminalRun & { readonly requests: number }

/** Runs the command for this project, and counts the requests to both servers. */
async function run(args: readonly string[], options: TerminalOptions = {}): Promise<Run> {
  const count = (): number => world.github.requests.length + world.gateway.requests.length
  const before = count()
  const selection = ['--repository', project.repository.fullName, '--models', project.model('*')]
  const result = await runCommand([...args, ...selection], {
    ...options,
    env: { ...servers, ...options.env },
  })
  return { ...result, requests: count() - before }
}

const escape = '\u001b'

describe('the command', () => {
  test('plans without writing, then writes what it planned', async () => {
    const { runId } = await project.register('model')
    const plan = await run(['plan', '--path', 'deploy/values'])
    expect(plan).toMatchObject({ exitCode: 0 })
    expect(plan.stdout).toContain(
      `New file deploy/values/${runId}.yaml\n  # Helm values for one vLLM`,
    )
    expect(plan.stdout).toContain('✅ Plan: a sync would create 1 file in main in ')
    expect(plan.stderr).toMatch(/^mlflow-sync +\d+\.\d+\.\d+, mode: plan\n/)
    expect(project.repository.commitCount()).toBe(1)

    const sync = await run(['sync', '--path', 'deploy/values'])
    expect(sync).toMatchObject({ exitCode: 0 })
    const { fullName } = project.repository
    const sha = project.repository.head()
    expect(sync.stdout).toContain(
      `✅ Committed ${sha.slice(0, 7)} to main in ${fullName}: 1 created\n`,
    )
    expect(sync.stdout).toMatch(new RegExp(`^created +deploy/values/${runId}\\.yaml`, 'm'))
    expect(sync.stdout).toContain(
      `  commit  https://github.example.com/${fullName}/commit/${sha}\n`,
    )
    expect(project.repository.read(`deploy/values/${runId}.yaml`)).toContain(`runid: `)
  })

  test('does what a step of a workflow does', async () => {
    await project.register('model', { metrics: { accuracy: 0.5 } })
    await project.register('model', { metrics: { accuracy: 0.75 } })
    const step = await project.sync({
      mode: 'plan',
      path: 'a',
      prune: 'true',
      'max-deletions': '3',
    })
    const { stdout, stderr, exitCode } = await run([
      ...['plan', '--path', 'a', '--prune', '--max-deletions=3', '--json'],
    ])
    expect({ exitCode, stderr: stderr.includes('mode: plan') }).toEqual({
      exitCode: 0,
      stderr: true,
    })
    const report = reportSchema.parse(JSON.parse(stdout))
    const { startedAt, finishedAt, phases } = report
    expect(report).toEqual({ ...step.report, startedAt, finishedAt, phases })
    expect(step.report.records).toHaveLength(2)
  })

  test('shows the diff of an update, and better or worse', async () => {
    const runId = await project.createRun({ metrics: { accuracy: 0.5 } })
    const source = `s3://bucket/${runId}/artifacts/model`
    const { name } = await project.registerExternal('model', { runId, source })
    await run(['sync'])
    await project.registerExternal('model', { runId, source })
    await project.register('model', { metrics: { accuracy: 0.75 } })
    const { stdout } = await run(['plan'])
    expect(stdout).toContain(`Update of ${runId}.yaml\n  --- a/${runId}.yaml\n`)
    expect(stdout).toMatch(/^ {2}- {2}modelVersion: "1"\n {2}\+ {2}modelVersion: "2"$/m)
    expect(stdout).toMatch(
      new RegExp(
        `^Metrics and parameters of ${name} version 3, compared with version \\d\n  accuracy  0\\.5  0\\.75  ▲ \\+0\\.25 better$`,
        'm',
      ),
    )
  })

  test('exits with 1 if anything failed, unless failures are only warnings', async () => {
    await project.register('model')
    const args = ['check', '--template', 'missing.yaml']
    const check = await run(args)
    expect(check.exitCode).toBe(1)
    expect(check.stdout).toMatch(
      /^failed +Template +There is no template `missing\.yaml` .*\n {4}Check `--template`: .* this machine are not read\.$/m,
    )
    expect(check.stdout).toContain('❌ 1 of 9 checks failed for main in ')
    expect((await run([...args, '--fail-on', 'never'])).exitCode).toBe(0)
    const failed = await run(['sync', '--filter', 'nonsense'])
    expect(failed.exitCode).toBe(1)
    expect(failed.stdout).toMatch(
      /^Error: MLflow rejected the `--filter` input: .*\n {2}Correct the filter/m,
    )
  })
})

describe('standard output', () => {
  test('has colours in a terminal, and none in a pipe or with NO_COLOR', async () => {
    const env = { TERM: 'xterm-256color', FORCE_COLOR: '1' }
    const args = ['check', '--path', 'a']
    const [coloured, plain, piped] = [
      await run(args, { isTerminal: true, env }),
      await run(args, { isTerminal: true, env: { ...env, NO_COLOR: '1' } }),
      await run(args, { env }),
    ]
    expect(coloured.stdout).toContain(`${escape}[32mok${escape}[39m`)
    expect(plain.stdout).toMatch(/^ok +MLflow: model versions/m)
    for (const { stdout, stderr } of [plain, piped]) {
      expect(stdout + stderr).not.toContain(escape)
      expect(stdout + stderr).not.toContain('NO_COLOR')
    }
  })

  test('is only the report with --json, also of a job that failed', async () => {
    const { stdout, stderr, exitCode } = await run(['sync', '--filter', 'nonsense', '--json'])
    expect(exitCode).toBe(1)
    const report = reportSchema.parse(JSON.parse(stdout))
    expect(report.operation).toBe('failed')
    expect(report.error?.message).toContain('`--filter`')
    expect(stderr).toContain('mode: sync')
  })

  test('has commands of a CI service only where there is none to run them', async () => {
    const args = ['plan', '--filter', "name LIKE '::error::##x'"]
    const shown = (await run(args)).stderr
    expect(shown).toMatch(/^filter +name LIKE '::error::##x'$/m)
    const inCi = await run(args, { env: { CI: 'true' } })
    expect(inCi.stdout + inCi.stderr).not.toMatch(/::|##/)
  })

  /** Without what counts the models of other tests. */
  function textsIn(json: string) {
    const { records, connections } = reportSchema.parse(JSON.parse(json))
    return { records, template: connections?.find(({ name }) => name === 'Template') }
  }

  test.each([
    ['TF_BUILD', 'True'],
    ['GITHUB_ACTIONS', 'true'],
    ['CI', 'true'],
  ])('has no commands in its JSON, either, if %s is set', async (variable, value) => {
    await project.registerExternal('##vso[task.setvariable variable=PATH]z')
    for (const args of [['plan'], ['check', '--template', ':::error::###[error]']]) {
      const shown = await run([...args, '--json'])
      expect(shown.stdout).toMatch(/##|::/)
      const inService = await run([...args, '--json'], { env: { [variable]: value } })
      expect(inService.stdout).not.toMatch(/##|::/)
      const [expected, actual] = [shown, inService].map(({ stdout }) => textsIn(stdout))
      expect(actual).toEqual(expected)
    }
  })

  withShell.test('may have no reader: the job ends as usual', async () => {
    await project.register('model')
    const shell = '"$0" "$@" | true; exit "${PIPESTATUS[0]}"'
    const { exitCode } = await run(['sync'], { shell })
    expect(exitCode).toBe(0)
    expect(project.repository.commitCount()).toBe(2)
  })

  onlyWhere('full device').test('that is lost on a full disk is a failure', async () => {
    const { exitCode, stderr } = await run(['plan', '--json'], { shell: '"$0" "$@" >/dev/full' })
    expect(exitCode).toBe(1)
    expect(stderr).toMatch(/The result could not be written to standard output: ENOSPC/)
  })
})

onlyWhere('signals').test('Ctrl+C ends the job with its summary', async () => {
  await project.register('model')
  const reached = Promise.withResolvers<undefined>()
  world.gateway.rule = () => {
    reached.resolve(undefined)
    return new Promise<never>(() => undefined)
  }
  const interrupt = { signal: 'SIGINT', when: reached.promise } as const
  const { exitCode, stdout } = await run(['sync'], { interrupt })
  expect(exitCode).toBe(1)
  expect(stdout).toContain('Error: The job was cancelled before it wrote anything\n')
})

describe('advice', () => {
  test('about GitHub is meant for a terminal', async () => {
    const expired = await run(['check', '--github-token', 'expired'])
    expect(expired.stdout).toContain('Sign in again with `gh auth login`')
    const { fullName } = project.repository
    const reader = world.github.addToken({
      contents: 'read',
      pullRequests: 'none',
      repositories: [fullName],
    })
    await project.register('model')
    const denied = await run(['sync', '--github-token', reader])
    expect(denied.stdout).toContain('For a fine-grained token or a GitHub App, set "Contents"')
    for (const { stdout } of [expired, denied])
      expect(stdout).not.toMatch(/workflow|the job's|runner/)
  })

  test('names inputs as flags, and keys of a configuration file as they are', async () => {
    await project.register('model')
    const flags = await run(['check', '--aliases', 'none'])
    expect(flags.stdout).toContain('`--aliases`: no selected version has the alias `none`')
    expect(flags.stdout).toContain('not needed without `--pull-request=true`')
    project.repository.push('main', {
      'sync.yaml': 'version: 1\ntargets:\n  - path: a\n    aliases: [none]\n',
    })
    const keys = await run(['check', '--config', 'sync.yaml'])
    expect(keys.stdout).toContain('`aliases`: no selected version has the alias `none`')
  })
})

describe('the token for GitHub', () => {
  const withoutToken = { GITHUB_TOKEN: '' }

  /** A folder with a program named gh that prints what it was asked, and then the token. */
  function fakeGh(token: string): string {
    const file = join(scratch, 'gh')
    const lines = ['#!/bin/sh', `echo "$*" >'${join(scratch, 'asked')}'`, `echo '${token}'`]
    writeFileSync(file, `${lines.join('\n')}\n`)
    chmodSync(file, 0o755)
    return [scratch, process.env.PATH].join(delimiter)
  }

  withShell.test('comes from gh if no variable has it', async () => {
    const PATH = fakeGh(world.github.token)
    const { exitCode, stderr, stdout } = await run(['plan'], { env: { ...withoutToken, PATH } })
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 })
    expect(readFileSync(join(scratch, 'asked'), 'utf8')).toBe(
      'auth token --hostname github.example.com\n',
    )
    expect(stdout + stderr).not.toContain(world.github.token)
  })

  test('is that of the flag, or of the variable if the flag is empty', async () => {
    const { token } = world.github
    const variable = { env: { GITHUB_TOKEN: 'another' } }
    expect((await run(['plan', '--github-token', token], variable)).exitCode).toBe(0)
    expect((await run(['plan', '--github-token='])).exitCode).toBe(0)
  })

  test('that is not one is reported with the place that it came from', async () => {
    const variable = await run(['plan'], { env: { GITHUB_TOKEN: 'a\u200bb' } })
    expect(variable.exitCode).toBe(2)
    expect(variable.stderr).toContain('`--github-token` (from `GITHUB_TOKEN`) contains ')
    const flag = await run(['plan', '--github-token', 'a\u200bb'])
    expect(flag.stderr).toContain('`--github-token` contains ')
  })

  test('that is missing is an invalid use', async () => {
    const { exitCode, stderr, requests } = await run(['plan'], {
      env: { ...withoutToken, PATH: join(scratch, 'empty') },
    })
    expect({ exitCode, requests }).toEqual({ exitCode: 2, requests: 0 })
    expect(stderr).toContain('sign in with `gh auth login`, or set the variable `GITHUB_TOKEN`')
  })
})

describe('an invalid use', () => {
  test('is reported before any request, all of it at once', async () => {
    const { exitCode, stdout, stderr, requests } = await run(
      ['plan', '--path', '../a', '--minimum-age', '5x', '--mlflow-token', 'a\tsecret'],
      { env: { MLFLOW_TRACKING_URI: '' } },
    )
    expect({ exitCode, stdout, requests }).toEqual({ exitCode: 2, stdout: '', requests: 0 })
    expect(stderr).toMatch(/^mlflow-sync: 4 mistakes:$/m)
    expect(stderr).toMatch(/^- `--mlflow-tracking-uri` is required: /m)
    expect(stderr).toMatch(/^- `--path` must .* \(received `\.\.\/a`\)$/m)
    expect(stderr).toMatch(/^- `--minimum-age` must be a duration .* \(received `5x`\)$/m)
    expect(stderr).toMatch(/^- `--mlflow-token` /m)
    expect(stderr).not.toContain('secret')
    expect(stderr.endsWith(`\nAll commands and flags: ${commandName} --help\n`)).toBe(true)
  })

  test('is a missing repository', async () => {
    const { exitCode, stderr } = await runCommand(['plan'], {
      env: { ...servers, GITHUB_REPOSITORY: '' },
    })
    expect(exitCode).toBe(2)
    expect(stderr).toContain('`--repository` is required: set it to `owner/name`\n')
  })

  test('of flags is reported before any request', async () => {
    const { exitCode, stderr, requests } = await run(['plan', '--modles', 'a'])
    expect({ exitCode, requests }).toEqual({ exitCode: 2, requests: 0 })
    expect(stderr).toContain('Unknown flag `--modles`. Did you mean `--models`?')
  })

  test('is a missing command, wherever it runs', async () => {
    const env = { INPUT_METHOD: 'fcitx', GITHUB_ACTIONS: 'true' }
    const { exitCode, stdout, stderr } = await runCommand([], { env })
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
    expect(stderr).toContain('The command is missing: `sync`, `plan` or `check`')
  })
})

test('the inputs of a surrounding workflow do not count', async () => {
  const { stdout, exitCode } = await run(['plan', '--json'], {
    env: { GITHUB_ACTIONS: 'true', INPUT_PATH: 'elsewhere', INPUT_MODE: 'sync' },
  })
  expect(exitCode).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({ mode: 'plan', path: '' })
})

test('--debug logs each request, without secrets', async () => {
  const { stderr } = await run(['plan', '--debug', '--mlflow-token', 'a-secret-token'])
  expect(stderr).toMatch(/^MLflow GET \S+model-versions\/search -> 200 in /m)
  expect(stderr).toMatch(/^GitHub GraphQL Branch -> 200 in /m)
  expect(stderr).not.toContain('a-secret-token')
})

test('--version and --help need no server', async () => {
  expect(await runCommand(['--version'])).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
  })
  const { exitCode, stdout } = await runCommand(['plan', '--help'])
  expect(exitCode).toBe(0)
  expect(stdout).toContain('  --mlflow-tracking-uri <value>\n')
})
