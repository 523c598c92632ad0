import { readdirSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { pinsOf, readAllWorkflows, withPins } from '../script/pins.ts'
import { withTables } from '../script/readme.ts'
import { readInputs } from '../src/inputs/inputs.ts'
import { inputNames } from '../src/inputs/schema.ts'
import { commandName } from '../src/terminal/help.ts'
import {
  actionName,
  evaluate,
  publishedAction,
  readConfigurations,
  readExamples,
} from '../testing/examples.ts'
import { createWorld, type World } from '../testing/world.ts'

const pages = [
  'README.md',
  'SECURITY.md',
  ...readdirSync('docs').flatMap((name) => (name.endsWith('.md') ? [`docs/${name}`] : [])),
]
const examples = pages.flatMap(readExamples)
const configurations = pages.flatMap(readConfigurations)

describe('the documentation', () => {
  test("contains action.yml's inputs and outputs in the README's tables", () => {
    const readme = readFileSync('README.md', 'utf8')
    expect(withTables(readme, readFileSync('action.yml', 'utf8'))).toBe(readme)
  })

  test('has examples', () => {
    expect(configurations.length).toBeGreaterThanOrEqual(3)
    expect(examples.length).toBeGreaterThanOrEqual(4)
  })

  test.each(examples)('uses existing inputs with valid values in $name', (example) => {
    const inputs = evaluate(example.inputs, (input) =>
      input.endsWith('uri') ? 'https://mlflow.example.com' : 'value',
    )
    expect(Object.keys(inputs).length).toBeGreaterThan(0)
    const variables: Record<string, string> = {
      'INPUT_MLFLOW-TRACKING-URI': 'https://mlflow.example.com',
      'INPUT_GITHUB-TOKEN': 'token',
      INPUT_REPOSITORY: 'acme/models',
    }
    for (const [input, value] of Object.entries(inputs)) {
      expect(inputNames).toContain(input)
      variables[`INPUT_${input.toUpperCase()}`] = value
    }
    expect(() => readInputs(variables)).not.toThrow()
  })

  /** Somebody may copy these as they are: all versions, in the root, would be a surprise. */
  const jobs = examples.filter(({ text }) => text.includes('jobs:'))

  test.each(jobs)('selects versions, and has a directory for them in $name', ({ inputs }) => {
    if (inputs.config === undefined) {
      expect(inputs).toMatchObject({ path: expect.any(String), aliases: expect.any(String) })
    }
  })

  const proofs = pages.flatMap((page) =>
    [...readFileSync(page, 'utf8').matchAll(/\]\((?:\.\.\/)?(__tests__\/[^)]+)\): "([^"]+)"/g)].map(
      ([, file = '', title = '']): [string, string] => [title, file],
    ),
  )

  test.each(proofs)('cites an existing test: "%s" in %s', (title, file) => {
    const source = readFileSync(file, 'utf8').replaceAll("\\'", "'")
    expect(source).toContain(title)
  })

  test('cites tests', () => {
    expect(proofs.length).toBeGreaterThanOrEqual(30)
  })

  const usesIn = (text: string): string[] =>
    [...text.matchAll(/^ *(?:- )?uses: (.+)$/gm)].map(([, action = '']) => action)

  test('pins actions as the workflows do, which `npm run pins` sees to', () => {
    const pins = pinsOf(readAllWorkflows())
    const uses = pages.flatMap((page) => usesIn(readFileSync(page, 'utf8')))
    const pinned = uses.filter((action) => !action.startsWith(actionName))
    expect(pinned.length).toBeGreaterThan(3)
    for (const action of pinned) expect([...pins.values()]).toContain(action)
  })

  test('gets pins that have changed in a workflow', () => {
    const workflow = `      - uses: actions/checkout@${'b'.repeat(40)} # v8.0.0\n`
    const page = (sha: string, version: string) =>
      [
        `steps:`,
        `  - uses: actions/checkout@${sha} # ${version}`,
        `  - id: other`,
        `    uses: acme/other@${'a'.repeat(40)} # v1.0.0`,
        `  - uses: ${publishedAction}`,
        '',
      ].join('\n')
    expect(
      withPins(page('a'.repeat(40), 'v7.0.1'), pinsOf([workflow, `uses: ${actionName}v9`])),
    ).toBe(page('b'.repeat(40), 'v8.0.0'))
  })

  test('runs the command at the release that its workflows use', () => {
    const quickStart = usesIn(readFileSync('README.md', 'utf8'))[0] ?? ''
    const [name = '', ref = ''] = quickStart.split('@')
    expect(commandName).toBe(`npx "github:${name}#${ref}"`)
    const commands = [...pages, 'CONTRIBUTING.md', 'CHANGELOG.md'].flatMap((page) =>
      [...readFileSync(page, 'utf8').matchAll(/npx( --yes)?\s(?:> )?(\S*github:[^\s`]+)/g)].map(
        ([, , source]) => source,
      ),
    )
    expect(commands.length).toBeGreaterThan(6)
    // In quotes: with the option EXTENDED_GLOB, zsh takes `#` for a part of a pattern (zshoptions(1)), and
    // cmd.exe does not know single ones.
    // A page says how to pin a commit.
    const others = commands.filter((source) => source !== `"github:${name}#${ref}"`)
    expect(others).toEqual([`"github:${name}#<sha>"`])
  })

  test('names every folder of tests', () => {
    const table = readFileSync('CONTRIBUTING.md', 'utf8').split('\n## Tests\n')[1] ?? ''
    const folders = readdirSync('__tests__', { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name)
    const named = table.match(/`(?:__tests__\/)?[\w-]+`(?=[^|\n]*\|)/g) ?? []
    expect(named.map((name) => name.replaceAll(/`|__tests__\//g, ''))).toEqual(
      expect.arrayContaining(folders),
    )
  })
})

describe('an example runs', () => {
  let world: World

  beforeAll(async () => {
    // Examples may sync every model, so the registry must contain no others.
    world = await createWorld({ version: 3, ownServer: true })
    await world.createProject().register('team-a-model', { metrics: { accuracy: 0.9 } })
  })

  afterAll(() => world.close())

  test.each(examples)('$name', async (example) => {
    // Secrets and variables are not set.
    const inputs = evaluate(example.inputs, () => '')
    const template = inputs.template ?? 'unused.yaml'
    const config = inputs.config ?? 'unused.yaml'
    const schema = inputs['values-schema'] ?? 'unused.json'
    const project = world.createProject({
      ...(inputs.repository === undefined ? {} : { name: inputs.repository }),
      files: {
        [template]: readFileSync('templates/vllm.yaml'),
        [config]: configurations[0]?.text ?? '',
        [schema]: '{}',
      },
    })
    const servers = {
      'mlflow-tracking-uri': world.mlflow.url,
      'github-token': world.github.token,
    }
    const step = await project.sync({ ...inputs, ...servers })
    expect(step.errors).toEqual([])
    expect(step.exitCode).toBe(0)
  })

  test.each(configurations)('$name', async ({ text, files }) => {
    const template = readFileSync('templates/vllm.yaml')
    const project = world.createProject({
      files: {
        ...Object.fromEntries(files.map((path) => [path, template])),
        'config.yaml': text,
      },
    })
    const inputs = { config: 'config.yaml', 'mlflow-tracking-uri': world.mlflow.url }
    const step = await project.sync({ ...inputs, mode: 'plan' })
    expect(step.errors).toEqual([])
    expect(step.exitCode).toBe(0)
  })
})
