import { expect, test } from '@jest/globals'
import { registeredModelPage } from '../../src/mlflow/registered-model-schema.ts'
import { run } from '../../src/mlflow/run-schema.ts'

test('a registered model with invalid tags keeps its aliases, and the others are not affected', () => {
  const aliases = [{ alias: 'champion', version: '1' }]
  const page = registeredModelPage.parse({
    registered_models: [
      { name: 'a', aliases, tags: [{ key: 1 }], description: 'A' },
      { name: 'b', aliases, tags: [{ key: 'x', value: null }] },
    ],
  })
  expect(page.items).toMatchObject([
    { name: 'a', aliases, problem: undefined, facts: { tags: {}, description: '' } },
    { name: 'b', aliases, facts: { tags: { x: '' }, description: '', problem: undefined } },
  ])
  expect(page.items[0]?.facts.problem).toBeDefined()
})

test.each([
  [{ status: 'RUNNING', user_id: 'old' }, [], 'RUNNING', 'old'],
  [{ user_id: 'old' }, [{ key: 'mlflow.user', value: 'ada' }], '', 'ada'],
  [{ status: 3, user_id: 'old' }, [{ key: 'mlflow.user', value: '' }], '', 'old'],
  [{}, [], '', ''],
])('a run has a status and a user if MLflow says so: %j, %j', (info, tags, status, user) => {
  const wire = { info: { run_id: 'r', experiment_id: '1', ...info }, data: { tags } }
  expect(run.parse(wire)).toMatchObject({ status, user })
})
