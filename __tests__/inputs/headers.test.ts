import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { secretsOf } from '../../src/clients.ts'
import { createTransport } from '../../src/http/transport.ts'
import { readInputs } from '../../src/inputs/inputs.ts'
import { minimal, problemsOf } from '../fixtures/inputs.ts'

/** Characters that no header can hold, and that people paste. */
const impossible = ['\n', '\r', '\0', '\u007f', '\u0100', '\u200b', '\u2019', '\ud83e', '🤖']

describe.each(['INPUT_MLFLOW-TOKEN', 'INPUT_GITHUB-TOKEN', 'INPUT_MLFLOW-WORKSPACE'])(
  '%s',
  (variable) => {
    test.each(impossible)('cannot hold %j', (character) => {
      const name = variable.slice('INPUT_'.length).toLowerCase()
      const problems = problemsOf({ [variable]: `hidden${character}value` })
      expect(problems).toEqual([expect.stringMatching(`^\`${name}\` contains a character`)])
      expect(problems[0]).not.toMatch(/hidden|value$/)
    })
  },
)

describe('username and password', () => {
  function credentials(username: string, password: string) {
    return { 'INPUT_MLFLOW-USERNAME': username, 'INPUT_MLFLOW-PASSWORD': password }
  }

  test('can hold any text that base64 can carry', () => {
    expect(problemsOf(credentials('jürgen', 'a:b – 🤖'))).toEqual([])
  })

  test.each(['\n', '\t', '\0', '\ud83e'])('cannot hold %j', (character) => {
    expect(problemsOf(credentials(`a${character}b`, `c${character}d`))).toEqual([
      '`mlflow-username` must be one line without control characters',
      '`mlflow-password` must be one line without control characters',
    ])
  })

  test('cannot have a colon in the username', () => {
    expect(problemsOf(credentials('a:b', 'c'))).toEqual([
      expect.stringMatching(/^`mlflow-username` must not contain a colon/),
    ])
  })
})

describe('mlflow-headers', () => {
  const problemsOfHeaders = (headers: string) => problemsOf({ 'INPUT_MLFLOW-HEADERS': headers })

  test.each(impossible.filter((character) => character !== '\n'))(
    'cannot hold %j, and only the line is named',
    (character) => {
      expect(problemsOfHeaders(`X-A: 1\n\nX-B: hidden${character}value`)).toEqual([
        expect.stringMatching(
          /^`mlflow-headers` is invalid: line 3 contains a character that an HTTP header/,
        ),
      ])
    },
  )

  test.each([
    ['hidden', /^`mlflow-headers` is invalid: line 1 must be `Name: value`$/],
    ['a b: c', /line 1 must be/],
    [': c', /line 1 must be/],
    ['\u212aeep: c', /line 1 must be/],
    ['X-A: 1\nx-a: 2', /line 2 repeats the header of an earlier line$/],
    ['Host: a', /line 1 must not set the header `Host`$/],
    ['Expect: 100-continue', /must not set/],
    ['Keep-Alive: timeout=5', /must not set/],
    ['Connection: close', /must not set/],
    ['Upgrade: h2c', /must not set/],
    ['Transfer-Encoding: chunked', /must not set/],
    ['Content-Length: 1', /must not set/],
    ['Accept-Encoding: br', /must not set/],
  ])('cannot be %j', (headers, problem) => {
    expect(problemsOfHeaders(headers)).toEqual([expect.stringMatching(problem)])
  })

  describe('that are accepted', () => {
    const received: Record<string, string>[] = []
    const server = createServer((request, response) => {
      received.push(request.headers as Record<string, string>)
      response.end()
    })
    const transport = createTransport({
      timeoutMs: 5000,
      totalTimeoutMs: 5000,
      limits: { bytes: 1024, values: 10 },
      ca: undefined,
      insecureTls: false,
      signal: new AbortController().signal,
    })

    beforeAll(() => new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve)))
    afterAll(async () => {
      await transport.close()
      server.close()
    })

    async function send(headers: Readonly<Record<string, string>>) {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
      return transport.send({ method: 'GET', url, headers, body: undefined })
    }

    test('can be sent, with every character', async () => {
      const characters = Array.from({ length: 0x180 }, (_, code) => String.fromCharCode(code))
      const accepted = characters.filter((character) => {
        return problemsOfHeaders(`X-A: a${character}b`).length === 0
      })
      expect(accepted).toHaveLength(224)
      const value = `a${accepted.join('')}b`
      expect(await send({ 'x-a': value })).toMatchObject({ kind: 'response', status: 200 })
      expect(received.at(-1)?.['x-a']).toBe(value)
    })

    test.each([
      'TE',
      'Trailer',
      'Date',
      'Via',
      'Content-Type',
      'Proxy-Authorization',
      'Cookie',
      'Accept',
      '__proto__',
    ])('can be sent under the name %s', async (name) => {
      const { headers } = readInputs({ ...minimal, 'INPUT_MLFLOW-HEADERS': `${name}: x` }).mlflow
      expect(Object.keys(headers)).toEqual([name.toLowerCase()])
      expect(await send(headers)).toMatchObject({ kind: 'response', status: 200 })
    })
  })
})

describe('values to mask', () => {
  function secrets(environment: Record<string, string>) {
    return secretsOf(readInputs({ ...minimal, 'INPUT_GITHUB-TOKEN': 'ghs_4711', ...environment }))
  }

  test('are all credentials in every form that is sent', () => {
    const environment = {
      'INPUT_MLFLOW-USERNAME': 'admin',
      'INPUT_MLFLOW-PASSWORD': 'a long password',
      'INPUT_MLFLOW-TOKEN': 'token-4711',
      'INPUT_MLFLOW-HEADERS': 'X-Key: key-4711\nAuthorization: Bearer bearer-4711',
    }
    expect(secrets(environment)).toEqual([
      'ghs_4711',
      'a long password',
      'token-4711',
      Buffer.from('admin:a long password').toString('base64'),
      'key-4711',
      'Bearer bearer-4711',
      'bearer-4711',
    ])
  })

  test('do not include short header values, which occur in unrelated text', () => {
    const environment = {
      'INPUT_MLFLOW-USERNAME': 'a',
      'INPUT_MLFLOW-PASSWORD': '1',
      'INPUT_MLFLOW-TOKEN': 'token',
      'INPUT_MLFLOW-HEADERS': 'X-A: 1\nX-B: 12345\nX-C:\nX-D: 123456\nX-E: token 1',
    }
    expect(secrets(environment)).toEqual([
      'ghs_4711',
      '1',
      'token',
      Buffer.from('a:1').toString('base64'),
      '123456',
      'token 1',
    ])
  })
})
