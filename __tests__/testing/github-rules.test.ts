import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { sendGraphql, sendRest, type RestAnswer } from '../../testing/github/client.ts'
import { zeroOid } from '../../testing/github/git/store.ts'
import type { Repository } from '../../testing/github/repository.ts'
import type { Protection, Rule } from '../../testing/github/rules/types.ts'
import { startGitHub, type GitHub } from '../../testing/github/server.ts'

let github: GitHub
let repository: Repository

beforeEach(async () => {
  github = await startGitHub()
  repository = github.createRepository('acme/x', { files: { 'a.txt': 'a' } })
})

afterEach(() => github.close())

function rest(method: string, path: string, body?: object): Promise<RestAnswer> {
  return sendRest(github, method, `repos/acme/x/${path}`, body)
}

async function commit(path = 'values/b.yaml', branch = 'main') {
  const input = {
    branch: { repositoryNameWithOwner: 'acme/x', branchName: branch },
    expectedHeadOid: repository.head(branch),
    message: { headline: 'Change' },
    fileChanges: { additions: [{ path, contents: 'Yg==' }] },
  }
  const mutation = `mutation M($input: CreateCommitOnBranchInput!) {
    createCommitOnBranch(input: $input) { commit { oid } }
  }`
  const { errors } = await sendGraphql(github, mutation, { input })
  return errors?.[0]
}

/** A commit on top of main that no branch has. */
function newCommit(parents = [repository.head()]): string {
  const tree = repository.git('rev-parse', 'main^{tree}')
  return repository.store.writeCommit(tree, parents, 'Loose')
}

const messageOf = ({ body }: RestAnswer): string => (body as { message: string }).message

describe('a ruleset', () => {
  test.each<[string, Omit<Rule, 'branch'>, string]>([
    ['update', { type: 'update' }, 'Cannot update this protected ref.'],
    ['pull_request', { type: 'pull_request' }, 'Changes must be made through a pull request.'],
    ['merge_queue', { type: 'merge_queue' }, 'Changes must be made through the merge queue'],
    [
      'required_status_checks',
      {
        type: 'required_status_checks',
        parameters: { required_status_checks: [{ context: 'ci' }, { context: 'lint' }] },
      },
      '2 of 2 required status checks are expected.',
    ],
    [
      'commit_message_pattern',
      { type: 'commit_message_pattern', parameters: { operator: 'regex', pattern: '^feat' } },
      'Commit message must match a given regex pattern: ^feat\nFound 1 violation:\n\n',
    ],
    [
      'file_path_restriction',
      { type: 'file_path_restriction', parameters: { restricted_file_paths: ['values/**'] } },
      'File path is restricted\nFound 1 violation:\n\nvalues/b.yaml',
    ],
    [
      'file_extension_restriction',
      {
        type: 'file_extension_restriction',
        parameters: { restricted_file_extensions: ['*.yaml'] },
      },
      'File extension is restricted\nFound 1 violation:\n\nvalues/b.yaml',
    ],
  ])('refuses a commit by %s', async (_type, rule, sentence) => {
    repository.settings.rules = [{ branch: 'main', ...rule }]
    const head = repository.head()
    const error = await commit()
    expect(error?.type).toBe('FORBIDDEN')
    expect(error?.message).toContain(`Repository rule violations found\n\n${sentence}`)
    expect(repository.head()).toBe(head)
  })

  test('accepts what its rules do not concern', async () => {
    repository.settings.rules = [
      { branch: 'other', type: 'update' },
      { branch: 'main', type: 'non_fast_forward' },
      { branch: 'main', type: 'deletion' },
      { branch: 'main', type: 'required_signatures' },
      { branch: 'main', type: 'required_linear_history' },
      { branch: 'main', type: 'max_file_size', parameters: { max_file_size: 1 } },
      {
        branch: 'main',
        type: 'file_path_restriction',
        parameters: { restricted_file_paths: ['b/*'] },
      },
      { branch: 'main', type: 'pull_request', current_user_can_bypass: 'always' },
    ]
    expect(await commit()).toBeUndefined()
  })

  test('refuses unsigned commits, merges, force-pushes and deletions of a branch', async () => {
    const first = repository.head()
    const second = repository.push('main', { 'b.txt': 'b' })
    repository.settings.rules = [
      { branch: '~DEFAULT_BRANCH', type: 'required_signatures' },
      { branch: 'ma*', type: 'required_linear_history' },
      { branch: '~ALL', type: 'non_fast_forward' },
      { branch: 'main', type: 'deletion' },
    ]
    const merge = newCommit([second, first])
    const update = await rest('PATCH', 'git/refs/heads/main', { sha: merge })
    expect(update.status).toBe(422)
    expect(messageOf(update)).toMatch(
      /Commits must have verified signatures\..*\n\nThis branch must/s,
    )
    const force = await rest('PATCH', 'git/refs/heads/main', { sha: first, force: true })
    expect(messageOf(force)).toContain('Cannot force-push to this branch')
    expect(messageOf(await rest('DELETE', 'git/refs/heads/main'))).toContain('Cannot delete this')
  })

  test('refuses to create a branch, by either API, but not a branch of another name', async () => {
    repository.settings.rules = [
      { branch: 'mlflow-sync/*', type: 'creation' },
      {
        ...{ branch: '~ALL', type: 'branch_name_pattern' },
        parameters: { operator: 'starts_with', pattern: 'mlflow' },
      },
    ]
    const sha = repository.head()
    const create = (branch: string) =>
      rest('POST', 'git/refs', { ref: `refs/heads/${branch}`, sha })
    expect(messageOf(await create('mlflow-sync/main'))).toContain(
      'Cannot create ref due to creations being restricted.',
    )
    expect(messageOf(await create('topic'))).toContain(
      'Branch name must start with a matching pattern: mlflow',
    )
    expect((await create('mlflow')).status).toBe(201)
    const { errors } = await sendGraphql(
      github,
      'mutation M($input: UpdateRefsInput!) { updateRefs(input: $input) { clientMutationId } }',
      {
        input: {
          repositoryId: repository.id,
          refUpdates: [{ name: 'refs/heads/mlflow-sync/a', beforeOid: zeroOid, afterOid: sha }],
        },
      },
    )
    expect(errors?.[0]?.type).toBe('FORBIDDEN')
  })

  test('lets a pull_request rule create a branch, but not update it', async () => {
    repository.settings.rules = [{ branch: '~ALL', type: 'pull_request' }]
    const sha = newCommit()
    const created = await rest('POST', 'git/refs', { ref: 'refs/heads/topic', sha })
    expect(created.status).toBe(201)
    expect((await commit('b.txt', 'topic'))?.message).toContain('through a pull request')
  })

  test('is listed for a branch that does not exist, and tells who may bypass it', async () => {
    const parameters = { required_status_checks: [{ context: 'ci' }] }
    repository.settings.rules = [
      { branch: 'mlflow-sync/*', type: 'required_status_checks', parameters, ruleset_id: 7 },
      { branch: 'main', type: 'update', ruleset_id: 8, current_user_can_bypass: 'always' },
    ]
    expect((await rest('GET', 'rules/branches/mlflow-sync/main')).body).toEqual([
      {
        ...{ type: 'required_status_checks', parameters, ruleset_id: 7 },
        ...{ ruleset_source_type: 'Repository', ruleset_source: 'acme/x' },
      },
    ])
    expect((await rest('GET', 'rulesets/7')).body).toMatchObject({
      current_user_can_bypass: 'never',
    })
    expect((await rest('GET', 'rulesets/8')).body).toMatchObject({
      current_user_can_bypass: 'always',
    })
    expect((await rest('GET', 'rulesets/9')).status).toBe(404)
  })
})

