import { afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import type { Step } from '../../testing/step.ts'
import { useWorld } from '../../testing/use-world.ts'

const world = await useWorld({ version: 3 })
const project = world.createProject()
const { repository } = project

beforeAll(() => project.register('model'))

afterEach(() => {
  repository.settings.protectedBranches = {}
  world.github.clearFaults()
  // A check must not leave a trace.
  expect(repository.git('for-each-ref', '--format=%(refname)')).toBe('refs/heads/main')
  expect(repository.commitCount()).toBe(1)
  expect(repository.pullRequests).toEqual([])
})

function check(inputs = {}) {
  return project.sync({ mode: 'check', ...inputs })
}

function failedChecks({ connections }: Step): string[] {
  return connections.filter(({ status }) => status === 'failed').map(({ name }) => name)
}

test('succeeds and confirms every connection when everything works', async () => {
  const step = await check({ 'pull-request': 'true' })
  expect(failedChecks(step)).toEqual([])
  expect(step.exitCode).toBe(0)
  expect(step.outputs).toMatchObject({ operation: 'checked', changed: 'false' })
  expect(step.connections.map(({ status }) => status)).not.toContain('skipped')
  expect(step.connections).not.toEqual([])
  expect(step.summary).toContain('Everything that was checked works')
})

test('finds a read-only token before the first sync does', async () => {
  const token = world.github.addToken({ contents: 'read', pullRequests: 'none' })
  const step = await check({ 'github-token': token, 'pull-request': 'true' })
  expect(failedChecks(step)).toEqual(['GitHub: contents: write', 'GitHub: pull-requests: write'])
  expect(step.exitCode).toBe(1)
  const contents = step.connections.find(({ name }) => name === 'GitHub: contents: write')
  expect(contents?.advice).toContain('permissions: contents: write')
  expect(step.log).toMatch(/::error.*contents: write/)
})

test('reports all problems at once', async () => {
  const step = await check({ 'mlflow-tracking-uri': 'http://127.0.0.1:9', branch: 'nowhere' })
  expect(failedChecks(step)).toEqual(['MLflow: model versions', 'GitHub: repository and branch'])
  expect(step.summary).toMatch(/2 of \d+ checks failed/)
})

test('finds a missing template and a filter that MLflow rejects', async () => {
  const step = await check({ template: 'nowhere.yaml', 'run-filter': 'nonsense ~' })
  expect(failedChecks(step)).toEqual(['MLflow: selection', 'Template'])
})

test('finds a ruleset that requires pull requests', async () => {
  repository.settings.protectedBranches = { main: 'ruleset' }
  expect(failedChecks(await check())).toEqual(['GitHub: branch rules'])
})

test('accepts a ruleset that requires pull requests when the action opens them', async () => {
  repository.settings.protectedBranches = { main: 'ruleset' }
  expect(failedChecks(await check({ 'pull-request': 'true' }))).toEqual([])
})

type Rule = { readonly type: string; readonly parameters?: unknown; readonly ruleset_id?: number }

function respondTo(suffix: string, body: unknown): void {
  const match = ({ path }: { path: string }) => path.endsWith(suffix)
  world.github.inject({ kind: 'respond', status: 200, body: JSON.stringify(body) }, { match })
}

/** Gives a branch these rules. */
function setRules(branch: string, ...rules: readonly Rule[]): void {
  respondTo(`/rules/branches/${encodeURIComponent(branch)}`, rules)
}

function connectionOf({ connections }: Step, name: string) {
  const found = connections.find((connection) => connection.name === name)
  if (found === undefined) throw new Error(`there is no check ${name}`)
  return found
}

const baseRules = 'GitHub: branch rules'
const headBranch = 'GitHub: head branch'

describe('a rule of the branch', () => {
  test.each([
    ['update', /pull-request: true/],
    ['merge_queue', /pull-request: true/],
    ['required_status_checks', /pull-request: true/],
    ['required_deployments', /pull-request: true/],
    ['workflows', /pull-request: true/],
  ])('of type %s is found, with its own way out', async (type, advice) => {
    setRules('main', { type, ruleset_id: 42 })
    respondTo('/rulesets/42', { current_user_can_bypass: 'never' })
    const step = await check()
    expect(failedChecks(step)).toEqual([baseRules])
    expect(connectionOf(step, baseRules).detail).toContain(`rule ${type} in ruleset 42`)
    expect(connectionOf(step, baseRules).advice).toMatch(advice)
  })

  test.each([
    [
      { type: 'commit_message_pattern', parameters: { operator: 'starts_with', pattern: 'JIRA-' } },
      /`commit-message`/,
    ],
    [
      { type: 'file_path_restriction', parameters: { restricted_file_paths: ['**/*.yaml'] } },
      /`path`/,
    ],
    [
      { type: 'file_extension_restriction', parameters: { restricted_file_extensions: ['.yaml'] } },
      /bypass/,
    ],
    [{ type: 'max_file_path_length', parameters: { max_file_path_length: 20 } }, /`path`/],
  ])('is compared with what a sync writes: %j', async (rule, advice) => {
    setRules('main', rule)
    const step = await check()
    expect(failedChecks(step)).toEqual([baseRules])
    expect(connectionOf(step, baseRules).advice).toMatch(advice)
  })

  test('that the inputs satisfy is no problem', async () => {
    setRules(
      'main',
      {
        type: 'commit_message_pattern',
        parameters: { operator: 'regex', pattern: '^chore\\(models\\): ' },
      },
      { type: 'file_path_restriction', parameters: { restricted_file_paths: ['production/**/*'] } },
      { type: 'deletion' },
      { type: 'non_fast_forward' },
    )
    const step = await check({
      'commit-message': 'chore(models): ${total} changes',
      path: 'staging',
    })
    expect(connectionOf(step, baseRules)).toMatchObject({
      status: 'ok',
      detail: 'rules: 4, none against it',
    })
  })

  test.each([
    [{ type: 'required_signatures' }, /signed.*not tested/, /GitHub App token/],
    [{ type: 'commit_author_email_pattern' }, /email.*not tested/, /bypass/],
    [
      { type: 'commit_message_pattern', parameters: { operator: 'regex', pattern: '\\Qx\\E' } },
      /message.*not tested/,
      /`commit-message`/,
    ],
    [{ type: 'brand_new' }, /brand_new.*not tested/, /Look at the rule brand_new/],
  ])('that cannot be tested is no all-clear: %j', async (rule, detail, advice) => {
    setRules('main', rule)
    const connection = connectionOf(await check(), baseRules)
    expect(connection.status).toBe('skipped')
    expect(connection.detail).toMatch(detail)
    expect(connection.advice).toMatch(advice)
  })

  test('does not matter if the token may bypass its ruleset', async () => {
    const rules = ['update', 'merge_queue'].map((type) => ({ type, ruleset_id: 42 }))
    setRules('main', ...rules)
    respondTo('/rulesets/42', { current_user_can_bypass: 'always' })
    const step = await check()
    expect(failedChecks(step)).toEqual([])
    expect(step.githubRequests.filter(({ path }) => path.endsWith('/rulesets/42'))).toHaveLength(1)
  })

  test('matters if the token may only bypass it in pull requests', async () => {
    setRules('main', { type: 'update', ruleset_id: 42 })
    respondTo('/rulesets/42', { current_user_can_bypass: 'pull_requests_only' })
    expect(failedChecks(await check())).toEqual([baseRules])
  })
})

describe('classic branch protection', () => {
  const open = {
    viewerCanPush: true,
    requiredApprovingReviewCount: null,
    requiresCodeOwnerReviews: false,
    requiredStatusCheckContexts: [],
    requiresSignatures: false,
    allowsForcePushes: true,
    allowsDeletions: true,
  }

  function protect(refUpdateRule: object | null): void {
    repository.settings.protectedBranches = { main: 'protection' }
    const body = JSON.stringify({ data: { repository: { ref: { refUpdateRule } } } })
    const match = ({ operation }: { operation: string | undefined }) => operation === 'Protection'
    world.github.inject({ kind: 'respond', status: 200, body }, { match })
  }

  test.each([
    [{ ...open, requiredApprovingReviewCount: 1 }, 'changes need a pull request'],
    [{ ...open, requiredStatusCheckContexts: ['test'] }, 'status checks are required'],
    [{ ...open, viewerCanPush: false }, 'only certain people'],
    [null, 'does not show this token how'],
  ])('is found: %j', async (rule, detail) => {
    protect(rule)
    const step = await check()
    expect(failedChecks(step)).toEqual([baseRules])
    expect(connectionOf(step, baseRules).detail).toContain(detail)
    expect(connectionOf(step, baseRules).advice).toContain('pull-request: true')
  })

  test('that only blocks force-pushes and deletions is no problem', async () => {
    protect({ ...open, allowsForcePushes: false, allowsDeletions: false })
    expect(failedChecks(await check())).toEqual([])
  })
})

describe('with pull-request: true, the head branch', () => {
  test.each(['creation', 'update', 'non_fast_forward', 'deletion', 'pull_request', 'merge_queue'])(
    'must not have a rule %s',
    async (type) => {
      setRules('mlflow-sync/main', { type })
      const step = await check({ 'pull-request': 'true' })
      expect(failedChecks(step)).toEqual([headBranch])
      const { advice } = connectionOf(step, headBranch)
      expect(advice).toMatch(/another `pull-request-branch`.*may bypass/)
      expect(advice).not.toContain('pull-request: true')
    },
  )

  test('must match the pattern of its name', async () => {
    const rule = {
      type: 'branch_name_pattern',
      parameters: { operator: 'regex', pattern: '^bot/' },
    }
    setRules('mlflow-sync/main', rule)
    expect(failedChecks(await check({ 'pull-request': 'true' }))).toEqual([headBranch])
    setRules('bot/mlflow', rule)
    const inputs = { 'pull-request': 'true', 'pull-request-branch': 'bot/mlflow' }
    expect(failedChecks(await check(inputs))).toEqual([])
  })

  test('must not be the base', async () => {
    const step = await check({ 'pull-request': 'true', 'pull-request-branch': 'main' })
    expect(failedChecks(step)).toEqual([headBranch])
    expect(connectionOf(step, headBranch).detail).toContain('is the branch main itself')
  })

  test.each([
    ['mlflow-sync', 'mlflow-sync/main'],
    ['bot/a/b', 'bot/a'],
  ])('must not have %s in its way as %s', async (existing, name) => {
    repository.git('branch', existing, 'main')
    const step = await check({ 'pull-request': 'true', 'pull-request-branch': name })
    repository.git('branch', '-D', existing)
    expect(failedChecks(step)).toEqual([headBranch])
    expect(connectionOf(step, headBranch)).toMatchObject({
      detail: expect.stringContaining(`Branch ${existing} is in the way of ${name}`),
      advice: expect.stringContaining('pull-request-branch'),
    })
  })
})
