import { describe, expect, test } from '@jest/globals'
import { plain } from '../../src/core/text/prose.ts'
import type { Purpose, Refusal } from '../../src/github/refusal.ts'
import { explainRefusal } from '../../src/github/refusals.ts'
import { queuedBranch, resourceLimit } from '../../testing/github/responses.ts'
import { plainTexts } from '../fixtures/plain-texts.ts'

const repository = 'acme/deployments'

function refusal(message: string, given: Partial<Refusal> = {}): Refusal {
  return {
    status: 422,
    type: undefined,
    code: undefined,
    isGitHubs: true,
    isDivisible: false,
    headers: {},
    url: 'https://api.github.com/repos/acme/deployments/git/refs/heads/main',
    message,
    ...given,
  }
}

function explain(message: string, purpose: Purpose = 'commit', given: Partial<Refusal> = {}) {
  const { text, advice, ...others } = explainRefusal(refusal(message, given), {
    repository,
    purpose,
    isDivisible: false,
  })
  return { ...others, text: plain(text), advice: advice && plain(advice) }
}

const oid = 'a'.repeat(40)

describe('a branch that moved', () => {
  test.each([
    `Expected branch to point to "${oid}" but it did not.  Pull and try again.`,
    `is at ${oid} but expected ${'b'.repeat(40)}`,
    `cannot lock ref 'refs/heads/main': is at ${oid} but expected ${'b'.repeat(40)}`,
    `cannot lock ref 'refs/heads/main': reference is missing but expected ${oid}`,
    'incorrect old value provided',
    'Update is not a fast forward',
    'Reference cannot be updated',
    'Reference does not exist',
    'Reference already exists',
    'Object does not exist',
    'Base branch was modified. Review and try the merge again.',
    'Head branch was modified. Review and try the merge again.',
    'Validation Failed: No commits between main and mlflow-sync/main',
    "Head sha can't be blank, Base sha can't be blank, Head ref must be a branch",
    'Validation Failed: PullRequest.base is invalid',
    'No commit exists with specified expectedHeadOid',
    "cannot lock ref 'refs/heads/main': Unable to create '/data/main.lock': File exists.",
  ])('is recognised by the words: %s', (message) => {
    for (const purpose of ['commit', 'propose', 'pull-request'] as const) {
      expect(explain(message, purpose).reason).toBe('branch-moved')
    }
    expect(explain(message, 'read').reason).toBeUndefined()
  })

  test('is recognised by its GraphQL type', () => {
    const stale = { status: 200, type: 'STALE_DATA' }
    expect(explain('new words', 'commit', stale).reason).toBe('branch-moved')
  })

  test('is the meaning of HTTP 409, except of a rule', () => {
    expect(explain('Conflict', 'commit', { status: 409 }).reason).toBe('branch-moved')
    const rule = 'Repository rule violations found Changes must be made through a pull request.'
    expect(explain(rule, 'commit', { status: 409 }).reason).toBeUndefined()
  })

  test('is not the meaning of a rule whose pattern has such words', () => {
    const sentence = 'Commit message must start with a matching pattern: no such branch'
    const { reason, text } = explain(`Repository rule violations found ${sentence}`, 'commit')
    expect(reason).toBeUndefined()
    expect(text).toContain('forbids this commit')
  })
})

describe('a branch whose pull request is in a merge queue', () => {
  const { message, type } = queuedBranch('mlflow-sync/main')

  test.each<[string, Partial<Refusal>, Purpose]>([
    [message, { status: 200, type }, 'propose'],
    [message, { status: 200, type: 'UNPROCESSABLE' }, 'propose'],
    [message, {}, 'commit'],
    [`Repository rule violations found ${message}`, {}, 'propose'],
  ])('is not taken for one with a rule: %s %j', (words, given, purpose) => {
    const { text, advice, reason } = explain(words, purpose, given)
    expect(text).toBe(
      "The branch's pull request in `acme/deployments` is in a merge queue, so GitHub does not change the branch",
    )
    expect(advice).toMatch(/first run after the merge.*remove the pull request from the queue/)
    expect(reason).toBeUndefined()
  })
})

test('a query over the resource limits is too large', () => {
  const { message, type } = resourceLimit
  const { text, advice, reason } = explain(message, 'read', { status: 200, type })
  expect(text).toBe(
    "A request to read `acme/deployments` takes more than GitHub's resource limits allow",
  )
  expect(advice).toContain('`models`')
  expect(reason).toBe('too-large')
})

