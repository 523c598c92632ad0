import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { withTables } from '../script/readme.ts'
import { readInputs } from '../src/inputs/inputs.ts'
import { inputNames } from '../src/inputs/schema.ts'
import { createWorld, type World } from '../testing/world.ts'

const pages = ['README.md', ...readdirSync('docs').map((name) => `docs/${name}`)]

/** Fenced YAML blocks that use the action, with a name. */
const examples = pages.flatMap((page) =>
  [...readFileSync(page, 'utf8').matchAll(/```yaml\n([^]*?)```/g)]
    .map(([, text = '']) => text)
    .filter((text) => text.includes('uses: org/mlflow-sync@'))
    .map((text, index) => [`${page} ${index + 1}`, text] as const),
)

type Step = { uses?: string; with?: Record<string, unknown> }
type Workflow = { jobs?: Record<string, { steps: Step[] }> }

/** The inputs of an example, with every expression replaced. */
function inputsOf(text: string, expressionValue: (input: string) => string): [string, string][] {
  const parsed = parse(text) as Workflow | Step[]
  const steps = Array.isArray(parsed) ? parsed : Object.values(parsed.jobs ?? {})[0]?.steps
  const step = steps?.find(({ uses }) => uses?.startsWith('org/mlflow-sync@'))
  return Object.entries(step?.with ?? {}).map(([input, value]) => [
    input,
    String(value).replace(/\$\{\{[^}]*\}\}/g, expressionValue(input)),
  ])
}

describe('the documentation', () => {
  test("contains action.yml's inputs and outputs in the README's tables", () => {
    const readme = readFileSync('README.md', 'utf8')
    expect(withTables(readme, readFileSync('action.yml', 'utf8'))).toBe(readme)
  })

  test('has examples', () => {
    expect(examples.length).toBeGreaterThanOrEqual(4)
  })

  test.each(examples)(
    'uses existing inputs with valid values in the example of %s',
    (_name, text) => {
      const inputs = inputsOf(text, (input) =>
        input.endsWith('uri') ? 'https://mlflow.example.com' : 'value',
      )
      expect(inputs.length).toBeGreaterThan(0)
      for (const [input] of inputs) expect(inputNames).toContain(input)
      const variables = inputs.map(([input, value]) => [`INPUT_${input.toUpperCase()}`, value])
      expect(() =>
        readInputs({
          'INPUT_MLFLOW-TRACKING-URI': 'https://mlflow.example.com',
          'INPUT_GITHUB-TOKEN': 'token',
          INPUT_REPOSITORY: 'acme/models',
          ...(Object.fromEntries(variables) as Record<string, string>),
        }),
      ).not.toThrow()
    },
  )

  test('has no broken links between pages', () => {
    for (const page of pages) {
      const folder = page.includes('/') ? 'docs/' : ''
      for (const [, target = ''] of readFileSync(page, 'utf8').matchAll(/\]\(([\w./-]+)\)/g)) {
        expect([target, existsSync(`${folder}${target}`)]).toEqual([target, true])
      }
    }
  })
})

describe('an example', () => {
  // Examples may sync every model, so the registry must contain no others.
  let world: World

  beforeAll(async () => {
    world = await createWorld({ version: 3, ownServer: true })
    await world.createProject().register('team-a-model', { metrics: { accuracy: 0.9 } })
  })

  afterAll(() => world.close())

  test.each(examples)('runs: %s', async (_name, text) => {
    // Secrets and variables are not set.
    const inputs = Object.fromEntries(inputsOf(text, () => ''))
    const template = inputs.template ?? 'unused.yaml'
    const project = world.createProject({
      files: { [template]: readFileSync('templates/vllm.yaml') },
    })
    const step = await project.sync({ ...inputs, 'mlflow-tracking-uri': world.mlflow.url })
    expect(step.errors).toEqual([])
    expect(step.exitCode).toBe(0)
  })
})
