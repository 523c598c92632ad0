import { expect, test } from '@jest/globals'
import { parseManifests, validateManifests } from '../../testing/kubernetes.ts'

const service = (port: string) =>
  `apiVersion: v1\nkind: Service\nmetadata: { name: a }\nspec: { ports: [{ ${port} }] }\n`
const custom = 'apiVersion: example.com/v1\nkind: Custom\nmetadata: { name: b }\n'

test('finds nothing wrong with valid manifests and custom kinds', () => {
  const manifests = parseManifests(`---\n${service('port: 80')}---\n${custom}`)
  expect(validateManifests(manifests, { customKinds: ['Custom'] })).toEqual([])
})

test('names a wrong type, an unknown field and a kind that nobody knows', () => {
  const documents = [service('port: http'), service('port: 80, prot: TCP'), custom]
  expect(validateManifests(parseManifests(documents.join('---\n')))).toEqual([
    expect.stringContaining("'http' is not of type 'integer'"),
    expect.stringContaining("'prot' was unexpected"),
    expect.stringContaining("Couldn't find schema for kind Custom"),
  ])
})
