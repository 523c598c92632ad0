import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { sendGraphql, sendRest, type RestAnswer } from '../../testing/github/client.ts'
import * as people from '../../testing/github/people.ts'
import { mergePullRequest, updateBranch } from '../../testing/github/pull-requests.ts'
import type { Repository } from '../../testing/github/repository.ts'
import { startGitHub, type GitHub } from '../../testing/github/server.ts'

let github: GitHub
let repository: Repository

beforeEach(async () => {
  github = await startGitHub()
  repository = github.createRepository('acme/x', { files: { 'a.txt': 'a\n' } })
  repository.git('branch', 'topic', 'main')
  repository.push('topic', { 'b.txt': 'b\n' }, 'Add b\n\nWhy.')
})

afterEach(() => github.close())

function send(method: string, path: string, body?: object): Promise<RestAnswer> {
  return sendRest(github, method, `repos/acme/x/${path}`, body)
}

function open(title = 'Topic'): Promise<RestAnswer> {
  return send('POST', 'pulls', { title, head: 'topic', base: 'main', body: 'Body' })
}

function reopen(): Promise<RestAnswer> {
  return send('PATCH', 'pulls/1', { state: 'open' })
}

async function numbers(query: string): Promise<number[]> {
  const { body } = await send('GET', `pulls?${query}`)
  return (body as { number: number }[]).map(({ number }) => number)
}

describe('the list of pull requests', () => {
  test('has pages with links that can be followed', async () => {
    for (let count = 0; count < 3; count += 1) {
      await open()
      people.closePullRequest(repository, count + 1)
    }
    const { body, headers } = await send('GET', 'pulls?state=all&per_page=2')
    expect(body).toMatchObject([{ number: 3 }, { number: 2 }])
    const next = /<([^>]+)>; rel="next"/.exec(headers.get('link') ?? '')?.[1] ?? ''
    const response = await fetch(next, { headers: { authorization: `token ${github.token}` } })
    expect(await response.json()).toMatchObject([{ number: 1 }])
    expect(response.headers.get('link')).toMatch(/rel="prev", .*rel="first"/)
    expect(await numbers('state=all&direction=asc')).toEqual([1, 2, 3])
  })

  test("tells a fork's branch from the repository's own by the owner only", async () => {
    await open()
    people.openFromFork(repository, { head: 'topic' })
    people.openFromFork(repository, { head: 'topic', owner: 'gone', deleted: true })
    expect(await numbers('head=acme:topic')).toEqual([1])
    expect(await numbers('head=stranger:topic')).toEqual([2])
    expect(await numbers('head=topic')).toEqual([3, 2, 1])
    expect((await send('GET', 'pulls/2')).body).toMatchObject({
      head: { label: 'stranger:topic', repo: { full_name: 'stranger/x' } },
      user: { login: 'stranger' },
    })
    expect((await send('GET', 'pulls/3')).body).toMatchObject({ head: { repo: null } })
  })
})

test('GraphQL finds pull requests by the names of their branches, forks included', async () => {
  await open()
  people.openFromFork(repository, { head: 'topic' })
  const { data } = await sendGraphql(
    github,
    `{ repository(owner: "acme", name: "x") {
      pullRequests(headRefName: "topic", baseRefName: "main", states: [OPEN], first: 5,
        orderBy: { field: CREATED_AT, direction: DESC }) {
        nodes { number state isCrossRepository headRepository { nameWithOwner }
          commits(last: 1) { totalCount nodes { commit { messageHeadline } } } }
        pageInfo { hasNextPage }
      }
    } }`,
  )
  expect(data).toMatchObject({
    repository: {
      pullRequests: {
        nodes: [
          { number: 2, isCrossRepository: true, headRepository: { nameWithOwner: 'stranger/x' } },
          {
            number: 1,
            commits: { totalCount: 1, nodes: [{ commit: { messageHeadline: 'Add b' } }] },
          },
        ],
        pageInfo: { hasNextPage: false },
      },
    },
  })
})

