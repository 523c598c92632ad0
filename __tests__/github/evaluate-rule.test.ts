import { describe, expect, test } from '@jest/globals'
import { evaluateRule } from '../../src/github/evaluate-rule.ts'
import { coversPath } from '../../src/github/rule-patterns.ts'

const message = 'Add my_model version 2 (01234567)\n\nmodels/0123.yaml\n\nMLflow-Run-Id: 0123'

const write = {
  branch: 'mlflow-sync/main',
  isHead: true,
  messages: [message],
  paths: ['deploy/production/0123.yaml'],
}

function evaluatePattern(type: string, parameters: object) {
  return evaluateRule({ type, parameters }, write, true).result
}

describe('a pattern', () => {
  test.each([
    ['starts_with', 'Add ', 'satisfied'],
    ['starts_with', 'add ', 'violated'],
    ['ends_with', ': 0123', 'satisfied'],
    ['contains', 'my_model', 'satisfied'],
    ['contains', '*', 'violated'],
    ['regex', '^Add \\w+ version \\d+', 'satisfied'],
    ['regex', '(?i)^ADD', 'satisfied'],
    ['regex', '^Add.*0123$', 'violated'],
    ['regex', '(?s)^Add.*0123$', 'satisfied'],
    ['regex', '(?m)^MLflow-Run-Id: ', 'satisfied'],
    // Syntax that JavaScript does not have, or takes literally without the flag `u`.
    ['regex', '(?U)^Add', 'unclear'],
    ['regex', '\\AAdd', 'unclear'],
    ['regex', '[[:alpha:]]+(', 'unclear'],
    ['like', 'Add', 'unclear'],
  ])('of a commit message: %s %j is %s', (operator, pattern, result) => {
    expect(evaluatePattern('commit_message_pattern', { operator, pattern })).toBe(result)
  })

  test('can be negated', () => {
    const parameters = { operator: 'contains', pattern: 'version', negate: true }
    expect(evaluatePattern('commit_message_pattern', parameters)).toBe('violated')
  })

  test('that JavaScript would never finish is given up', () => {
    const parameters = { operator: 'regex', pattern: '^(a+)+$' } as const
    const rule = { type: 'branch_name_pattern', parameters }
    const branch = `${'a'.repeat(100)}!`
    expect(evaluateRule(rule, { ...write, branch }, true).result).toBe('unclear')
  })

  test('of a name only matters where the action creates the branch', () => {
    const rule = {
      type: 'branch_name_pattern',
      parameters: { operator: 'starts_with', pattern: 'bot/' },
    }
    expect(evaluateRule(rule, write, true).result).toBe('violated')
    expect(evaluateRule(rule, { ...write, isHead: false }, true).result).toBe('satisfied')
  })
})

test.each([
  ['deploy/production/0123.yaml', 'fully'],
  ['/deploy/production/0123.yaml', 'fully'],
  ['deploy/**/*', 'fully'],
  ['deploy/**', 'fully'],
  ['**/*.yaml', 'fully'],
  ['deploy/*/*.yaml', 'fully'],
  ['deploy/production/????.y[a-c]ml', 'fully'],
  ['deploy/*', 'partly'],
  ['deploy/', 'partly'],
  ['deploy', 'partly'],
  ['deploy/prod', 'no'],
  ['*.yaml', 'no'],
  ['production/**/*', 'no'],
  ['deploy.production/**', 'no'],
  ['[', 'no'],
  ['deploy/production/[!_]*.yaml', 'fully'],
  ['deploy/production/[^.]*.yaml', 'fully'],
  ['deploy/production/[!0-9]*.yaml', 'no'],
  ['deploy[!x]production/*.yaml', 'no'],
  ['deploy[.-0]production/*.yaml', 'no'],
  ['deploy/production/[z-a]*.yaml', 'partly'],
])('the restricted path %s covers a file %s', (glob, coverage) => {
  expect(coversPath(glob, 'deploy/production/0123.yaml')).toBe(coverage)
})

test.each([
  ['deploy/production/**/*', 'violated'],
  ['deploy', 'unclear'],
  ['[z-a].yaml', 'unclear'],
  ['staging/**/*', 'satisfied'],
])('a restriction of %s is %s', (path, result) => {
  const parameters = { restricted_file_paths: ['docs/*', path] }
  expect(evaluatePattern('file_path_restriction', parameters)).toBe(result)
})

test.each(['yaml', '.yaml', '*.YAML'])('the extension %s is that of values files', (extension) => {
  const rule = (extensions: string[]) =>
    evaluatePattern('file_extension_restriction', { restricted_file_extensions: extensions })
  expect(rule(['exe', extension])).toBe('violated')
  expect(rule(['yml', 'exe'])).toBe('satisfied')
})

test('parameters of an unknown shape are unclear', () => {
  for (const type of [
    'commit_message_pattern',
    'branch_name_pattern',
    'file_path_restriction',
    'file_extension_restriction',
    'max_file_path_length',
  ]) {
    expect(evaluatePattern(type, { new: 1 })).toBe('unclear')
  }
})

test('a branch that exists need not be created', () => {
  const base = { ...write, isHead: false }
  expect(evaluateRule({ type: 'creation' }, base, true).result).toBe('satisfied')
  expect(evaluateRule({ type: 'creation' }, base, false).result).toBe('violated')
  // After a merge, the head branch is created again.
  expect(evaluateRule({ type: 'creation' }, write, true).result).toBe('violated')
})
