import { describe, expect, test } from '@jest/globals'
import { prose } from '../../src/core/text/prose.ts'
import { headline } from '../../src/report/headline.ts'
import type { JobResult } from '../../src/report/result.ts'
import { change, extraFile, runId } from '../fixtures/changes.ts'
import { record, result } from '../fixtures/results.ts'

const commit = { sha: '1234567890abcdef', url: 'https://github.test/c' }
const pullRequest = { number: 7, url: 'https://github.test/p/7' }
const main = '[`main`](https://github.test/acme/models/tree/main)'
const request = '[pull request #7](https://github.test/p/7)'
const changes = [change('created'), change('updated', { runId: runId(2) })]
const deletion = change('deleted', { runId: runId(3) })
const error = { message: prose`broken`, advice: undefined, mistakes: [] }
const warnings = [prose`odd`]
const withheld = { ...record('skipped'), withheld: 'too-many-deletions' as const }
const rejected = { ...record('skipped'), withheld: 'rejected' as const }
const connection = { name: 'MLflow', detail: prose`x`, advice: prose``, mistakes: [] }
const works = { ...connection, status: 'ok' as const }
const fails = { ...connection, status: 'failed' as const }

const failure = { message: prose`No luck`, advice: undefined, mistakes: [] }

type Case = readonly [fields: Partial<JobResult>, line: string]

function check([fields, line]: Case): void {
  expect(headline(result(fields))).toBe(line)
}

describe('the headline of a sync', () => {
  test.each<Case>([
    [
      { operation: 'committed', entries: changes, commit },
      `✅ Committed [\`1234567\`](https://github.test/c) to ${main}: 1 created, 1 updated`,
    ],
    [
      { operation: 'committed', entries: changes, commit, commitCount: 3 },
      `✅ Made 3 commits in ${main}, the last one [\`1234567\`](https://github.test/c): 1 created, 1 updated`,
    ],
    [
      { operation: 'committed', commit, commitCount: 2 },
      `✅ Made 2 commits in ${main}, the last one [\`1234567\`](https://github.test/c): no file differs in the end`,
    ],
    [
      { operation: 'planned', mode: 'plan', entries: changes, isProposal: true },
      `✅ Plan: a sync would propose to create 1 file and update 1 file in ${main}`,
    ],
    [
      { operation: 'failed', entries: changes, pullRequest, error: failure },
      `❌ [Pull request #7](https://github.test/p/7) already proposes 2 changes for ${main}`,
    ],
    [
      { operation: 'committed', entries: changes, commit, error: failure },
      `❌ Committed [\`1234567\`](https://github.test/c) to ${main}: 1 created, 1 updated; then the sync failed`,
    ],
    [
      { operation: 'failed', isBranchKnown: false, error: failure },
      '❌ The sync failed; nothing was written to `main`',
    ],
    [
      { operation: 'committed', extraFiles: [extraFile()], commit },
      `✅ Committed [\`1234567\`](https://github.test/c) to ${main}: index updated`,
    ],
    [
      { operation: 'pull-request-created', entries: changes, pullRequest },
      `✅ Opened ${request} for ${main}: 1 created, 1 updated`,
    ],
    [
      { operation: 'pull-request-updated', entries: [deletion], pullRequest },
      `✅ Updated ${request} for ${main}: 1 deleted`,
    ],
    [
      { operation: 'pull-request-closed', pullRequest },
      `✅ Closed ${request}: nothing is left to propose for ${main}`,
    ],
  ])('says what was written: %#', (...given) => check(given))

  test.each<Case>([
    [{}, `✅ ${main} is up to date`],
    [{ entries: [record('unchanged'), record('skipped')] }, `✅ ${main} is up to date`],
    [
      { entries: [record('unchanged'), record('held')] },
      `✅ ${main} is up to date, apart from 1 file on hold`,
    ],
    [
      { operation: 'none', entries: changes, extraFiles: [extraFile()], pullRequest },
      `✅ [Pull request #7](https://github.test/p/7) already proposes 2 changes for ${main}`,
    ],
    [
      { operation: 'none', extraFiles: [extraFile()], pullRequest },
      `✅ [Pull request #7](https://github.test/p/7) already proposes an update of the index for ${main}`,
    ],
    [
      { operation: 'none', entries: [rejected], pullRequest },
      `✅ Nothing was written to ${main}: ${request} with these changes was closed without merging`,
    ],
    [
      { entries: [record('skipped')], warnings, selectedRuns: 0 },
      `⚠️ Nothing is selected, so nothing changes in ${main}`,
    ],
    [{ warnings, selectedRuns: 0 }, `⚠️ Nothing is selected, so nothing changes in ${main}`],
    [{ entries: [record('unchanged')], warnings }, `⚠️ Nothing was written to ${main}`],
    [{ entries: [record('skipped')], warnings }, `⚠️ Nothing was written to ${main}`],
  ])('never claims more than is true if nothing was written: %#', (...given) => check(given))

  test.each<Case>([
    [
      { operation: 'committed', entries: [...changes, record('failed')], commit },
      `⚠️ Committed [\`1234567\`](https://github.test/c) to ${main}: 1 created, 1 updated; 1 run failed`,
    ],
    [
      { operation: 'committed', entries: [...changes, withheld, withheld], commit, error },
      `❌ Committed [\`1234567\`](https://github.test/c) to ${main}: 1 created, 1 updated; 2 deletions withheld`,
    ],
    [
      { operation: 'committed', entries: changes, commit, warnings },
      `⚠️ Committed [\`1234567\`](https://github.test/c) to ${main}: 1 created, 1 updated`,
    ],
    [
      { entries: [record('failed'), record('failed')] },
      `❌ Nothing was written to ${main}; 2 runs failed`,
    ],
    [{ entries: [withheld], error }, `❌ Nothing was written to ${main}; 1 deletion withheld`],
    [{ operation: 'failed', error }, `❌ The sync failed; nothing was written to ${main}`],
    [{ operation: 'failed', error, branch: undefined }, '❌ The sync failed; nothing was written'],
    // Something may have been written, which the error says.
    [{ operation: 'failed', error, isCancelled: true }, `❌ The sync for ${main} was cancelled`],
  ])('does not hide what failed: %#', (...given) => check(given))
})

