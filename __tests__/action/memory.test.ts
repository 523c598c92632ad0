import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterEach, expect } from '@jest/globals'
import { onlyWhere } from '../../testing/only-where.ts'
import { peakMebibytes, showPeakMemory } from '../../testing/peak-memory.ts'
import { useWorld } from '../../testing/use-world.ts'

const { test } = onlyWhere('proc')
const world = await useWorld({ version: 3 })
const project = world.createProject()
let server: Server | undefined

afterEach(async () => {
  server?.closeAllConnections()
  await new Promise((resolve) => server?.close(resolve))
})

/** A few KB that become JSON with this many millions of equal parts; gzip allows several members. */
function repeated(before: string, part: string, millions: number, after: string): Buffer {
  const million = gzipSync(part.repeat(1_000_000))
  const members = Array.from({ length: millions }, () => million)
  return Buffer.concat([gzipSync(before), ...members, gzipSync(after)])
}

async function startServer(body: Buffer): Promise<string> {
  const listening = createServer((request, response) => {
    request.resume()
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(body)
  })
  server = listening
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(listening.address() as AddressInfo).port}`
}

/** How large a response may be. */
const maxMebibytes = { mlflow: 32, github: 20 }

async function syncWith(at: 'mlflow' | 'github', body: Buffer) {
  const url = await startServer(body)
  const github = { GITHUB_API_URL: url, GITHUB_GRAPHQL_URL: `${url}/graphql` }
  const step =
    at === 'mlflow'
      ? await project.sync({ 'mlflow-tracking-uri': url }, { env: showPeakMemory })
      : await project.sync({}, { env: { ...github, ...showPeakMemory } })
  return { step, peak: peakMebibytes(step) }
}

const directory = `{"data":{"repository":{"id":"R","nameWithOwner":"a/b","isArchived":false,"defaultBranchRef":{"name":"main","target":{"oid":"a","tree":{"oid":"b"}}}},"directories":{"d0":{"__typename":"Tree","oid":"x","entries":[`

test.each([
  ['mlflow', 'numbers', /more than 6000000 JSON values/, '{"model_versions":[', '0,', 130, '0]}'],
  ['mlflow', 'nulls', /more than 6000000 JSON values/, '{"model_versions":[', 'null,', 50, '0]}'],
  ['mlflow', 'rows', /items: Too big/, '{"model_versions":[', '{},', 1, '{}]}'],
  ['github', 'entries', /more than 600000 JSON values/, directory, '{},', 1, '{}]}}}}'],
  [
    'github',
    'numbers',
    /more than 600000 JSON values/,
    '{"data":{"repository":[',
    '0,',
    130,
    '0]}}',
  ],
  ['github', 'errors', /more than 600000 JSON values/, '{"errors":[', '{"message":""},', 3, '{}]}'],
] as const)(
  'a small response of %s that becomes millions of %s does not fill the memory',
  async (at, _, message, before, part, millions, after) => {
    const { step, peak } = await syncWith(at, repeated(before, part, millions, after))
    expect(step.exitCode).toBe(1)
    expect(step.outputs.operation).toBe('failed')
    expect(step.errors[0]).toMatch(message)
    expect(peak).toBeLessThan(512)
  },
)

test.each([
  ['mlflow', 'ASCII', 'a'.repeat(300), 1],
  ['mlflow', 'other', `世${'a'.repeat(297)}`, 1],
  ['github', 'ASCII', 'a'.repeat(300), 1],
  ['github', 'other', `世${'a'.repeat(297)}`, 1],
] as const)(
  'a small response of %s that becomes one long string of %s characters does not fill the memory',
  async (at, _, part, millions) => {
    const before = at === 'mlflow' ? '{"model_versions":[{"name":"' : '{"data":{"x":"'
    const after = at === 'mlflow' ? '"}]}' : '"}}'
    const { step, peak } = await syncWith(at, repeated(before, part, millions, after))
    expect(step.exitCode).toBe(1)
    expect(step.errors[0]).toContain(`has more than ${maxMebibytes[at]} MiB`)
    expect(peak).toBeLessThan(512)
  },
)

const version =
  '{"model_versions":[{"name":"m","version":"1","creation_timestamp":1700000000000,"run_id":"'

test.each([
  ['mlflow', `${version}","name":"`, '"}]}'],
  ['mlflow', version, '"}]}'],
  ['mlflow', `${version}a","source":"`, '"}]}'],
  ['mlflow', `${version}a","aliases":["`, '"]}]}'],
  ['mlflow', `${version}a","description":"`, '"}]}'],
  ['github', '{"data":{"x":"', '"}}'],
] as const)(
  'as long a string as a response of %s may have does not fill the memory (case %#)',
  async (at, before, after) => {
    const text = `世${'a'.repeat((maxMebibytes[at] - 1) * 1024 * 1024)}`
    const { step, peak } = await syncWith(at, gzipSync(`${before}${text}${after}`))
    expect(step.exitCode).toBe(1)
    expect(peak).toBeLessThan(512)
  },
)

test.each([
  ['entries', directory, '{},', '{}]}}}}', /directories\.d0\.entries\.0\.name/],
  ['errors', '{"errors":[', '{"message":""},', '{}]}', /GitHub/],
])(
  'as many %s as a response may have do not fill the memory if they are not valid',
  async (_, before, part, after, message) => {
    const body = gzipSync(`${before}${part.repeat(299_000)}${after}`)
    const { step, peak } = await syncWith('github', body)
    expect(step.exitCode).toBe(1)
    expect(step.outputs.operation).toBe('failed')
    expect(step.errors[0]).toMatch(message)
    expect(peak).toBeLessThan(512)
  },
)