test('only its words tell that two commits have no common history', () => {
  const message = `No common ancestor between ${oid} and ${'b'.repeat(40)}.`
  expect(explain(message, 'read', { status: 404 }).reason).toBe('no-common-history')
  expect(explain('Not Found', 'read', { status: 404 }).reason).toBe('hidden')
})

test('an open pull request is recognised', () => {
  const message = 'Validation Failed: A pull request already exists for acme:mlflow-sync/main.'
  expect(explain(message, 'pull-request').reason).toBe('already-exists')
})

test.each([
  "cannot lock ref 'refs/heads/mlflow-sync/main': 'refs/heads/mlflow-sync' exists; cannot create 'refs/heads/mlflow-sync/main'",
  "cannot lock ref 'refs/heads/mlflow-sync': there is a non-empty directory 'refs/heads/mlflow-sync' blocking reference 'refs/heads/mlflow-sync'",
  'Ref cannot be created.',
])('a branch name that is in the way is not taken for a race: %s', (message) => {
  const { reason, advice, text } = explain(message, 'propose')
  expect(reason).toBeUndefined()
  expect(text).toContain('in the way')
  expect(advice).toContain('pull-request-branch')
})

test('a ref update that fails without a reason may be a rule or a branch in the way', () => {
  const { advice } = explain('Reference update failed', 'propose')
  expect(advice).toMatch(
    /another `pull-request-branch`.*beginning of this name.*rename that branch/,
  )
})

test.each([
  ['Sorry, your request timed out. It is likely that your input was too large to process.', {}],
  ['', { status: 502, isGitHubs: false, isDivisible: true }],
  ['', { status: 413, isGitHubs: false }],
  ['Request Entity Too Large', { status: 413 }],
])('a request that is too large is recognised: %s', (message, given) => {
  expect(explain(message, 'commit', given).reason).toBe('too-large')
})

test('a bad gateway is not too large anywhere else', () => {
  const { text, reason } = explain('', 'pull-request', { status: 502, isGitHubs: false })
  expect(text).toBe(
    'GitHub could not carry out a request to open or update the pull request in `acme/deployments` (HTTP 502)',
  )
  expect(reason).toBeUndefined()
})

const proposeInstead = /set `pull-request: true`.*may bypass the rule/
const onlyBypass = /may bypass the rule/

describe('a rule', () => {
  test.each([
    ['Changes must be made through a pull request.', 'need a pull request', proposeInstead],
    [
      'At least 1 approving review is required by reviewers with write access.',
      'need a pull request',
      proposeInstead,
    ],
    ['Waiting on code owner review from acme/models.', 'need a pull request', proposeInstead],
    [
      'New changes require approval from someone other than the last pusher.',
      'need a pull request',
      proposeInstead,
    ],
    ['Changes must be made through the merge queue', 'merge queue', proposeInstead],
    ['Required status check "ci/test" is expected.', 'status checks', proposeInstead],
    ['5 of 5 required status checks are expected.', 'status checks', proposeInstead],
    ['Cannot update this protected ref.', 'updates are restricted', proposeInstead],
    ["You're not authorized to push to this branch.", 'may push', proposeInstead],
    ['Cannot change this locked branch', 'locked', /Unlock the branch.*`branch`/],
    ['This branch must not contain merge commits.', 'merge commits', onlyBypass],
    ['Commits must have verified signatures.', 'signed', /GitHub App token/],
    ['Commit message must match a given regex pattern: ^feat', 'message', /`commit-message`/],
    ['Committer email must end with @acme.com', 'email', onlyBypass],
    ['File path is restricted', 'at this path', /`path`/],
    ['File extensions are restricted', 'extension', onlyBypass],
    ['File path length exceeds 100', 'maximum length', /`path`/],
    ['File size exceeds 1 MB', 'maximum size', /template smaller/],
    ['Protected branch update failed for refs/heads/main.', 'forbids this commit', proposeInstead],
    ['pre-receive hook declined', 'forbids this commit', onlyBypass],
  ])('of the base branch is named, and its way out fits: %s', (sentence, named, advice) => {
    for (const prefix of ['', 'Repository rule violations found ']) {
      const explanation = explain(`${prefix}${sentence}`)
      expect(explanation.text).toMatch(/^A rule of `acme\/deployments` forbids this commit/)
      expect(explanation.text).toContain(named)
      expect(explanation.advice).toMatch(advice)
      expect(explanation.reason).toBeUndefined()
    }
  })

  test('that a pull request cannot satisfy does not get the advice to open one', () => {
    for (const sentence of [
      'Cannot change this locked branch',
      'Commits must have verified signatures.',
      'Commit message must start with a matching pattern: JIRA-',
      'File path is restricted',
    ]) {
      expect(explain(sentence).advice).not.toContain('pull-request: true')
    }
  })

  test.each([
    'Cannot create ref due to creations being restricted.',
    'Cannot delete this branch',
    'Cannot force-push to this branch',
    'Cannot delete a protected branch',
    'Cannot update this protected ref.',
    'Changes must be made through a pull request.',
    '5 of 5 required status checks are expected.',
    'Branch name must match a given regex pattern: ^bot/',
    'Protected branch update failed for refs/heads/mlflow-sync/main.',
    "You're not authorized to push to this branch.",
  ])('of the head branch gets the advice to choose another one: %s', (sentence) => {
    const { text, advice } = explain(`Repository rule violations found ${sentence}`, 'propose')
    expect(text).toContain('head branch')
    expect(advice).toMatch(/another `pull-request-branch`.*may bypass/)
    expect(advice).not.toContain('pull-request: true')
  })

  test('of classic protection is recognised by its type', () => {
    const given = { status: 200, type: 'BRANCH_PROTECTION_RULE_VIOLATION' }
    expect(explain('new words', 'commit', given).advice).toMatch(proposeInstead)
  })

  test('is named together with the others', () => {
    const message = `Protected branch update failed for refs/heads/main. Changes must be made through a pull request. Required status check "test" is expected. Commit message must match ^feat`
    const { text, advice } = explain(message)
    expect(text).toMatch(/a pull request, status checks .*, the commit message/)
    expect(advice?.match(/pull-request: true/g)).toHaveLength(1)
    expect(advice).toContain('`commit-message`')
  })
})

