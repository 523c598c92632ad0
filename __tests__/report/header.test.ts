import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { actionVersion } from '../../src/core/version.ts'
import { readInputs } from '../../src/inputs/inputs.ts'
import { headerLines } from '../../src/report/header.ts'
import { minimal } from '../fixtures/inputs.ts'

function headerOf(inputs: Readonly<Record<string, string>>): string[] {
  const given: Record<string, string> = Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]),
  )
  return headerLines('1.2.3', readInputs({ ...minimal, ...given }))
}

test('the version is that of package.json', () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }
  expect(actionVersion).toBe(version)
})

test('the log begins with what is synced, and says no more than the inputs do', () => {
  const inputs = { 'mlflow-tracking-uri': 'https://mlflow.test/ml', repository: 'acme/models' }
  expect(headerOf(inputs)).toEqual([
    'mlflow-sync  1.2.3, mode: sync',
    'MLflow       https://mlflow.test/ml',
    'repository   acme/models',
    'branch       the default branch',
    'path         . (the root of the repository)',
  ])
})

test('the log begins with the selection that is in force', () => {
  const inputs = {
    'mlflow-tracking-uri': 'https://mlflow.test',
    'mlflow-token': 'secret-token',
    'mlflow-headers': 'X-Key: secret-header',
    repository: 'acme/models',
    branch: 'main',
    path: 'deploy/prod',
    models: 'llm-*\n!llm-test',
    aliases: 'champion\nchallenger',
    filter: "tags.a = '1'",
    'run-filter': 'metrics.x > 1',
    'minimum-age': '90m',
    template: 'templates/vllm.yaml',
    prune: 'true',
    'max-deletions': '1',
    'pull-request': 'true',
    mode: 'plan',
    'poll-interval': '30s',
    'poll-duration': '1h',
  }
  expect(headerOf(inputs)).toEqual([
    'mlflow-sync   1.2.3, mode: plan',
    'MLflow        https://mlflow.test',
    'repository    acme/models',
    'branch        main',
    'path          deploy/prod',
    'models        llm-*, !llm-test',
    'aliases       champion, challenger',
    "filter        tags.a = '1'",
    'run filter    metrics.x > 1',
    'minimum age   90m',
    'template      templates/vllm.yaml',
    'prune         at most 1 deletion',
    'pull request  from mlflow-sync/main',
    'polling       every 30s for 1h',
  ])
})

test('a long or broken text stays one line', () => {
  const lines = headerOf({ filter: `a\n::error::${'x'.repeat(5000)}` })
  expect(lines.join('')).not.toContain('\n')
  expect(lines.every((line) => line.length < 600)).toBe(true)
})