describe('GitHub closes a pull request', () => {
  test('whose head branch is deleted, and reopens it only with the branch', async () => {
    await open()
    const head = repository.head('topic')
    await send('DELETE', 'git/refs/heads/topic')
    expect((await send('GET', 'pulls/1')).body).toMatchObject({ state: 'closed', merged: false })
    expect(await reopen()).toMatchObject({
      status: 422,
      body: {
        errors: [{ message: 'state cannot be changed. The topic branch has been deleted.' }],
      },
    })
    await send('POST', 'git/refs', { ref: 'refs/heads/topic', sha: head })
    expect(await reopen()).toMatchObject({ status: 200, body: { state: 'open', closed_at: null } })
  })

  test('whose head branch rests at the base for a moment, for good', async () => {
    await open()
    const head = repository.head('topic')
    people.forcePush(repository, 'topic', repository.head())
    people.forcePush(repository, 'topic', head)
    expect(repository.pullRequests[0]?.state).toBe('closed')
    expect(await reopen()).toMatchObject({
      status: 422,
      body: {
        errors: [
          { message: 'state cannot be changed. The topic branch was force-pushed or recreated.' },
        ],
      },
    })
  })

  test('as merged once the base contains its head', async () => {
    await open()
    repository.git('update-ref', 'refs/heads/main', repository.head('topic'))
    expect((await send('GET', 'pulls/1')).body).toMatchObject({ state: 'closed', merged: true })
  })
})

test('a closed pull request is not reopened after its branch was force-pushed', async () => {
  await open()
  people.closePullRequest(repository, 1)
  repository.push('topic', { 'c.txt': 'c' })
  expect((await reopen()).status).toBe(200)
  people.closePullRequest(repository, 1)
  people.amend(repository, 'topic', { 'd.txt': 'd' })
  expect((await reopen()).status).toBe(422)
})

describe('a merge after the base moved', () => {
  beforeEach(async () => {
    await open()
    repository.push('topic', { 'c.txt': 'c' }, 'Add c')
    repository.push('main', { 'd.txt': 'd' }, 'Add d')
  })

  test.each(['merge', 'squash', 'rebase'] as const)('by %s', (method) => {
    const base = repository.head()
    repository.settings.deleteBranchOnMerge = true
    mergePullRequest(repository, 1, method)
    expect(repository.paths()).toEqual(['a.txt', 'b.txt', 'c.txt', 'd.txt'])
    const history = repository.git('log', '--first-parent', '--format=%B', `${base}..main`)
    expect(history.replace(/\n+/g, '\n').trim()).toBe(
      {
        merge: 'Merge pull request #1 from acme/topic\nTopic',
        squash: 'Topic (#1)\n* Add b\nWhy.\n* Add c',
        rebase: 'Add c\nAdd b\nWhy.',
      }[method],
    )
    expect(repository.pullRequests[0]).toMatchObject({
      state: 'closed',
      mergeCommit: repository.head(),
    })
    expect(repository.head('topic')).toBe('')
    repository.fsck()
  })

  test('of the base into the head keeps the pull request open', () => {
    const head = repository.head('topic')
    const oid = updateBranch(repository, 1)
    expect(repository.git('log', '-1', '--format=%P', oid)).toBe(`${head} ${repository.head()}`)
    expect(repository.pullRequests[0]?.state).toBe('open')
  })

  test('of the head onto the base keeps messages and authors, but not the committer', () => {
    const oid = updateBranch(repository, 1, 'rebase')
    expect(repository.git('log', '--format=%s', `main..${oid}`)).toBe('Add c\nAdd b')
    expect(repository.git('log', '-1', '--format=%cn', oid)).toBe('A Person')
  })
})

describe('GitHub lags behind', () => {
  test('a new branch is not a valid head, and a new pull request has no node, for some calls', async () => {
    Object.assign(repository.settings.lag, { labels: 1, heads: 1 })
    const sha = repository.head('topic')
    await send('DELETE', 'git/refs/heads/topic')
    await send('POST', 'git/refs', { ref: 'refs/heads/topic', sha })
    expect(await open()).toMatchObject({
      status: 422,
      body: {
        message: 'Validation Failed',
        errors: [{ resource: 'PullRequest', field: 'head', code: 'invalid' }],
      },
    })
    expect((await open()).status).toBe(201)
    const label = () => send('POST', 'issues/1/labels', { labels: ['x'] })
    const { status, body } = await label()
    expect(status).toBe(422)
    expect(JSON.stringify(body)).toMatch(
      /"resource":"Label",.*"Could not resolve to a node with the global id of 'PR_\w+'\."/,
    )
    expect(await label()).toMatchObject({ status: 200, body: [{ name: 'x' }] })
  })
})