describe('classic protection', () => {
  const protect = (protection: Omit<Protection, 'pattern'>): void => {
    repository.settings.protection = [{ pattern: 'ma*', ...protection }]
  }

  test.each<[Omit<Protection, 'pattern'>, RegExp]>([
    [{ requiredReviews: 1 }, /^Changes must be made through a pull request\.$/],
    [{ locked: true }, /^Cannot change this locked branch$/],
    [{ requiredStatusChecks: ['ci'] }, /^Required status check "ci" is expected\.$/],
    [{ restrictsPushes: true }, /^You're not authorized to push to this branch\. Visit https/],
  ])('%j refuses a commit with its own error type', async (protection, message) => {
    protect(protection)
    const error = await commit()
    expect(error?.type).toBe('BRANCH_PROTECTION_RULE_VIOLATION')
    expect(error?.message).toMatch(message)
  })

  test('requires signatures, and forbids force-pushes and deletions unless it allows them', async () => {
    const first = repository.head()
    repository.push('main', { 'b.txt': 'b' })
    protect({ requiresSignatures: true })
    const unsigned = await rest('PATCH', 'git/refs/heads/main', { sha: newCommit() })
    expect(messageOf(unsigned)).toBe('Commits must have verified signatures.')
    const force = (): Promise<RestAnswer> =>
      rest('PATCH', 'git/refs/heads/main', { sha: first, force: true })
    expect(messageOf(await force())).toBe('Cannot force-push to this branch')
    expect(messageOf(await rest('DELETE', 'git/refs/heads/main'))).toBe('Cannot delete this branch')
    protect({ allowsForcePushes: true })
    expect((await force()).status).toBe(200)
  })

  test('is visible to those who may push', async () => {
    protect({ requiredReviews: 2, requiredStatusChecks: ['ci'], restrictsPushes: true })
    expect((await rest('GET', 'branches/main')).body).toMatchObject({
      protected: true,
      protection: {
        enabled: true,
        required_status_checks: { enforcement_level: 'everyone', contexts: ['ci'] },
      },
    })
    const { data } = await sendGraphql(
      github,
      `{ repository(owner: "acme", name: "x") { ref(qualifiedName: "refs/heads/main") {
        refUpdateRule { viewerCanPush requiredApprovingReviewCount requiredStatusCheckContexts }
      } } }`,
    )
    expect(data).toMatchObject({
      repository: {
        ref: {
          refUpdateRule: {
            viewerCanPush: false,
            requiredApprovingReviewCount: 2,
            requiredStatusCheckContexts: ['ci'],
          },
        },
      },
    })
  })
})

test('workflows are only written by tokens that may', async () => {
  expect(await commit('.github/workflows/a.yml')).toMatchObject({ type: 'FORBIDDEN' })
  const sha = repository.push('scratch', { '.github/workflows/a.yml': 'a' })
  repository.git('branch', '-D', 'scratch')
  const create = (token?: string) =>
    sendRest(github, 'POST', 'repos/acme/x/git/refs', { ref: 'refs/heads/b', sha }, token)
  const refused = await create()
  expect(refused.status).toBe(403)
  expect(refused.headers.get('x-accepted-github-permissions')).toContain('workflows=write')
  const token = github.addToken({ contents: 'write', pullRequests: 'write', workflows: true })
  expect((await create(token)).status).toBe(201)
})
