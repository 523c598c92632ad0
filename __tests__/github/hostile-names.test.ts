import { describe, expect, test } from '@jest/globals'
import { plain } from '../../src/core/text/prose.ts'
import type { Purpose, Refusal } from '../../src/github/refusal.ts'
import { explainRefusal } from '../../src/github/refusals.ts'

/** People choose names, and GitHub's messages have them. No name may decide what a message means. */

/** What tells one refusal from another, one for each entry. */
const decisive = [
  'added to a merge queue',
  'a pull request already exists for',
  'no common ancestor between',
  'ref cannot be created',
  'reference does not exist',
  'tree sha does not exist',
  'timed out',
  'SAML enforcement',
  'IP allow list',
  'OAuth App access restrictions',
  'forbids access via lifetime',
  'account was suspended',
  'repository was archived',
  'repository access blocked',
  'repository is locked',
  'without workflows permission',
  'not permitted to create or approve pull requests',
  'reviews may only be requested from collaborators',
  'review cannot be requested from pull request author',
  "could not resolve to a node with the global id of 'T_1",
  'granted the required scopes',
  'must have push access',
  'must have admin rights',
  'verify your email',
  'upgrade to github pro or make this repository public',
  'has limited the ability to open a pull request',
  'not accessible by ',
  'not all refs are readable',
  'secret detected',
  'through a pull request',
  'required status check',
  'locked branch',
  'must not contain merge commits',
  'verified signatures',
  'commit message must',
  'DCO sign-off required',
  'author email',
  'branch name must',
  'file path is restricted',
  'file extension is restricted',
  'file path too long',
  'file size',
  'protected branch',
  'hook declined',
  "it's a protected branch",
]

/** Names of users, repositories and branches have no spaces. */
const words = [
  'sign-off',
  'dco-signoff.yml',
  'signed-off-by',
  'pre-receive',
  'locked-branch',
  'file-size',
  'non-fast-forward',
  'timed-out',
]

type Entry = readonly [Purpose, (name: string) => string, Partial<Refusal>]

/** Names in quotation marks. */
const quoting: readonly Entry[] = [
  ['commit', (name) => `Required status check "${name}" is expected.`, {}],
  ['commit', (name) => `Required deployment to "${name}" is missing.`, {}],
  ['propose', (name) => `Could not resolve to a Ref with the name '${name}'.`, { status: 404 }],
  ['read', (name) => `Could not resolve to a Repository with the name '${name}'.`, { status: 404 }],
  ['propose', (name) => `A ref named "refs/heads/${name}" already exists`, {}],
  ['propose', (name) => `cannot lock ref '${name}': reference already exists`, {}],
  ['propose', (name) => `cannot lock ref '${name}': '${name}' exists; cannot create '${name}'`, {}],
  ['propose', (name) => `Unable to create '${name}': File exists.`, {}],
  [
    'propose',
    (name) =>
      `refusing to allow a GitHub App to create or update workflow \`${name}\` without \`workflows\` permission`,
    { status: 403 },
  ],
  ['read', (name) => `the \`${name}\` organization has an IP allow list enabled`, { status: 403 }],
  [
    'read',
    (name) =>
      `The '${name}' organization forbids access via a fine-grained personal access tokens if the token's lifetime is greater than 366 days.`,
    { status: 403 },
  ],
  [
    'commit',
    (name) => `The '${name}' field requires one of the following scopes: ['${name}'].`,
    { status: 200, type: 'INSUFFICIENT_SCOPES' },
  ],
  ['pull-request', (name) => `Label '${name}' is invalid`, {}],
]

/** Names without. */
const bare: readonly Entry[] = [
  ['propose', (name) => `Permission to acme/${name}.git denied to ${name}.`, { status: 403 }],
  [
    'commit',
    (name) => `${name} does not have the correct permissions to execute \`CreateCommitOnBranch\``,
    { status: 403, type: 'FORBIDDEN' },
  ],
  [
    'propose',
    (name) =>
      `refusing to allow an integration to create or update .github/workflows/${name} without workflows scope`,
    { status: 403 },
  ],
  ['pull-request', (name) => `A pull request already exists for acme:mlflow-sync/${name}.`, {}],
  ['pull-request', (name) => `No commits between ${name} and mlflow-sync/${name}`, {}],
  ['pull-request', (name) => `The ${name} branch is invalid`, {}],
  ['propose', (name) => `Protected branch update failed for refs/heads/${name}.`, {}],
  [
    'propose',
    (name) =>
      `Protected branch update failed for refs/heads/${name}. A pull request for this branch has been added to a merge queue.`,
    {},
  ],
  ['commit', (name) => `Waiting on code owner review from acme/${name}.`, {}],
  ['read', (name) => `No common ancestor between acme/${name} and main.`, { status: 404 }],
  [
    'pull-request',
    (name) =>
      `Reviews may only be requested from collaborators. One or more of the users or teams you specified is not a collaborator of the acme/${name} repository.`,
    {},
  ],
]

function meaning([purpose, say, given]: Entry, name: string) {
  const { text, advice, reason } = explainRefusal(
    {
      status: 422,
      type: undefined,
      code: undefined,
      isGitHubs: true,
      isDivisible: false,
      headers: {},
      url: '',
      ...given,
      message: say(name),
    },
    { repository: 'acme/deployments', purpose, isDivisible: false },
  )
  return { text: plain(text), advice: advice && plain(advice), reason }
}

describe('a name does not decide what a refusal means', () => {
  test.each([...quoting, ...bare].map((entry) => [entry[1]('…'), entry] as const))(
    '%s',
    (_, entry) => {
      const names = quoting.includes(entry) ? [...decisive, ...words] : words
      for (const name of names)
        expect([name, meaning(entry, name)]).toEqual([name, meaning(entry, 'x')])
    },
  )

  test.each(decisive)("but as GitHub's own words, these do: %s", (text) => {
    const isKnown = (['propose', 'read'] as const).some((purpose) => {
      const entry: Entry = [purpose, (name) => name, {}]
      return meaning(entry, text).text !== meaning(entry, 'x').text
    })
    expect(isKnown).toBe(true)
  })
})
