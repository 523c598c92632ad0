import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { z } from 'zod'
import { inputNames, inputSchema } from '../../src/inputs/schema.ts'
import { booleanInputs, commands, listInputs, parseArguments } from '../../src/terminal/flags.ts'
import { UsageError } from '../../src/terminal/usage-error.ts'

function inputsOf(...args: string[]): Readonly<Record<string, string>> {
  const command = parseArguments(args)
  return command.kind === 'run' ? command.inputs : {}
}

/** The mistakes in a command line, as one text. */
function mistakesOf(...args: string[]): string {
  try {
    parseArguments(args)
  } catch (error) {
    if (error instanceof UsageError) return error.message
    throw error
  }
  return ''
}

describe('flags', () => {
  test.each(inputNames.filter((name) => name !== 'mode'))('set the input %s', (name) => {
    expect(inputsOf('plan', `--${name}=true`)).toEqual({ mode: 'plan', [name]: 'true' })
    expect(inputsOf(`--${name}`, 'true', 'plan')).toEqual({ mode: 'plan', [name]: 'true' })
  })

  test.each(commands)('%s is a command, and a mode', (command) => {
    expect(inputsOf(command)).toEqual({ mode: command })
    expect(inputsOf('--mode', command)).toEqual({ mode: command })
    expect(inputsOf(command, '--mode', command)).toEqual({ mode: command })
  })

  test('need no value for what is true or false', () => {
    expect(inputsOf('sync', '--prune', '--path', 'a')).toMatchObject({ prune: 'true', path: 'a' })
    expect(inputsOf('--prune', 'sync')).toEqual({ mode: 'sync', prune: 'true' })
    expect(inputsOf('sync', '--prune=false')).toMatchObject({ prune: 'false' })
    expect(inputsOf('--prune', 'False', 'sync')).toMatchObject({ mode: 'sync', prune: 'False' })
  })

  test('of lists can be repeated, and keep lines', () => {
    expect(inputsOf('plan', '--models', 'a*', '--models=!ab\nc')).toMatchObject({
      models: 'a*\n!ab\nc',
    })
  })

  test('take a value that begins with a dash after an equals sign', () => {
    expect(inputsOf('plan', '--path=-a')).toMatchObject({ path: '-a' })
    expect(mistakesOf('plan', '--path', '-a')).toBe(
      '`--path` needs a value; one that begins with a dash follows an equals sign: `--path=…`',
    )
  })

  test('of a boolean take what people write for true and false, which is then validated', () => {
    expect(inputsOf('sync', '--prune', 'yes')).toMatchObject({ mode: 'sync', prune: 'yes' })
  })

  test('may have an empty value, which is the default', () => {
    expect(inputsOf('plan', '--mode=')).toMatchObject({ mode: 'plan' })
    expect(inputsOf('plan', '--path', '', '--branch=')).toMatchObject({ path: '', branch: '' })
  })

  test('choose what is printed', () => {
    expect(parseArguments(['plan', '--json'])).toMatchObject({ isJson: true, isDebug: false })
    expect(parseArguments(['plan', '--debug'])).toMatchObject({ isJson: false, isDebug: true })
    expect(parseArguments(['--wrong', '-h'])).toEqual({ kind: 'help' })
    expect(parseArguments(['help'])).toEqual({ kind: 'help' })
    expect(parseArguments(['--version'])).toEqual({ kind: 'version' })
  })
})

