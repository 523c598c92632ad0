import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { withTables } from '../script/readme.ts'
import { readInputs } from '../src/inputs/inputs.ts'
import { inputNames } from '../src/inputs/schema.ts'
import { createWorld, type World } from '../testing/world.ts'

const pages = ['README.md', ...readdirSync('docs').map((name) => `docs/${name}`)]

/** Fenced YAML blocks of a page that use the action. */
const examples = pages.flatMap((page) =>
  [...readFileSync(page, 'utf8').matchAll(/```yaml\n([^]*?)```/g)]
    .map(([, text = '']) => text)
    .filter((text) => text.includes('uses: org/mlflow-sync@'))
    .map((text, index) => [`${page} ${index + 1}`, text] as const),
)

type Step = { uses?: string; with?: Record<string, unknown> }
type Workflow = { jobs?: Record<string, { steps: Step[]; permissions?: object }> }

const stepOf = (text: string): Step => {
  const parsed = parse(text) as Workflow | Step[]
  const steps = Array.isArray(parsed) ? parsed : Object.values(parsed.jobs ?? {})[0]?.steps
  return steps?.find(({ uses }) => uses?.startsWith('org/mlflow-sync@')) ?? {}
}

describe('the pages', () => {
  test('README’s tables are those of action.yml', () => {
    const readme = readFileSync('README.md', 'utf8')
    expect(withTables(readme, readFileSync('action.yml', 'utf8'))).toBe(readme)
  })

  test('have examples', () => {
    expect(examples.length).toBeGreaterThanOrEqual(4)
  })

  test.each(examples)(
    'the example of %s gives only inputs that the action has, and valid ones',
    (_name, text) => {
      const given = Object.entries(stepOf(text).with ?? {})
      expect(given.length).toBeGreaterThan(0)
      const environment = Object.fromEntries(
        given.map(([name, value]) => {
          expect(inputNames).toContain(name)
          const text = String(value).replace(
            /\$\{\{[^}]*\}\}/g,
            name.endsWith('uri') ? 'https://mlflow.example.com' : 'value',
          )
          return [`INPUT_${name.toUpperCase()}`, text]
        }),
      )
      expect(() =>
        readInputs({
          'INPUT_MLFLOW-TRACKING-URI': 'https://mlflow.example.com',
          'INPUT_GITHUB-TOKEN': 'token',
          INPUT_REPOSITORY: 'acme/models',
          ...environment,
        }),
      ).not.toThrow()
    },
  )

  test('all links between pages lead somewhere', () => {
    for (const page of pages) {
      const folder = page.includes('/') ? 'docs/' : ''
      for (const [, target = ''] of readFileSync(page, 'utf8').matchAll(/\]\(([\w./-]+)\)/g)) {
        expect([target, existsSync(`${folder}${target}`)]).toEqual([target, true])
      }
    }
  })
})

describe('the examples run', () => {
  let world: World

  beforeAll(async () => {
    world = await createWorld({ version: 3 })
    const experiment = await world.api.createExperiment('examples')
    await world.api.register('team-a-model', experiment, { metrics: { accuracy: 0.9 } })
  })

  afterAll(async () => {
    await world.close()
  })

  test.each(examples)('%s', async (name, text) => {
    const repository = `acme/${name.replace(/\W+/g, '-')}`
    const given = Object.fromEntries(
      Object.entries(stepOf(text).with ?? {}).map(([input, value]) => [
        input,
        // Secrets and variables are not set here.
        String(value).replace(/\$\{\{[^}]*\}\}/g, ''),
      ]),
    )
    const template = given.template ?? 'unused.yaml'
    world.github.createRepository(repository, {
      files: { [template]: readFileSync('templates/vllm.yaml') },
    })
    const step = await world.sync(
      { ...given, 'mlflow-tracking-uri': world.mlflow.url },
      { repository },
    )
    expect(step.stdout).not.toMatch(/^::error/m)
    expect(step.exitCode).toBe(0)
  })
})
