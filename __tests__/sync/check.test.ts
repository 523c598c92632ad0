import { afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import {
  isBranchRulesRead,
  isCommit,
  isOperation,
  isPullRequestCreation,
} from '../../testing/github/matchers.ts'
import type { Rule } from '../../testing/github/rules/types.ts'
import { useWorld } from '../../testing/use-world.ts'
import { stepInProcess, type InProcessStep } from '../fixtures/step-in-process.ts'

const world = await useWorld({ version: 3 })
const project = world.createProject()
const { repository } = project
const { settings } = repository

beforeAll(() => project.register('model'))

afterEach(() => {
  Object.assign(settings, { protectedBranches: {}, rules: [], protection: [] })
  world.github.clearFaults()
  // A check must not leave a trace.
  expect(repository.git('for-each-ref', '--format=%(refname)')).toBe('refs/heads/main')
  expect(repository.commitCount()).toBe(1)
  expect(repository.pullRequests).toEqual([])
})

function check(inputs = {}) {
  return stepInProcess(world, project, { mode: 'check', ...inputs })
}

function failedChecks({ connections }: InProcessStep): string[] {
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
  expect(contents?.advice).toContain("`contents: write` to the job's `permissions`")
  expect(step.log).toMatch(/::error.*contents: write/)
})

test('reports all problems at once', async () => {
  const step = await check({ 'mlflow-tracking-uri': 'http://127.0.0.1:9', branch: 'nowhere' })
  expect(failedChecks(step)).toEqual(['MLflow: model versions', 'GitHub: repository and branch'])
  expect(step.summary).toMatch(/2 of \d+ checks failed/)
})