test('a secret in the files is told from a restricted path', () => {
  const secret = 'Repository rule violations found Secret detected in content'
  expect(explain(secret).text).toContain('push protection found a secret')
  const path = 'Repository rule violations found GITHUB PUSH PROTECTION File path is restricted'
  expect(explain(path).text).not.toContain('secret')
})

describe('access', () => {
  const denied = { status: 403, headers: { 'x-accepted-github-permissions': 'contents=write' } }
  const sso = { 'x-github-sso': 'required; url=https://github.com/orgs/acme/sso?x=1' }
  test.each<[string, Partial<Refusal>, RegExp, RegExp]>([
    ['Bad credentials', { status: 401 }, /does not accept the token/, /github-token/],
    [
      'Resource protected by organization SAML enforcement. You must grant your Personal Access token access to this organization.',
      { status: 403, headers: sso },
      /single sign-on/,
      /https:\/\/github\.com\/orgs\/acme\/sso\?x=1/,
    ],
    [
      'Resource protected by organization SAML enforcement.',
      { status: 403, type: 'FORBIDDEN' },
      /single sign-on/,
      /Configure SSO/,
    ],
    [
      'Although you appear to have the correct authorization credentials, the `acme` organization has an IP allow list enabled, and your IP address is not permitted to access this resource.',
      { status: 403 },
      /IP allow list/,
      /self-hosted/,
    ],
    [
      'the `acme` organization has enabled OAuth App access restrictions, meaning that data access to third-parties is limited.',
      { status: 403 },
      /OAuth/,
      /approve the app/,
    ],
    [
      "The 'acme' organization forbids access via a fine-grained personal access tokens if the token's lifetime is greater than 366 days.",
      { status: 403 },
      /lives longer/,
      /expires sooner/,
    ],
    [
      '`acme` forbids access via a personal access token (classic). Please use a GitHub App, OAuth App, or a personal access token with fine-grained permissions.',
      { status: 403 },
      /kind of token/,
      /GitHub App token/,
    ],
    [
      'Resource not accessible by personal access token',
      { status: 403, headers: { 'x-accepted-github-permissions': 'contents=write' } },
      /needs `contents=write`/,
      /"Contents" to "Read and write"/,
    ],
    [
      "Your token has not been granted the required scopes to execute this query. The 'createCommitOnBranch' field requires one of the following scopes: ['public_repo'].",
      { status: 200, type: 'INSUFFICIENT_SCOPES' },
      /lacks a scope/,
      /`repo`/,
    ],
    [
      'octocat does not have the correct permissions to execute `CreateCommitOnBranch`',
      { status: 403, type: 'FORBIDDEN' },
      /may not write/,
      /write access/,
    ],
    [
      'refusing to allow a GitHub App to create or update workflow `.github/workflows/ci.yml` without `workflows` permission',
      { status: 403 },
      /may not change workflows/,
      /Workflows: Read and write/,
    ],
    [
      'GitHub Actions is not permitted to create or approve pull requests.',
      { status: 403 },
      /does not let workflows create pull requests/,
      /Allow GitHub Actions/,
    ],
    ['Repository was archived so is read-only.', { status: 403 }, /is archived/, /Unarchive/],
    ['Repository has been locked for migration.', { status: 403 }, /locked/, /migration/],
    ['Repository has been disabled', { status: 403 }, /locked or disabled/, /billing/],
    ['Repository access blocked', { status: 451 }, /blocked access/, /owner/],
    ['Sorry. Your account was suspended', { status: 403 }, /suspended/, /reinstated/],
    [
      'refusing to allow an integration to create or update .github/workflows/ci.yml',
      { status: 403 },
      /may not change workflows/,
      /Workflows: Read and write/,
    ],
    ['Must have admin rights to Repository.', denied, /Only an administrator/, /administrator/],
    [
      'At least one email address must be verified to do that.',
      denied,
      /no verified email/,
      /Verify/,
    ],
    [
      'An owner of this repository has limited the ability to open a pull request to users that are collaborators on this repository.',
      denied,
      /limits who may open pull requests/,
      /collaborator/,
    ],
    ['Your account is blocked', denied, /did not let the token/, /message says why/],
    ['Forbidden', { status: 403 }, /did not let the token/, /message says why/],
  ])(
    'is explained, without a permission that cures nothing: %s',
    (message, given, text, advice) => {
      for (const purpose of ['read', 'commit', 'propose', 'pull-request'] as const) {
        const explanation = explain(message, purpose, given)
        expect(explanation.text).toMatch(text)
        expect(explanation.advice).toMatch(advice)
        expect(explanation.advice).not.toContain('contents: write')
        if (purpose !== 'read') expect(explanation.reason).toBeUndefined()
      }
    },
  )

  test.each<[Purpose, string | undefined, RegExp]>([
    ['commit', 'contents=write', /`contents: write` to the job's `permissions`/],
    ['commit', undefined, /`contents: write` to the job's `permissions`/],
    ['propose', undefined, /`contents: write` and `pull-requests: write`/],
    ['pull-request', 'pull_requests=write', /`pull-requests: write`/],
    ['pull-request', 'issues=write; pull_requests=write', /`pull-requests: write`/],
    ['pull-request', undefined, /`pull-requests: write`/],
    ['pull-request', 'contents=read,pull_requests=write', /`pull-requests: write`/],
    ['commit', 'pull_requests=read,contents=write', /`contents: write` to the job's `permissions`/],
    ['propose', 'contents=read,pull_requests=write', /`pull-requests: write`/],
    ['read', 'pull_requests=read', /`pull-requests: write`/],
    ['commit', 'administration=write', /administration=write/],
  ])('to %s that lacks %s names the permission', (purpose, needed, advice) => {
    const headers: Record<string, string> =
      needed === undefined ? {} : { 'x-accepted-github-permissions': needed }
    const message = 'Resource not accessible by integration'
    const explanation = explain(message, purpose, { status: 403, headers })
    expect(explanation.text).toMatch(/^The token may not .* `acme\/deployments` \(it needs /)
    expect(plainTexts(explanation.advice)).toMatch(advice)
    if (needed !== 'contents=write' && purpose === 'pull-request') {
      expect(explanation.advice).not.toContain('contents: write')
    }
  })
})

test.each<[Purpose, string]>([
  ['read', 'read `acme/deployments`'],
  ['commit', 'commit to `acme/deployments`'],
  ['propose', "write the pull request's head branch in `acme/deployments`"],
  ['pull-request', 'open or update the pull request in `acme/deployments`'],
])('the text says what could not be done: %s', (purpose, operation) => {
  for (const [message, given] of [
    ['Resource not accessible by integration', { status: 403 }],
    ['Forbidden', { status: 403 }],
    ['Internal', { status: 500 }],
    ['new words', { status: 400 }],
    ['', { status: 403, isGitHubs: false }],
  ] as const) {
    expect(explain(message, purpose, given).text).toContain(operation)
  }
})

test('reading pull requests needs the permission for them', () => {
  const url = 'https://api.github.com/repos/acme/deployments/pulls?state=open'
  const message = 'Resource not accessible by integration'
  const { text, advice } = explain(message, 'read', { status: 403, url })
  expect(text).toContain('read the pull requests of `acme/deployments`')
  expect(advice).toContain('`pull-requests: write`')
  expect(advice).not.toContain('contents: write')
})

test('refs that are not readable need the permission for contents', () => {
  const headers = { 'x-accepted-github-permissions': 'pull_requests=write' }
  const message = 'Validation Failed: not all refs are readable'
  expect(explain(message, 'pull-request', { headers }).advice).toContain('contents: write')
})

describe('"Not Found"', () => {
  test('of a read means that there is no repository', () => {
    const { text, advice, reason } = explain('Not Found', 'read', { status: 404 })
    expect(text).toContain('There is no repository `acme/deployments`')
    expect(advice).toContain('input `repository`')
    expect(reason).toBe('hidden')
  })

  test.each<[Purpose, string, RegExp]>([
    ['commit', 'Not Found', /404 if a permission is missing.*contents: write/],
    ['propose', 'Not Found', /404 if a permission is missing.*contents: write/],
    ['pull-request', 'Not Found', /404 if a permission is missing.*`pull-requests: write`/],
    ['commit', 'Could not resolve to a Ref with the name main.', /branch is gone.*contents: write/],
  ])('of a write means a missing permission or branch: %s, %s', (purpose, message, wanted) => {
    const { text, advice } = explain(message, purpose, { status: 404 })
    expect(text).not.toContain('no repository')
    expect(text).toContain('or the branch was deleted')
    expect(advice).toMatch(wanted)
  })
})

test.each([401, 403, 404, 407, 409, 422, 451])(
  'HTTP %d without words of GitHub comes from something in front of it',
  (status) => {
    for (const purpose of ['read', 'commit', 'propose', 'pull-request'] as const) {
      const { text, advice, reason } = explain('', purpose, { status, isGitHubs: false })
      expect(text).toContain('Something in front of GitHub refused')
      expect(advice).toContain('proxy')
      expect(reason).toBeUndefined()
    }
  },
)

describe('names that GitHub quotes', () => {
  test.each([
    'check merge conflict',
    'DCO sign-off',
    'file size',
    'branch is locked',
    'Reference does not exist',
  ])('are not its own words: %s', (name) => {
    const { text, advice, reason } = explain(`Required status check "${name}" is expected.`)
    expect(reason).toBeUndefined()
    expect(text).toMatch(/: status checks are required first$/)
    expect(advice).toBe(explain('Required status check "x" is expected.').advice)
  })
})

test.each(['Validation Failed: PullRequest.head is invalid', 'Tree SHA does not exist'])(
  'what the retries waited for in vain is not tried again: %s',
  (message) => {
    const { text, advice, reason } = explain(message, 'pull-request')
    expect(reason).toBeUndefined()
    expect(text).toContain('GitHub does not find')
    expect(advice).toContain('next run')
  },
)

test('a head branch that cannot be moved may lack the permission for workflows', () => {
  const message = 'Resource not accessible by integration'
  const denied = { status: 403, type: 'FORBIDDEN' }
  expect(explain(message, 'propose', denied).advice).toContain('Workflows: Read and write')
  expect(explain(message, 'commit', denied).advice).not.toContain('Workflows')
})

describe('a refusal that is not known', () => {
  test.each<[Partial<Refusal>, boolean]>([
    [{ status: 422 }, true],
    [{ status: 200, type: 'UNPROCESSABLE' }, true],
    [{ status: 200, code: 'undefinedField' }, true],
    [{ status: 200 }, false],
  ])('%j certainly means "not carried out": %s', (given, isCertain) => {
    expect(explain('new words', 'commit', given)).toMatchObject({
      text: expect.stringContaining('rejected a request to commit to `acme/deployments`'),
      isCertain,
    })
  })
})

describe('a reviewer', () => {
  test.each([
    [
      'Reviews may only be requested from collaborators. One or more of the users or teams you specified is not a collaborator of the acme/deployments repository.',
      'Only users and teams with access to `acme/deployments` can be asked for a review',
      /correct `pull-request-reviewers`/,
    ],
    [
      'Review cannot be requested from pull request author.',
      "The owner of the token can't review their own pull request",
      /Leave them out/,
    ],
    ...['T_kwDOAAX3184BHlgu', 'MDQ6VGVhbTE3NTI3NjE='].map((id): [string, string, RegExp] => [
      `Validation Failed: Could not resolve to a node with the global id of '${id}'.`,
      "The token can't see the organization's teams",
      /GitHub App with "Members: Read-only"/,
    ]),
  ])('that GitHub refuses is explained: %s', (message, text, advice) => {
    const explained = explain(message, 'pull-request', { status: 422 })
    expect(explained.text).toBe(text)
    expect(explained.advice).toMatch(advice)
    expect(explained.reason).toBeUndefined()
  })
})
