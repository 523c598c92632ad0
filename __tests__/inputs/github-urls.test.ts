import { describe, expect, test } from '@jest/globals'
import { readGitHubUrls, type GitHubUrls } from '../../src/inputs/github-urls.ts'
import { problemsOf } from '../fixtures/inputs.ts'

const dotCom = {
  server: 'https://github.com',
  api: 'https://api.github.com',
  graphql: 'https://api.github.com/graphql',
}
const dataResidency = {
  server: 'https://octo.ghe.com',
  api: 'https://api.octo.ghe.com',
  graphql: 'https://api.octo.ghe.com/graphql',
}
const enterprise = {
  server: 'https://git.example.com',
  api: 'https://git.example.com/api/v3',
  graphql: 'https://git.example.com/api/graphql',
}

type Variables = { server?: string; api?: string; graphql?: string }

function environmentOf({ server, api, graphql }: Variables) {
  return { GITHUB_SERVER_URL: server, GITHUB_API_URL: api, GITHUB_GRAPHQL_URL: graphql }
}

const cases: readonly [Variables, GitHubUrls][] = [
  [{}, dotCom],
  [{ server: '', api: ' ', graphql: '' }, dotCom],
  ...[dotCom, dataResidency, enterprise].flatMap((urls): [Variables, GitHubUrls][] => [
    [urls, urls],
    [{ server: urls.server }, urls],
    [{ api: urls.api }, urls],
    [{ graphql: urls.graphql }, urls],
    [{ server: urls.server, api: urls.api }, urls],
    [{ server: urls.server, graphql: urls.graphql }, urls],
    [{ api: urls.api, graphql: urls.graphql }, urls],
    [{ server: `${urls.server}/`, api: `${urls.api}//`, graphql: '' }, urls],
    [{ server: urls.server.toUpperCase() }, urls],
  ]),
  // Each variable that is set has the last word about its own address.
  [
    { ...enterprise, graphql: 'https://proxy.example.com/q' },
    { ...enterprise, graphql: 'https://proxy.example.com/q' },
  ],
  [
    { api: 'http://127.0.0.1:8080' },
    {
      server: 'http://127.0.0.1:8080',
      api: 'http://127.0.0.1:8080',
      graphql: 'http://127.0.0.1:8080/graphql',
    },
  ],
  [
    { server: 'https://git.example.com:8443' },
    {
      server: 'https://git.example.com:8443',
      api: 'https://git.example.com:8443/api/v3',
      graphql: 'https://git.example.com:8443/api/graphql',
    },
  ],
  // Neither belongs to GitHub.
  [
    { server: 'https://github.com.example.com' },
    {
      server: 'https://github.com.example.com',
      api: 'https://github.com.example.com/api/v3',
      graphql: 'https://github.com.example.com/api/graphql',
    },
  ],
  [
    { server: 'https://ghe.com' },
    {
      server: 'https://ghe.com',
      api: 'https://ghe.com/api/v3',
      graphql: 'https://ghe.com/api/graphql',
    },
  ],
]

describe("GitHub's addresses", () => {
  test.each(cases)('%j', (given, urls) => {
    expect(readGitHubUrls(environmentOf(given))).toEqual({ urls, problems: [] })
  })

  test.each(['git.example.com', 'ftp://git.example.com', 'https://', 'https://a b', 'null'])(
    'are invalid inputs if they are no URLs: %s',
    (text) => {
      const problems = problemsOf(
        environmentOf({ server: text, api: text, graphql: text }) as Record<string, string>,
      )
      expect(problems).toEqual([
        `\`GITHUB_SERVER_URL\` must be an address such as \`https://github.example.com\` (received \`${text}\`)`,
        `\`GITHUB_API_URL\` must be an address such as \`https://github.example.com\` (received \`${text}\`)`,
        `\`GITHUB_GRAPHQL_URL\` must be an address such as \`https://github.example.com\` (received \`${text}\`)`,
      ])
    },
  )

  test.each([
    ['ftp://user:secret@git.example.com', 'ftp://***@git.example.com'],
    ['https://user:secret@', 'https://***@'],
    ['https://user:sec/r@e t@git.example.com:x', 'https://***@git.example.com:x'],
    ['user:secret@git.example.com', '***@git.example.com'],
  ])('are not repeated with their credentials: %s', (text, shown) => {
    expect(problemsOf({ GITHUB_API_URL: text })).toEqual([
      `\`GITHUB_API_URL\` must be an address such as \`https://github.example.com\` (received \`${shown}\`)`,
    ])
  })
})