test('tries a server that is down twice, whatever the variables say', async () => {
  for (const retries of ['', '7']) {
    const inputs = { mode: 'check', 'mlflow-tracking-uri': 'http://127.0.0.1:9' }
    const variables = { MLFLOW_HTTP_REQUEST_MAX_RETRIES: retries }
    const step = await stepInProcess(world, project, inputs, variables)
    expect(step.log).toMatch(/Can't reach MLflow at `http:\/\/127\.0\.0\.1:9`: .*after 2 tries/)
  }
})

test('finds a missing template and a filter that MLflow rejects', async () => {
  const step = await check({ template: 'nowhere.yaml', 'run-filter': 'nonsense ~' })
  expect(failedChecks(step)).toEqual(['MLflow: selection', 'Template'])
})

test('finds a ruleset that requires pull requests', async () => {
  settings.protectedBranches = { main: 'ruleset' }
  expect(failedChecks(await check())).toEqual(['GitHub: branch rules'])
})

test('accepts a ruleset that requires pull requests when the action opens them', async () => {
  settings.protectedBranches = { main: 'ruleset' }
  expect(failedChecks(await check({ 'pull-request': 'true' }))).toEqual([])
})

/** A rule that the stand-in does not enforce, as GitHub lists it. */
function listRule(rule: { readonly type: string; readonly parameters?: unknown }): void {
  const match = ({ path }: { path: string }) => path.endsWith('/rules/branches/main')
  world.github.inject({ kind: 'respond', status: 200, body: JSON.stringify([rule]) }, { match })
}

function connectionOf({ connections }: InProcessStep, name: string) {
  const found = connections.find((connection) => connection.name === name)
  if (found === undefined) throw new Error(`there is no check ${name}`)
  return found
}

const baseRules = 'GitHub: branch rules'
const headBranch = 'GitHub: head branch'

const startsWith = (pattern: string) => ({ operator: 'starts_with', pattern }) as const

const rulesOfMain: readonly (readonly [Omit<Rule, 'branch'>, RegExp])[] = [
  [{ type: 'update' }, /pull-request: true/],
  [{ type: 'merge_queue' }, /pull-request: true/],
  [
    { type: 'required_status_checks', parameters: { required_status_checks: [{ context: 'x' }] } },
    /pull-request: true/,
  ],
  [{ type: 'required_deployments' }, /pull-request: true/],
  [{ type: 'workflows' }, /pull-request: true/],
  [{ type: 'commit_message_pattern', parameters: startsWith('JIRA-') }, /`commit-message`/],
  [
    { type: 'file_path_restriction', parameters: { restricted_file_paths: ['*.yaml'] } },
    /input `path`/,
  ],
  [
    { type: 'file_extension_restriction', parameters: { restricted_file_extensions: ['*.yaml'] } },
    /bypass the rule/,
  ],
]

describe('a rule of the branch', () => {
  test.each(rulesOfMain)('%j is found, and a sync gets the same advice', async (rule, advice) => {
    settings.rules = [{ branch: 'main', ruleset_id: 42, ...rule }]
    const step = await check()
    expect(failedChecks(step)).toEqual([baseRules])
    const connection = connectionOf(step, baseRules)
    expect(connection.detail).toContain(
      `rule \`${rule.type}\` in ruleset 42 of \`${repository.fullName}\``,
    )
    expect(connection.advice).toMatch(advice)
    const sync = await stepInProcess(world, project)
    expect(sync.exitCode).toBe(1)
    expect(sync.log).toContain(connection.advice)
  })

  test('that the inputs satisfy is not reported', async () => {
    const pattern = '^chore\\(models\\): '
    const types = [
      { type: 'commit_message_pattern', parameters: { operator: 'regex', pattern } },
      { type: 'file_path_restriction', parameters: { restricted_file_paths: ['production/**/*'] } },
      { type: 'deletion' },
      { type: 'non_fast_forward' },
    ] as const
    settings.rules = types.map((rule) => ({ branch: 'main', ...rule }))
    const inputs = { 'commit-message': 'chore(models): ${total} changes', path: 'staging' }
    expect(connectionOf(await check(inputs), baseRules)).toMatchObject({
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
    [{ type: 'brand_new' }, /brand_new.*not tested/, /See the rule `brand_new`/],
  ])('that cannot be tested is reported as such: %j', async (rule, detail, advice) => {
    listRule(rule)
    const connection = connectionOf(await check(), baseRules)
    expect(connection.status).toBe('skipped')
    expect(connection.detail).toMatch(detail)
    expect(connection.advice).toMatch(advice)
  })

  test('about the length of paths is compared with path', async () => {
    listRule({ type: 'max_file_path_length', parameters: { max_file_path_length: 40 } })
    expect(failedChecks(await check({ path: 'a' }))).toEqual([])
    listRule({ type: 'max_file_path_length', parameters: { max_file_path_length: 40 } })
    expect(failedChecks(await check({ path: 'staging' }))).toEqual([baseRules])
  })

  test.each([
    ['always', []],
    ['exempt', []],
    ['pull_requests_only', [baseRules]],
    ['never', [baseRules]],
  ] as const)('of a ruleset that the token may bypass: %s', async (bypass, failed) => {
    settings.rules = (['update', 'merge_queue'] as const).map((type) => ({
      branch: 'main',
      type,
      ruleset_id: 42,
      current_user_can_bypass: bypass,
    }))
    const step = await check()
    expect(failedChecks(step)).toEqual(failed)
    expect(step.githubRequests.filter(({ path }) => path.endsWith('/rulesets/42'))).toHaveLength(1)
  })
})

describe('classic branch protection', () => {
  test.each([
    [{ requiredReviews: 1 }, 'changes need a pull request'],
    [{ requiredStatusChecks: ['test'] }, 'status checks are required'],
  ])('is found: %j', async (rule, detail) => {
    settings.protection = [{ pattern: 'main', ...rule }]
    const step = await check()
    expect(failedChecks(step)).toEqual([baseRules])
    expect(connectionOf(step, baseRules).detail).toContain(detail)
    expect(connectionOf(step, baseRules).advice).toContain('pull-request: true')
    const sync = await stepInProcess(world, project)
    expect(sync.exitCode).toBe(1)
    expect(sync.log).toContain(connectionOf(step, baseRules).advice)
  })

  test('that does not let the token push may be a lock as well', async () => {
    settings.protection = [{ pattern: 'main', restrictsPushes: true }]
    const step = await check()
    expect(failedChecks(step)).toEqual([baseRules])
    const { detail, advice } = connectionOf(step, baseRules)
    expect(detail).toContain(
      'only certain people, teams and apps may push, or the branch is locked',
    )
    expect(advice).toMatch(/pull-request: true.*into a locked branch cannot be merged/)
  })

  function hideDetails(): void {
    settings.protection = [{ pattern: 'main' }]
    const body = JSON.stringify({ data: { repository: { ref: { refUpdateRule: null } } } })
    world.github.inject(
      { kind: 'respond', status: 200, body },
      { match: isOperation('Protection') },
    )
  }

  test('beside a harmless ruleset is unclear if its details are hidden', async () => {
    settings.rules = [{ branch: 'main', type: 'deletion' }]
    expect(connectionOf(await check(), baseRules).status).toBe('ok')
    hideDetails()
    const connection = connectionOf(await check(), baseRules)
    expect(connection.status).toBe('skipped')
    expect(connection.detail).toMatch(/does not show this token how.*not tested/)
    expect(connection.advice).toContain('Settings > Branches')
  })

  test('is found if its details are hidden', async () => {
    hideDetails()
    const step = await check()
    expect(failedChecks(step)).toEqual([baseRules])
    expect(connectionOf(step, baseRules).detail).toContain('does not show this token how')
  })

  test('that only blocks force-pushes and deletions is not reported', async () => {
    settings.protection = [{ pattern: 'main' }]
    expect(failedChecks(await check())).toEqual([])
  })
})

describe('what GitHub says to the requests of the check', () => {
  const contents = 'GitHub: contents: write'
  const pullRequests = 'GitHub: pull-requests: write'

  test.each([
    { kind: 'respond', status: 502, body: '<html></html>' },
    { kind: 'reset' },
    { kind: 'lose-response' },
    { kind: 'respond', status: 200, body: '{}' },
  ] as const)('is asked for again after %j', async (fault) => {
    world.github.inject(fault, { match: isCommit })
    world.github.inject(fault, { match: isPullRequestCreation })
    expect(failedChecks(await check({ 'pull-request': 'true' }))).toEqual([])
  })

  test('may be that there is no commit with the hash of nothing', async () => {
    const message = 'No commit exists with specified expectedHeadOid'
    const errors = [{ type: 'UNPROCESSABLE', path: ['createCommitOnBranch'], message }]
    const body = JSON.stringify({ data: { createCommitOnBranch: null }, errors })
    world.github.inject({ kind: 'respond', status: 200, body }, { match: isCommit })
    expect(failedChecks(await check())).toEqual([])
  })

  test('proves a permission only in the words for this very pull request', async () => {
    const body = JSON.stringify({ message: 'Validation Failed: something else' })
    world.github.inject({ kind: 'respond', status: 422, body }, { match: isPullRequestCreation })
    expect(failedChecks(await check({ 'pull-request': 'true' }))).toEqual([pullRequests])
  })

  test.each([
    [403, '<html></html>'],
    [401, ''],
    [403, JSON.stringify({ message: 'Resource protected by organization SAML enforcement.' })],
  ])('about rules is a failure unless it hides them: %d %s', async (status, body) => {
    world.github.inject({ kind: 'respond', status, body }, { match: isBranchRulesRead })
    expect(failedChecks(await check())).toEqual([baseRules])
  })

  test.each([
    'Upgrade to GitHub Pro or make this repository public to enable this feature.',
    'Resource not accessible by integration',
  ])('about rules may be that they are hidden: %s', async (message) => {
    const fault = { kind: 'respond', status: 403, body: JSON.stringify({ message }) } as const
    world.github.inject(fault, { match: isBranchRulesRead })
    const step = await check()
    expect(failedChecks(step)).toEqual([])
    expect(connectionOf(step, baseRules).status).toBe('skipped')
    expect(connectionOf(step, contents).status).toBe('ok')
  })
})

describe('with pull-request: true, the head branch', () => {
  test.each(['creation', 'update', 'non_fast_forward', 'pull_request', 'merge_queue'] as const)(
    'must not have a rule %s',
    async (type) => {
      settings.rules = [{ branch: 'mlflow-sync/*', type }]
      const step = await check({ 'pull-request': 'true' })
      expect(failedChecks(step)).toEqual([headBranch])
      const { advice } = connectionOf(step, headBranch)
      expect(advice).toMatch(/another `pull-request-branch`.*may bypass/)
      expect(advice).not.toContain('pull-request: true')
    },
  )

  test('must match the pattern of its name', async () => {
    settings.rules = [
      { branch: '~ALL', type: 'branch_name_pattern', parameters: startsWith('bot/') },
    ]
    expect(failedChecks(await check({ 'pull-request': 'true' }))).toEqual([headBranch])
    const inputs = { 'pull-request': 'true', 'pull-request-branch': 'bot/mlflow' }
    expect(failedChecks(await check(inputs))).toEqual([])
  })

  test('must not be the base', async () => {
    const step = await check({ 'pull-request': 'true', 'pull-request-branch': 'main' })
    expect(failedChecks(step)).toEqual([headBranch])
    expect(connectionOf(step, headBranch).detail).toContain('is the branch `main` itself')
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
      detail: expect.stringContaining(`Branch \`${existing}\` is in the way of \`${name}\``),
      advice: expect.stringContaining('pull-request-branch'),
    })
  })
})
