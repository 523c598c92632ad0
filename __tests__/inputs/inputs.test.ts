import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { createTarget } from '../../src/core/target.ts'
import { plain } from '../../src/core/text/prose.ts'
import { readInputs, type Inputs } from '../../src/inputs/inputs.ts'
import { parseServerUrl } from '../../src/inputs/parsers.ts'
import { inputNames } from '../../src/inputs/schema.ts'
import { actionFile } from '../fixtures/action-file.ts'
import { errorOf, minimal, problemsOf } from '../fixtures/inputs.ts'
import { plainTexts } from '../fixtures/plain-texts.ts'

/** Replaces the compiled globs with what they match, so that inputs can be compared. */
function toComparable(inputs: Inputs) {
  const { selection, ...target } = createTarget(inputs.target)
  const models = ['a', 'b/c'].filter(selection.models)
  const modelPatterns = selection.modelPatterns.map(({ pattern }) => pattern)
  return { ...inputs, target: { ...target, selection: { ...selection, models, modelPatterns } } }
}

describe('the inputs', () => {
  test('are those of action.yml, in the same order', () => {
    expect(inputNames).toEqual(Object.keys(actionFile.inputs))
  })

  test('have the defaults of action.yml even without the runner', () => {
    const given = Object.fromEntries(
      Object.entries(actionFile.inputs)
        .filter(([, { default: value }]) => value !== undefined && !value.includes('${{'))
        .map(([name, { default: value }]) => [`INPUT_${name.toUpperCase()}`, value]),
    )
    expect(toComparable(readInputs({ ...minimal, ...given }))).toEqual(
      toComparable(readInputs(minimal)),
    )
  })

  test('are all validated, and all problems are reported together by name', () => {
    const problems = problemsOf({
      'INPUT_MLFLOW-TRACKING-URI': 'mlflow.example.com',
      'INPUT_GITHUB-TOKEN': '',
      INPUT_REPOSITORY: 'models',
      INPUT_MODE: 'dry-run',
      INPUT_PRUNE: 'yes',
      'INPUT_MAX-DELETIONS': '-1',
      'INPUT_MINIMUM-AGE': '10 minutes',
      INPUT_PATH: '../values',
      INPUT_TEMPLATE: '.git/template.yaml',
      INPUT_BRANCH: 'main:x',
      'INPUT_COMMIT-MESSAGE': '${nonsense}',
      MLFLOW_HTTP_REQUEST_MAX_RETRIES: 'many',
    })
    expect(problems.map((problem) => problem.split(' ')[0]?.replaceAll('`', ''))).toEqual([
      'mlflow-tracking-uri',
      'minimum-age',
      'github-token',
      'repository',
      'branch',
      'path',
      'template',
      'mode',
      'prune',
      'max-deletions',
      'commit-message',
      'MLFLOW_HTTP_REQUEST_MAX_RETRIES',
    ])
  })

  test('never show a secret in a problem', () => {
    const problems = problemsOf({
      'INPUT_MLFLOW-TOKEN': 'to\nken-secret',
      'INPUT_MLFLOW-HEADERS': 'X-Key value-secret\nHost: secret.example.com',
      'INPUT_MLFLOW-TRACKING-URI': 'https://user:pass-secret@mlflow.example.com',
    })
    expect(problems).toHaveLength(4)
    expect(problems.join(' ')).not.toMatch(/secret/)
  })

  test.each([
    [
      { INPUT_MODE: 'plna' },
      '`mode` must be one of `sync`, `plan`, `check` (received `plna`). Did you mean `plan`?',
    ],
    [
      { INPUT_MODE: 'dry-run' },
      '`mode` must be one of `sync`, `plan`, `check` (received `dry-run`)',
    ],
    [
      { 'INPUT_FAIL-ON': 'nevr' },
      '`fail-on` must be one of `error`, `never` (received `nevr`). Did you mean `never`?',
    ],
    [{ INPUT_PRUNE: 'yes' }, '`prune` must be `true` or `false` (received `yes`)'],
    [
      { 'INPUT_MINIMUM-AGE': '10 minutes' },
      '`minimum-age` must be a duration such as `30s`, `10m`, `2h` or `1d` (received `10 minutes`)',
    ],
    [
      { 'INPUT_COMMIT-MESSAGE': 'Sync ${modle.name}' },
      '`commit-message` has the unknown placeholder `${modle.name}`: did you mean `${model.name}`?',
    ],
    [{ 'INPUT_PULL-REQUEST-TITLE': '${x' }, '`pull-request-title` has a `${` without a `}`'],
    [
      { 'INPUT_POLL-INTERVAL': '0s', 'INPUT_POLL-DURATION': '5m' },
      '`poll-interval` must be at least `1s` (received `0s`)',
    ],
    [
      { MLFLOW_HTTP_REQUEST_TIMEOUT: '0' },
      '`MLFLOW_HTTP_REQUEST_TIMEOUT` must be more than 0 seconds (received `0`)',
    ],
    [
      { 'INPUT_MLFLOW-TRACKING-URI': 'ftp://me:pass-word@host/x?token=abc' },
      '`mlflow-tracking-uri` must be an address such as `https://mlflow.example.com` (received `ftp://***@host/x`)',
    ],
    [
      { INPUT_MODE: `a\n  b${'c'.repeat(1000)}` },
      `\`mode\` must be one of \`sync\`, \`plan\`, \`check\` (received \`a b${'c'.repeat(56)}…\`)`,
    ],
  ])('report the value received and what is allowed: %j', (environment, problem) => {
    expect(problemsOf(environment)).toEqual([problem])
  })

  test('mark their own words and the value received', () => {
    const error = errorOf({ INPUT_MODE: '`plan`' })
    expect(error.mistakes).toEqual([{ text: error.problems[0], location: undefined }])
    expect(error.problems[0]).toContainEqual({ kind: 'foreign', text: '`plan`' })
    expect(plain(error.text)).toBe(
      'Invalid input: `mode` must be one of `sync`, `plan`, `check` (received ``plan``). Did you mean `plan`?',
    )
  })

  test('report several problems as a list', () => {
    const { text, mistakes } = errorOf({ INPUT_MODE: 'x', INPUT_PRUNE: 'y' })
    expect(plain(text)).toMatch(/^2 invalid inputs:\n- `mode` must .*\n- `prune` must .*$/)
    expect(mistakes).toHaveLength(2)
  })

  test('warn about an input that does not exist if its name is close to an unused one', () => {
    const warnings = (environment: Record<string, string>) =>
      plainTexts(readInputs({ ...minimal, ...environment }).warnings)
    const warning =
      '`modles` is not an input of mlflow-sync and has no effect. Did you mean `models`?'
    expect(warnings({ INPUT_MODLES: 'llm-*' })).toEqual([warning])
    expect(warnings({ INPUT_MODLES: 'llm-*', INPUT_MODELS: '*' })).toEqual([warning])
    expect(warnings({ INPUT_MODLES: 'llm-*', INPUT_MODELS: 'a' })).toEqual([])
    expect(warnings({ INPUT_MODLES: '', INPUT_DEBUG: 'true', INPUT_VERSION: '3' })).toEqual([])
    expect(problemsOf({ INPUT_MODLES: 'llm-*', INPUT_PRUNE: 'maybe' })).toEqual([
      expect.stringMatching(/^`prune` must be/),
      warning,
    ])
  })

  test("fall back to MLflow's environment variables, and take precedence over them", () => {
    const environment = {
      'INPUT_GITHUB-TOKEN': 'token',
      GITHUB_REPOSITORY: 'acme/models',
      MLFLOW_TRACKING_URI: 'http://localhost:5000/',
      MLFLOW_TRACKING_USERNAME: 'user',
      MLFLOW_TRACKING_PASSWORD: 'password',
      MLFLOW_WORKSPACE: 'research',
      MLFLOW_TRACKING_INSECURE_TLS: 'true',
      'INPUT_MLFLOW-USERNAME': 'somebody',
    }
    expect(readInputs(environment).mlflow).toMatchObject({
      baseUrl: 'http://localhost:5000',
      username: 'somebody',
      password: 'password',
      workspace: 'research',
      insecureTls: true,
    })
  })

  test('convert durations to milliseconds', () => {
    expect(readInputs({ ...minimal, 'INPUT_MINIMUM-AGE': '2h' }).target).toMatchObject({
      minimumAgeMs: 7_200_000,
    })
    expect(readInputs({ ...minimal, 'INPUT_POLL-INTERVAL': '30s' }).poll.intervalMs).toBe(30_000)
  })

  test("name the variable in a problem with a value from MLflow's environment", () => {
    const environment = { MLFLOW_TRACKING_TOKEN: 'a\nb', MLFLOW_WORKSPACE: 'research\u200b' }
    expect(problemsOf(environment)).toEqual([
      expect.stringMatching(
        /^`mlflow-token` \(from `MLFLOW_TRACKING_TOKEN`\) contains a character/,
      ),
      expect.stringMatching(/^`mlflow-workspace` \(from `MLFLOW_WORKSPACE`\) contains a character/),
    ])
  })

  test.each([
    ['latest', /contains `latest`, which MLflow reserves/],
    ['LaTest', /reserves/],
    ['v1', /reserves/],
    ['V12', /reserves/],
    ['v１', /reserves/],
    [
      'a, b',
      /contains `a, b`, but an alias has only letters, digits, `_` and `-`: write one alias per line/,
    ],
    ['a,b', /one alias per line/],
    ['- a', /one alias per line/],
    ['"a"', /one alias per line/],
    ['prod@eu', /one alias per line/],
    ['a'.repeat(256), /256 characters/],
  ])('reject the alias %j, which MLflow cannot have', (alias, problem) => {
    expect(problemsOf({ INPUT_ALIASES: `champion\n${alias}` })).toEqual([
      expect.stringMatching(problem),
    ])
  })

  test('report all impossible aliases together', () => {
    expect(problemsOf({ INPUT_ALIASES: 'latest\nchampion\nv2\na b' })).toHaveLength(3)
  })

  test('accept the aliases that MLflow can have', () => {
    const aliases = ['v', 'v1a', 'v-1', 'latest-1', '1', 'Prüfung_日本', '-', 'a'.repeat(255)]
    const { target } = readInputs({ ...minimal, INPUT_ALIASES: aliases.join('\n') })
    expect(target.aliases).toEqual(aliases)
  })

  test('reject an exclusion of nothing in models', () => {
    expect(problemsOf({ INPUT_MODELS: '*\n!\n! ' })).toEqual([
      '`models` has a line with only `!`: write the models to exclude after it',
    ])
  })

  test('reject incomplete credentials', () => {
    expect(problemsOf({ 'INPUT_MLFLOW-USERNAME': 'user' })).toEqual([
      '`mlflow-password` is empty, but `mlflow-username` is set: MLflow needs both',
    ])
  })

  test('accept a certificate as text or as a file, and report a file without one', () => {
    const directory = mkdtempSync(join(tmpdir(), 'inputs-'))
    const pem = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----'
    writeFileSync(join(directory, 'ca.pem'), pem)
    writeFileSync(join(directory, 'empty.pem'), '')
    const read = (value: string) =>
      readInputs({ ...minimal, 'INPUT_MLFLOW-CA-CERTIFICATE': value }).mlflow.caCertificate
    expect(read(pem)).toBe(pem)
    expect(read(join(directory, 'ca.pem'))).toBe(pem)
    expect(
      plainTexts(problemsOf({ 'INPUT_MLFLOW-CA-CERTIFICATE': join(directory, 'empty.pem') })[0]),
    ).toMatch(
      /^`mlflow-ca-certificate` names the file `.*empty\.pem`, which contains no certificate/,
    )
    expect(problemsOf({ 'INPUT_MLFLOW-CA-CERTIFICATE': join(directory, 'none.pem') })[0]).toMatch(
      /none\.pem`, which can't be read \(ENOENT\)/,
    )
  })
})

describe('the URL of MLflow', () => {
  test.each([
    ['https://host', 'https://host'],
    ['https://host/', 'https://host'],
    ['http://host:5000/ml/', 'http://host:5000/ml'],
    ['https://host/#/models/my_model', 'https://host'],
    ['https://host/ml/#/experiments/1', 'https://host/ml'],
    ['https://host/api/2.0/mlflow', 'https://host'],
    ['https://host/ml/ajax-api/2.0/mlflow/model-versions/search?x=1', 'https://host/ml'],
    ['https://host/index.html', 'https://host'],
    ['https://host/rapid', 'https://host/rapid'],
    ['https://host/a//b//', 'https://host/a//b'],
  ])('%s is reduced to %s', (given, base) => {
    expect(parseServerUrl(given)).toEqual({ ok: true, base })
  })

  test('with many slashes is reduced in linear time', () => {
    const slashes = '/'.repeat(120_000)
    expect(parseServerUrl(`https://host${slashes}a${slashes}`)).toMatchObject({
      base: `https://host${slashes}a`,
    })
  })

  test.each(['host:5000', 'ftp://host', 'databricks', 'sqlite:///mlflow.db', 'https://'])(
    '%s is rejected',
    (given) => {
      expect(parseServerUrl(given).ok).toBe(false)
    },
  )
})

test.each(['template', 'values-schema'])('the index must not replace the file of %s', (name) => {
  const inputs = { INPUT_PATH: 'deploy/', INPUT_INDEX: 'own.yml' }
  const given = { ...inputs, [`INPUT_${name.toUpperCase()}`]: './deploy/own.yml' }
  expect(problemsOf(given)).toEqual([
    `\`index\` is the file that \`${name}\` names: choose another name, such as \`README.md\``,
  ])
  expect(readInputs({ ...minimal, ...given, INPUT_CONFIG: 'c.yml' }).target.index).toBe('own.yml')
})
