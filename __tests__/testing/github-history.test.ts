import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { sendGraphql } from '../../testing/github/client.ts'
import { mergePullRequest, pullRequestsOf } from '../../testing/github/pull-requests.ts'
import { newPullRequest } from '../../testing/github/pull-request.ts'
import { startGitHub, type GitHub } from '../../testing/github/server.ts'

/** What the stand-in says about the history of files. */

let github: GitHub

beforeAll(async () => {
  github = await startGitHub()
})

afterAll(() => github.close())

test('filters the history of a path as git log does', async () => {
  const repository = github.createRepository('acme/history', { files: { 'd/a': '1', 'd/b': '1' } })
  const changed = repository.push('main', { 'd/a': '2' }, 'Change a')
  const removed = repository.push('main', { 'd/b': null }, 'Remove b')
  const query = `{ repository(owner: "acme", name: "history") { object(expression: "main") { ... on Commit {
    a: history(first: 1, path: "d/a") { nodes { oid } }
    b: history(first: 1, path: "d/b") { nodes { oid } }
    d: history(first: 9, path: "d") { totalCount }
    none: history(first: 1, path: "d/[ab]") { nodes { oid } }
  } } } }`
  expect((await sendGraphql(github, query)).data).toEqual({
    repository: {
      object: {
        a: { nodes: [{ oid: changed }] },
        b: { nodes: [{ oid: removed }] },
        d: { totalCount: 3 },
        none: { nodes: [] },
      },
    },
  })
  expect(github.violations).toEqual([])
})

test.each(['merge', 'squash', 'rebase'] as const)(
  'associates the commits of a %s with its pull request',
  (method) => {
    const repository = github.createRepository(`acme/${method}`, { files: { a: '1' } })
    const base = repository.head()
    repository.git('branch', 'topic', 'main')
    repository.push('topic', { b: '1' }, 'Add b')
    const headSha = repository.push('topic', { c: '1' }, 'Add c')
    repository.push('main', { a: '2' }, 'Elsewhere')
    repository.pullRequests.push(
      newPullRequest({
        ...{ number: 1, author: 'a', title: 'T', body: '', head: 'topic', headSha },
        ...{ headOwner: 'acme', base: 'main', baseSha: base },
      }),
    )
    expect(pullRequestsOf(repository, headSha)).toHaveLength(1)
    mergePullRequest(repository, 1, method)
    for (const commit of repository.store.commitsBetween('main~1', 'main')) {
      expect(pullRequestsOf(repository, commit)).toHaveLength(1)
    }
    expect(pullRequestsOf(repository, base)).toEqual([])
  },
)
