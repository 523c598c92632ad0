import { describe, expect, test } from '@jest/globals'
import {
  haveSameInputs,
  inputsTrailer,
  isConfigEdited,
  isOtherJob,
  proposalInputs,
  readInputs,
  serverDigest,
  type ProposalInputs,
} from '../../src/core/proposal-inputs.ts'

const inputs: ProposalInputs = {
  digest: 'd'.repeat(32),
  server: serverDigest('https://mlflow.example.com/team', 'blue'),
  config: { path: 'c'.repeat(32), oid: 'e'.repeat(40) },
  job: { name: 'acme/ops/.github/workflows/sync.yml#sync', sha: 'a'.repeat(40) },
}

describe('the trailer', () => {
  test.each([
    ['everything', inputs],
    ['no configuration', { ...inputs, config: undefined }],
    ['no job', { ...inputs, job: undefined }],
    ['what older versions wrote', { ...inputs, server: undefined, config: undefined }],
  ])('returns %s', (_what, given) => {
    expect(readInputs(`Sync\n\n${inputsTrailer(given)}`)).toEqual(given)
  })

  test('does not name the server', () => {
    expect(inputsTrailer(inputs)).not.toMatch(/example|team|blue/)
  })
})

test('a server is its address and workspace, without credentials and slashes at the end', () => {
  const digest = serverDigest('https://mlflow.example.com/a', undefined)
  expect(serverDigest('https://user:secret@mlflow.example.com/a/', undefined)).toBe(digest)
  expect(serverDigest('https://mlflow.example.com/b', undefined)).not.toBe(digest)
  expect(serverDigest('https://mlflow.example.com/a', 'blue')).not.toBe(digest)
})

test('inputs of older versions, which name no server, can be the same', () => {
  expect(haveSameInputs({ ...inputs, server: undefined }, inputs)).toBe(true)
  expect(haveSameInputs({ ...inputs, server: 'f'.repeat(32) }, inputs)).toBe(false)
})

describe('an edited configuration', () => {
  const earlier = { ...inputs, config: { path: 'c'.repeat(32), oid: 'b'.repeat(40) } }

  test('is of the same job if its path and the name of the job are the same', () => {
    expect([isConfigEdited(earlier, inputs), isOtherJob(earlier, inputs)]).toEqual([true, false])
  })

  test('is none on another branch', () => {
    const job = { job: inputs.job, server: 's', config: 'c.yaml' }
    const on = (branch: string, oid: string) =>
      proposalInputs([], { branch, files: new Map([['c.yaml', oid]]) }, job)
    expect(isConfigEdited(on('main', '1'), on('main', '2'))).toBe(true)
    expect(isConfigEdited(on('main', '1'), on('release', '2'))).toBe(false)
  })

  test.each<[string, ProposalInputs]>([
    ['the path is another one', { ...earlier, config: { path: 'f'.repeat(32), oid: '0' } }],
    ['the name is another one', { ...earlier, job: { name: 'other', sha: 'a'.repeat(40) } }],
    ['there was none', { ...earlier, config: undefined }],
  ])('is none if %s', (_what, recorded) => {
    expect([isConfigEdited(recorded, inputs), isOtherJob(recorded, inputs)]).toEqual([false, true])
  })
})
