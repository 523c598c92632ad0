import { pathIn } from '../core/branch.ts'
import type { ChangedEntry } from '../core/entry.ts'
import { commitMessage } from '../core/message/commit.ts'
import type { TargetCheckOptions } from './run-check.ts'

/** An example of what a sync with these inputs would write, for rules that look at it. */
export function plannedWrite(
  { targets, commitMessage: template }: TargetCheckOptions,
  branch: string,
  isHead: boolean,
) {
  const paths = targets.flatMap(({ directory }) =>
    exampleRuns.map((runId) => pathIn(directory, `${runId}.yaml`)),
  )
  const created = exampleChange('created', paths[0] ?? '')
  const updated = exampleChange('updated', paths[0] ?? '')
  const deleted = exampleChange('deleted', paths[0] ?? '')
  const prunes = targets.some(({ prune }) => prune !== undefined)
  const sets = [[created], [updated], [created, updated]]
  const messages = [...sets, ...(prunes ? [[deleted], [created, deleted]] : [])].map((changes) => {
    const { headline, body } = commitMessage(changes, template)
    return `${headline}\n\n${body}`
  })
  const indexes = targets.flatMap(({ directory, index }) =>
    index === undefined ? [] : [pathIn(directory, index)],
  )
  return { branch, isHead, paths: [...paths, ...indexes], messages }
}

/** A restricted path may cover only some of them. */
const exampleRuns = ['0', '9', 'a', 'f'].map((digit) => `${digit}123456789abcdef0123456789abcdef`)

function exampleChange(outcome: ChangedEntry['outcome'], path: string): ChangedEntry {
  return {
    path,
    outcome,
    runId: exampleRuns[0] ?? '',
    experimentId: '1',
    modelName: 'my_model',
    modelVersion: outcome === 'deleted' ? null : '2',
    previousVersion: outcome === 'created' ? null : '1',
    url: null,
    reason: null,
    target: '',
    previous: undefined,
    withheld: undefined,
    warning: undefined,
    location: undefined,
    edit: { path, before: undefined, after: '', executable: false },
  }
}
