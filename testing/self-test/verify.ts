import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { parse } from 'yaml'
import type { ServerRecord, State } from './servers.ts'

export type Outputs = Readonly<Record<string, string>>

/** The directory that the workflow names in `path`. */
const directory = 'deploy/values'

/** The first run committed one file; the second one found nothing to do. */
export async function verify(run: string, state: State, outputs: Outputs): Promise<void> {
  const git = (...args: string[]): string =>
    execFileSync('git', ['--git-dir', state.gitDirectory, ...args], { encoding: 'utf8' }).trim()
  if (run === 'first') {
    assert.equal(outputs.operation, 'committed')
    assert.equal(outputs['created-count'], '1')
    assert.equal(outputs['commit-sha'], git('rev-parse', 'main'))
  } else {
    assert.equal(outputs.operation, 'none')
    assert.equal(outputs['unchanged-count'], '1')
  }
  const { runId, modelId, name } = state.version
  const path = `${directory}/${runId}.yaml`
  assert.equal(git('rev-list', '--count', 'main'), '2', 'the first commit and that of the action')
  assert.equal(git('diff', '--name-status', 'main~1', 'main'), `A\t${path}`)
  const { global } = parse(git('cat-file', 'blob', `main:${path}`)) as { global: unknown }
  const { timestamp, ...owned } = global as Record<string, unknown>
  const expected = { experimentId: state.experimentId, runid: runId, modelid: modelId }
  assert.deepEqual(owned, { ...expected, modelName: name, modelVersion: '1' })
  assert.match(String(timestamp), /^20\d{6}$/)
  git('fsck', '--strict', '--no-dangling')

  const record = (await (await fetch(state.recordUrl)).json()) as ServerRecord
  assert.deepEqual(record.violations, [], 'GitHub would reject these requests')
  assert.ok(record.connections.length > 0, 'nothing went through the proxy')
}
