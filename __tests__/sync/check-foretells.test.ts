import { beforeEach, describe, expect, test } from '@jest/globals'
import { plain } from '../../src/core/text/prose.ts'
import type { Rule } from '../../testing/github/rules/types.ts'
import { json } from '../../testing/mlflow/gateway-rules.ts'
import type { Project } from '../../testing/project.ts'
import { useWorld } from '../../testing/use-world.ts'
import { runInProcess } from '../fixtures/in-process-job.ts'

/** `mode: check` foretells what a sync with the same inputs would run into. */

const world = await useWorld({ version: 3, throughGateway: true })
let project: Project

const pullRequest = { 'pull-request': 'true' }

beforeEach(async () => {
  project = world.createProject()
  await project.register('m')
})

function rule(branch: string, type: Rule['type'], pattern?: string): void {
  const parameters = pattern === undefined ? {} : { operator: 'regex', pattern }
  project.repository.settings.rules = [{ branch, type, parameters } as Rule]
}

/** The result of one check, by its name. */
async function check(name: string, inputs: Readonly<Record<string, string>>) {
  const { result } = await runInProcess(world, project, { ...inputs, mode: 'check' })
  const found = result.connections?.find((connection) => connection.name === name)
  return { status: found?.status, detail: plain(found?.detail ?? []) }
}

async function exitCode(inputs: Readonly<Record<string, string>>): Promise<number> {
  return (await runInProcess(world, project, inputs)).exitCode
}

const baseRules = 'GitHub: branch rules'
const headBranch = 'GitHub: head branch'

test('a rule about messages that only deletions break', async () => {
  await project.register('n')
  await exitCode({})
  await world.api.deleteModel(project.model('n'))
  rule('main', 'commit_message_pattern', '^(Add|Update|Sync)')
  expect(await check(baseRules, {})).toMatchObject({ status: 'ok' })
  expect(await check(baseRules, { prune: 'true' })).toMatchObject({ status: 'failed' })
  expect(await exitCode({ prune: 'true' })).toBe(1)
})

describe('a head branch', () => {
  test('that has another job’s proposal', async () => {
    await exitCode(pullRequest)
    const inputs = { ...pullRequest, models: project.model('n') }
    expect(await check(headBranch, pullRequest)).toMatchObject({ status: 'ok' })
    await project.register('n')
    expect(await check(headBranch, inputs)).toMatchObject({
      status: 'failed',
      detail: expect.stringContaining('another job must have written'),
    })
    expect(await exitCode(inputs)).toBe(1)
  })

  test('that will have to be created again', async () => {
    await exitCode(pullRequest)
    rule('mlflow-sync/*', 'creation')
    expect(await check(headBranch, pullRequest)).toMatchObject({ status: 'failed' })
  })

  test('that cannot be deleted, which fails no sync', async () => {
    rule('mlflow-sync/*', 'deletion')
    expect(await check(headBranch, pullRequest)).toMatchObject({
      status: 'skipped',
      detail: expect.stringContaining('deleting the branch is restricted'),
    })
    expect(await exitCode(pullRequest)).toBe(0)
    await exitCode({})
    expect(await exitCode(pullRequest)).toBe(0)
    expect(project.repository.pullRequests.map(({ state }) => state)).toEqual(['closed'])
  })

  test('whose classic protection does not show yet', async () => {
    project.repository.settings.protection = [{ pattern: 'mlflow-sync/*' }]
    expect((await check(headBranch, pullRequest)).detail).toMatch(/once the branch exists/)
    await exitCode(pullRequest)
    expect(await check(headBranch, pullRequest)).toMatchObject({ status: 'failed' })
  })
})

describe('permission to tag', () => {
  const name = 'MLflow: tags'
  const inputs = { 'write-back': 'true' }

  test('is not tested without the input', async () => {
    expect(await check(name, {})).toMatchObject({ status: undefined })
  })

  test('is unknown if nothing is selected, or the server does not tell', async () => {
    const detail = expect.stringContaining('no model is selected')
    const none = await check(name, { ...inputs, 'minimum-age': '1h' })
    expect(none).toMatchObject({ status: 'skipped', detail })
    world.gateway.rule = ({ url }) =>
      url.endsWith('-tag') ? json({ error_code: 'BAD_REQUEST', message: 'No.' }, 400) : undefined
    expect(await check(name, inputs)).toEqual({
      status: 'skipped',
      detail: 'MLflow does not say whether its user may set and remove tags',
    })
  })
})

describe('an index page that a sync would leave alone', () => {
  const page = 'values/INDEX.md'
  const start = '<!-- mlflow-sync:index -->'
  const end = '<!-- /mlflow-sync:index -->'

  test.each<[string, string | { content: string; mode: '120000' }, string]>([
    ['with a mark that has no partner', `# A\n\n${start}\n`, 'line 3, .* after it'],
    ['with an end before the start', `${end}\n${start}\n`, 'line 1, .* before it'],
    ['with a doubled mark', `${start}\n${start}\n${end}\n`, 'line 2, .* more than once'],
    [
      'with conflict markers',
      '<<<<<<< a\nx\n=======\ny\n>>>>>>> b\n',
      'line 1, .*conflict markers',
    ],
    ['with a code block that is not closed', '# A\n\n```\nx\n', 'line 3, .*not closed'],
    ['that is a link', { content: '../README.md', mode: '120000' }, 'symbolic link'],
  ])('%s', async (_name, content, expected) => {
    project.repository.push('main', { [page]: content })
    const inputs = { path: 'values', index: 'INDEX.md' }
    const warningsOf = async (mode: string) => {
      const { result, exitCode: code } = await runInProcess(world, project, { ...inputs, mode })
      expect(code).toBe(0)
      return result.warnings.map(plain)
    }
    const pattern = new RegExp(`index in .values/INDEX.md.*${expected}`)
    expect(await warningsOf('check')).toEqual([expect.stringMatching(pattern)])
    expect(await warningsOf('sync')).toEqual([expect.stringMatching(pattern)])
  })

  test('and none about a page with both marks, or without any', async () => {
    project.repository.push('main', {
      'a/README.md': '# A\n',
      'b/README.md': `${start}\n${end}\n`,
      'targets.yaml':
        'version: 1\ndefaults: { index: README.md }\ntargets: [{path: a}, {path: b}]\n',
    })
    const inputs = { config: 'targets.yaml', mode: 'check' }
    expect((await runInProcess(world, project, inputs)).result.warnings).toEqual([])
    project.repository.push('main', { 'b/README.md': end })
    const { result } = await runInProcess(world, project, inputs)
    expect(result.warnings.map(plain)).toEqual([expect.stringMatching(/^Target `b`: The index in/)])
  })
})
