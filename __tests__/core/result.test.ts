import { expect, test } from '@jest/globals'
import { emptyResult } from '../../src/core/result.ts'

test('an empty result changes nothing', () => {
  expect(emptyResult('acme/models', 'main')).toMatchObject({
    operation: 'none',
    repository: 'acme/models',
    branch: 'main',
    entries: [],
    extraFiles: [],
    warnings: [],
  })
})
