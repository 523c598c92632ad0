import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, sep } from 'node:path'
import { parse } from 'yaml'

/** A fenced YAML block in the documentation that uses the action. */
export type Example = {
  /** The page, and the example's number on that page. */
  readonly name: string
  readonly text: string
  /** The action's inputs, with their expressions. */
  readonly inputs: Readonly<Record<string, string>>
}

type WorkflowStep = { uses?: string; with?: Record<string, unknown> }
type Workflow = {
  on?: unknown
  permissions?: unknown
  jobs?: Record<string, { steps: WorkflowStep[] }>
}

/** The action as users name it in `uses:`. `script/set-owner` changes it, here too. */
export const publishedAction = 'org/mlflow-sync@v1'

/** What stands before the version in `uses:`. */
export const actionName = publishedAction.replace(/[^@]*$/, '')

export function readExamples(page: string): Example[] {
  return [...readFileSync(page, 'utf8').matchAll(/```yaml\n([^]*?)```/g)]
    .map(([, text = '']) => text)
    .filter((text) => text.includes(`uses: ${actionName}`))
    .map((text, index) => ({ name: `${page} ${index + 1}`, text, inputs: inputsOf(text) }))
}

/** Replaces `${{ … }}` in every input. */
export function evaluate(
  inputs: Example['inputs'],
  value: (input: string) => string,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(inputs).map(([input, text]) => [
      input,
      text.replace(/\$\{\{[^}]*\}\}/g, value(input)),
    ]),
  )
}

/** An example is either a workflow or a list of steps. */
function inputsOf(text: string): Record<string, string> {
  const parsed = parse(text) as Workflow | WorkflowStep[]
  const steps = Array.isArray(parsed) ? parsed : Object.values(parsed.jobs ?? {})[0]?.steps
  const step = steps?.find(({ uses }) => uses?.startsWith(actionName))
  return Object.fromEntries(
    Object.entries(step?.with ?? {}).map(([input, value]) => [input, String(value)]),
  )
}

const root = join(import.meta.dirname, '..')

/**
 * The path of a folder in `examples`. `__tests__/examples/every-example.test.ts` looks for calls of this
 * function in the tests, and fails if there is none for one of the folders.
 */
export function exampleFolder(name: string): string {
  return join(root, 'examples', name)
}

/** The files below a folder by their paths, as they are once a user has copied them. */
export function filesBelow(folder: string): Record<string, Buffer> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()
  const files = names.filter((name) => statSync(join(folder, name)).isFile())
  return Object.fromEntries(
    files.map((name) => [name.replaceAll(sep, '/'), readFileSync(join(folder, name))]),
  )
}

/** A file of a folder in `examples`, which users copy to the root of a repository. */
export type ExampleFile = {
  /** From the root of this repository, with slashes. */
  readonly path: string
  readonly text: string
}

/** The workflows in `examples`. */
export function readWorkflows(): ExampleFile[] {
  return Object.entries(filesBelow(exampleFolder('')))
    .filter(([path]) => /\/\.github\/workflows\/[^/]+\.yml$/.test(path))
    .map(([path, text]) => ({ path: `examples/${path}`, text: text.toString() }))
}

/**
 * A complete workflow with the example in it, which uses the action in its own repository. What an excerpt
 * leaves out is as in a complete one.
 */
export function localWorkflow({ text }: Pick<Example, 'text'>): string {
  const local = text.replaceAll(new RegExp(`uses: ${actionName}\\S+`, 'g'), 'uses: ./')
  const parsed = parse(text) as Workflow | WorkflowStep[]
  if (Array.isArray(parsed)) {
    const steps = local.replace(/^(?=.)/gm, '      ')
    const jobs = `jobs:\n  sync:\n    runs-on: ubuntu-latest\n    steps:\n${steps}`
    return `on: push\npermissions: {}\n${jobs}`
  }
  const permissions = parsed.permissions === undefined ? 'permissions: {}\n' : ''
  return parsed.on === undefined ? `on: push\n${permissions}${local}` : local
}

/** A configuration file in a page, and the templates that it names. */
export type ConfigurationExample = {
  readonly name: string
  readonly text: string
  readonly files: readonly string[]
}

/** The complete configuration files in a page. */
export function readConfigurations(page: string): ConfigurationExample[] {
  const blocks = [...readFileSync(page, 'utf8').matchAll(/^```yaml\n(.*?)^```$/gms)]
  return blocks.flatMap(([, text = ''], index) => {
    if (!/^version: 1$/m.test(text)) return []
    const files = [...text.matchAll(/^ +template: (\S+)$/gm)].map(([, path = '']) => path)
    return [{ name: `${page} configuration ${index + 1}`, text, files }]
  })
}
