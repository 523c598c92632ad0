import { execFileSync } from 'node:child_process'
import { expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { plainText } from '../../src/core/text/neutralise.ts'
import { hasHelm, readAllWithHelm } from '../../testing/helm.ts'
import { insertRows } from '../../testing/mlflow/rows.ts'
import { headBranch, onlyPullRequest, syncPullRequest } from '../../testing/pull-requests.ts'
import {
  readReferences,
  readSkipInstructions,
  readTrailers,
} from '../../testing/readers/commit-message.ts'
import { renderMarkdown, type Rendering } from '../../testing/readers/markdown.ts'
import { readCommands } from '../../testing/readers/runner.ts'
import { readWithPyYaml } from '../../testing/readers/yaml.ts'
import type { Step } from '../../testing/step.ts'
import { runCommand } from '../../testing/terminal.ts'
import { useWorld } from '../../testing/use-world.ts'
import { actionFile } from '../fixtures/action-file.ts'
import { unreadable } from '../fixtures/hostile-texts.ts'
import {
  hostileNumbers,
  existingFiles,
  fieldsWithText,
  rows,
  runIdOf,
  template,
  texts,
} from '../fixtures/hostile-registry.ts'

const world = await useWorld({ version: 3, ownServer: true, throughGateway: true })
insertRows(world.mlflow, rows)
const project = world.createProject({ files: { 'template.yaml': template, ...existingFiles } })
const { repository } = project
world.gateway.rule = hostileNumbers
const inputs = {
  template: 'template.yaml',
  'commit-message': '${models}${model.name}',
  'pull-request-title': '${models}',
}
const counts = { 'created-count': String(2 * texts.length), 'updated-count': String(texts.length) }

/** What a person reads: characters that were replaced by full-width ones look alike. */
function readable(text: string | null, maxCharacters: number): string {
  return plainText(text ?? '', maxCharacters).normalize('NFKC')
}

/** Model and version of each row in the tables of changes, failures and skipped versions. */
function versionsIn({ rows: allRows }: Rendering): string[][] {
  let column = -1
  return allRows.flatMap((cells) => {
    const isComparison = cells[0] === '' && cells[1]?.startsWith('Version ') === true
    if (cells.includes('Model') || isComparison) {
      column = cells.indexOf('Model')
      return []
    }
    const [model = '', version = ''] = column < 0 ? [] : cells.slice(column)
    return column < 0 ? [] : [[model.normalize('NFKC'), version.normalize('NFKC')]]
  })
}

/** Elements and attributes that the action writes itself. */
const ownElements = new Set([
  ...['h2', 'h3', 'p', 'strong', 'br', 'code', 'a href', 'pre', 'code class', 'sub', 'hr'],
  ...['table', 'thead', 'tbody', 'tr', 'th', 'td', 'th align', 'td align', 'ul', 'li'],
  ...['details', 'details open', 'summary'],
])

function expectOnlyText(markdown: string): Rendering {
  expect(markdown).not.toMatch(unreadable)
  const rendering = renderMarkdown(markdown)
  const { elements, links, comments, references } = rendering
  expect(elements.filter((element) => !ownElements.has(element))).toEqual([])
  const hosts = new Set(links.map(({ target }) => new URL(target).origin))
  expect([...hosts].toSorted()).toEqual([world.gateway.url, 'https://github.example.com'])
  expect(references).toEqual([])
  const ownComment = /^ (?:mlflow-sync files=\w+ changes=\w+ title=\w+|\/mlflow-sync) $/
  expect(comments.filter((comment) => !ownComment.test(comment))).toEqual([])
  return rendering
}

function jq(program: string, json: string): unknown {
  return JSON.parse(execFileSync('jq', ['-c', program], { input: json }).toString())
}

/** The log, the outputs, the report and the summary of a step. */
function expectInertStep(step: Step): void {
  // The title of a failed run's annotation has the name of its model.
  const commands = readCommands(step.log).map(({ name, properties }) => ({
    name,
    ...properties,
    ...(properties.title?.startsWith('mlflow-sync: ') === true ? { title: 'mlflow-sync' } : {}),
  }))
  const own = [
    { name: 'add-mask' },
    { name: 'debug' },
    { name: 'group' },
    { name: 'endgroup' },
    ...['error', 'warning'].map((name) => ({ name, title: 'mlflow-sync' })),
  ]
  for (const command of commands) expect(own).toContainEqual(command)
  expect(step.log).not.toMatch(unreadable)
  expect(step.log).not.toContain('##')
  expect(step.stderr).toBe('')

  expect(Object.keys(step.outputs)).toEqual(Object.keys(actionFile.outputs))
  const names = step.changes.map(({ modelName }) => modelName)
  expect(jq('[.[].modelName]', step.outputs.changes ?? '')).toEqual(names)
  expect(new Set(names)).toEqual(new Set(texts.map((text) => text.toWellFormed())))
  expect(step.report.records.filter(({ outcome }) => outcome !== 'unchanged')).toEqual(step.changes)

  expect(versionsIn(expectOnlyText(step.summary)).toSorted()).toEqual(
    step.changes
      .map(({ modelName, modelVersion }) => [readable(modelName, 100), readable(modelVersion, 40)])
      .toSorted(),
  )
}

function expectInertCommit(branch: string): void {
  const message = repository.lastMessage(branch)
  expect(readSkipInstructions(message)).toEqual([])
  expect(readReferences(message)).toEqual([])
  expect(message).not.toMatch(unreadable)
  const trailers = repository.git('log', '-1', '--format=%(trailers)', branch).trim().split('\n')
  expect(trailers).toEqual(readTrailers(message))
  const keys = ['MLflow-Run-Id', 'MLflow-Model-Version']
  expect(trailers.map((line) => line.split(':')[0])).toEqual([
    ...Array.from({ length: 100 }).flatMap(() => keys),
    'MLflow-More-Changes',
    ...(branch === headBranch ? ['MLflow-Sync-Inputs', 'MLflow-Sync-Proposal'] : []),
  ])
}

test('a plan shows hostile texts from MLflow and from files only as text', async () => {
  const step = await project.sync({ ...inputs, mode: 'plan' })
  expect(step.outputs).toMatchObject({ operation: 'planned', ...counts })
  expectInertStep(step)
})

test('a terminal shows them only as text', async () => {
  const args = ['plan', '--repository', repository.fullName, '--github-token', world.github.token]
  const env = {
    GITHUB_API_URL: world.github.apiUrl,
    GITHUB_GRAPHQL_URL: world.github.graphqlUrl,
    GITHUB_SERVER_URL: 'https://github.example.com',
    MLFLOW_TRACKING_URI: world.gateway.url,
  }
  const run = (...more: string[]) =>
    runCommand([...args, '--template', inputs.template, ...more], { env })
  const summary = await run()
  const report = await run('--json')
  const inCi = await runCommand([...args, '--template', inputs.template], {
    env: { ...env, CI: 'true' },
  })
  for (const { stdout, stderr } of [summary, report, inCi]) {
    for (const text of [stdout, stderr]) expect(text).not.toMatch(unreadable)
  }
  // Runners take these for commands.
  expect(inCi.stdout + inCi.stderr).not.toMatch(/::|##/)
  expect(new Set(jq('[.records[].modelName]', report.stdout) as string[])).toEqual(
    new Set(texts.map((text) => text.toWellFormed())),
  )
})

test('a pull request shows them only as text, and its marker stays its own', async () => {
  const step = await syncPullRequest(project, inputs)
  expect(step.outputs).toMatchObject({ operation: 'pull-request-created', ...counts })
  expectInertStep(step)
  expectInertCommit(headBranch)
  const { title, body } = onlyPullRequest(project)
  expect(readReferences(title)).toEqual([])
  expect(readSkipInstructions(`${title}\n\n${body}`)).toEqual([])
  expectOnlyText(body)
  expect(body.match(/<!-- \/?mlflow-sync /g)).toHaveLength(2)
  const again = await syncPullRequest(project, inputs)
  expect(again.outputs).toMatchObject({ operation: 'none' })
})

test('a commit writes them to files that all YAML readers understand', async () => {
  const step = await project.sync(inputs)
  expect(step.outputs).toMatchObject({ operation: 'committed', ...counts })
  expectInertStep(step)
  expectInertCommit('main')
  const files = texts.flatMap((text, index) => [
    { text, created: true, yaml: repository.read(`${runIdOf(index, 'created')}.yaml`) },
    { text, created: false, yaml: repository.read(`${runIdOf(index, 'updated')}.yaml`) },
  ])
  const sources = files.map(({ yaml }) => yaml)
  const values = sources.map((yaml) => parse(yaml) as Record<string, unknown>)
  expect(readWithPyYaml(sources)).toEqual(values.map((value) => ({ value })))
  if (hasHelm) {
    expect(readAllWithHelm(sources)).toEqual(values.map((value) => ({ value })))
  }
  files.forEach(({ text, created }, index) => {
    const written = text.toWellFormed()
    const expected = created ? fieldsWithText(written) : { other: written }
    const { global, ...others } = values[index] ?? {}
    expect(global).toMatchObject({ modelName: written, modelVersion: created ? '1' : '2' })
    expect(others).toEqual(expected)
  })

  const again = await project.sync(inputs)
  // Experiment ids in the files that MLflow cannot have do not affect the other runs.
  expect(again.outputs).toMatchObject({
    operation: 'none',
    'failed-count': step.outputs['failed-count'],
    'skipped-count': step.outputs['skipped-count'],
  })
  expectInertStep(again)
})