describe('a mistake', () => {
  test.each([
    [['plan', '--reposiory', 'a/b'], 'Unknown flag `--reposiory`. Did you mean `--repository`?'],
    [['plan', '--modles=a'], 'Unknown flag `--modles`. Did you mean `--models`?'],
    [['plan', '--Prune'], 'Unknown flag `--Prune`. Did you mean `--prune`?'],
    [['plan', '--run_filter', 'a'], 'Unknown flag `--run_filter`. Did you mean `--run-filter`?'],
    [['plan', '-prune'], 'Unknown flag `-prune`. Did you mean `--prune`?'],
    [
      ['plan', '--token', 'secret'],
      'Unknown flag `--token`. Did you mean `--mlflow-token` or `--github-token`?',
    ],
    [['plan', '--frobnicate'], 'Unknown flag `--frobnicate`'],
    [['--', 'plan'], 'Unknown flag `--`: leave it out'],
    [['plan', '--=a'], 'Unknown flag `--`: leave it out'],
    [['plan', '--no-prune'], 'Unknown flag `--no-prune`: to switch it off, write `--prune=false`'],
    [['plan', '--branch'], '`--branch` needs a value'],
    [['plan', '--branch', '--json'], '`--branch` needs a value'],
    [['plan', '--branch', 'a', '--branch', 'b'], '`--branch` can only be given once'],
    [['plan', '-path', 'a'], 'Unknown flag `-path`. Did you mean `--path`?'],
    [['plan', '-branch=main'], 'Unknown flag `-branch`. Did you mean `--branch`?'],
    [['plan', '-xh'], 'Unknown flag `-xh`'],
    [
      ['plan', '--mlflow-url', 'a'],
      'Unknown flag `--mlflow-url`. Did you mean `--mlflow-ui-url` or `--mlflow-tracking-uri`?',
    ],
    [
      ['plan', '--mlflow-uri', 'a'],
      'Unknown flag `--mlflow-uri`. Did you mean `--mlflow-tracking-uri`?',
    ],
    [['plan', '--repo', 'a/b'], 'Unknown flag `--repo`. Did you mean `--repository`?'],
    [['plan', '--age', '1d'], 'Unknown flag `--age`. Did you mean `--minimum-age`?'],
    [['sync', '--dry-run'], 'Unknown flag `--dry-run`: the command `plan` writes nothing'],
    [['sync', '--dryrun'], 'Unknown flag `--dryrun`: the command `plan` writes nothing'],
    [['sync', '--dry_run=true'], 'Unknown flag `--dry_run`: the command `plan` writes nothing'],
    [['sync', '--Dry-Run'], 'Unknown flag `--Dry-Run`: the command `plan` writes nothing'],
    [['plan', '--modle', 'a'], 'Unknown flag `--modle`. Did you mean `--mode` or `--models`?'],
    [['plan', '--alais', 'a'], 'Unknown flag `--alais`. Did you mean `--aliases`?'],
    [['sync', '--recreate'], '`--recreate` needs a value: `true`, or the id of a run'],
    [['plan', `--${'x'.repeat(500)}`], `Unknown flag \`--${'x'.repeat(57)}…\``],
    [['--mode='], 'The command is missing: `sync`, `plan` or `check`'],
    [['--mode', ' '], 'The command is missing: `sync`, `plan` or `check`'],
    [['plan', '--models', '--aliases', 'a'], '`--models` needs a value'],
    [['plan', '--json=yes'], '`--json` takes no value'],
    [['plan', 'deploy'], 'Unexpected argument `deploy`'],
    [['sync', '--mode', 'plan'], '`--mode=plan` contradicts the command `sync`'],
    [['plna'], 'Unknown command `plna`: it is `sync`, `plan` or `check`. Did you mean `plan`?'],
    [[], 'The command is missing: `sync`, `plan` or `check`'],
  ] as const)('in %j is named with the way out', (args, message) => {
    expect(mistakesOf(...args)).toBe(message)
  })

  test.each([
    ['plan', '--mlflow-token', 'Bearer', 'abcdef'],
    ['--mlflow-token', 'Bearer', 'abcdef'],
    ['plan', '--mlflow-password', '-abcdef'],
    ['plan', '--mlflow-tokn', 'abcdef'],
    ['plan', '--mlflow-tokn', 'Bearer', 'abcdef'],
    ['plan', '--mlflow-tokn=abcdef'],
    ['plan', '--github-token=abcdef', '--github-token=abcdef'],
  ])('in a secret does not show it: %j', (...args) => {
    expect(mistakesOf(...args)).not.toBe('')
    expect(mistakesOf(...args)).not.toContain('abcdef')
  })

  test('does not hide another', () => {
    expect(mistakesOf('plam', '--pth=a', '--branch')).toBe(
      [
        '3 mistakes:',
        '- Unknown command `plam`: it is `sync`, `plan` or `check`. Did you mean `plan`?',
        '- Unknown flag `--pth`. Did you mean `--path`?',
        '- `--branch` needs a value',
      ].join('\n'),
    )
  })
})

test('lists are the inputs with one entry per line', () => {
  const { inputs } = z
    .object({ inputs: z.record(z.string(), z.object({ description: z.string() })) })
    .parse(parse(readFileSync('action.yml', 'utf8')))
  const lists = Object.entries(inputs).filter(([, { description }]) =>
    /one .*per line/.test(description),
  )
  expect([...listInputs].toSorted()).toEqual(lists.map(([name]) => name).toSorted())
})

test('flags without a value are the inputs whose value is a boolean', () => {
  const booleans = inputNames.filter(
    (name) => inputSchema.shape[name].safeParse('TRUE').data === true,
  )
  expect([...booleanInputs].toSorted()).toEqual(booleans.toSorted())
})
