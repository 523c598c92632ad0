import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect } from '@jest/globals'
import { runWorkflow } from '../../testing/act.ts'
import { createCheckout } from '../../testing/checkout.ts'
import { onlyWhere } from '../../testing/only-where.ts'

const { describe, test } = onlyWhere('act')

const scratch = mkdtempSync(join(tmpdir(), 'workflows-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

/** Actions that only install what is installed here. */
function emptyAction(): string {
  const folder = join(scratch, 'empty-action')
  mkdirSync(folder, { recursive: true })
  const step = "{ run: 'true', shell: bash }"
  const lines = ['name: empty', 'runs:', '  using: composite', `  steps: [${step}]`]
  writeFileSync(join(folder, 'action.yml'), `${lines.join('\n')}\n`)
  return folder
}

describe('the workflow of this project', () => {
  test("the project's self-test passes", async () => {
    const checkout = createCheckout({ installed: true })
    const workflow = '.github/workflows/ci.yml'
    const text = readFileSync(workflow, 'utf8')
    const setUps = [...text.matchAll(/actions\/setup-\w+@\w+/g)].map(([action]) => action)
    const run = await runWorkflow({
      directory: checkout.directory,
      workflow,
      event: 'push',
      args: ['--job', 'self-test', '--matrix', 'os:ubuntu-latest'],
      actions: Object.fromEntries(setUps.map((action) => [action, emptyAction()])),
      env: { GITHUB_REPOSITORY: 'acme/deployments' },
    })
    checkout.remove()
    expect(run.exitCode === 0 ? '' : run.log).toBe('')
    expect(run.outputs.first).toMatchObject({ operation: 'committed', 'created-count': '1' })
    expect(run.outputs.second).toMatchObject({ operation: 'none', changed: 'false' })
  })
})