describe('the headline of a plan', () => {
  const plan = (fields: Partial<JobResult>): Partial<JobResult> => ({ mode: 'plan', ...fields })

  test.each<Case>([
    [
      { operation: 'planned', entries: [change('created')] },
      `✅ Plan: a sync would create 1 file in ${main}`,
    ],
    [
      {
        operation: 'planned',
        entries: [...changes, change('created', { runId: runId(4) }), deletion],
      },
      `✅ Plan: a sync would create 2 files, update 1 file and delete 1 file in ${main}`,
    ],
    [
      { operation: 'planned', extraFiles: [extraFile()] },
      `✅ Plan: a sync would update the index in ${main}`,
    ],
    [
      { operation: 'planned', entries: [change('updated'), record('failed')] },
      `❌ Plan: a sync would update 1 file in ${main}; 1 run failed`,
    ],
    [
      { operation: 'planned', entries: [change('updated'), withheld], warnings },
      `⚠️ Plan: a sync would update 1 file in ${main}; 1 deletion withheld`,
    ],
    [{}, `✅ Plan: ${main} is up to date`],
    [{ entries: [record('held')] }, `✅ Plan: ${main} is up to date, apart from 1 file on hold`],
    [{ entries: [record('failed')] }, `❌ Plan: Nothing would be written to ${main}; 1 run failed`],
    [{ warnings, selectedRuns: 0 }, `⚠️ Plan: Nothing is selected, so nothing changes in ${main}`],
    [{ operation: 'failed', error }, `❌ The plan failed; nothing was written to ${main}`],
  ])('says what a sync would do: %#', (fields, line) => check([plan(fields), line]))
})

describe('the headline of a check', () => {
  test.each<Case>([
    [{ connections: [works] }, `✅ Everything that was checked works for ${main}`],
    [{ connections: [works, fails] }, `❌ 1 of 2 checks failed for ${main}`],
    [
      { connections: [works], branch: undefined },
      '✅ Everything that was checked works for `acme/models`',
    ],
    [
      { connections: [works], branch: undefined, repository: '' },
      '✅ Everything that was checked works for the branch',
    ],
    [{ operation: 'failed', error, branch: undefined }, '❌ The check failed; nothing was written'],
  ])('counts what failed: %#', (fields, line) =>
    check([{ mode: 'check', operation: 'checked', ...fields }, line]),
  )
})
