import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { parse } from 'yaml'

type Step = { readonly uses?: string; readonly run?: string; readonly if?: string }
type Job = {
  readonly if?: string
  readonly 'timeout-minutes'?: number
  readonly needs?: string
  readonly uses?: string
  /** None in a job that calls another workflow. */
  readonly steps?: readonly Step[]
}
type Workflow = {
  readonly on: Readonly<Record<string, unknown>>
  readonly concurrency?: Readonly<Record<string, unknown>>
  readonly jobs: Readonly<Record<string, Job>>
}

const folder = '.github/workflows'
const workflows = readdirSync(folder).map((file) => ({
  file,
  workflow: parse(readFileSync(`${folder}/${file}`, 'utf8')) as Workflow,
}))
const jobs = workflows.flatMap(({ file, workflow }) =>
  Object.entries(workflow.jobs).map(([id, { steps = [], ...job }]) => ({
    file,
    id,
    job: { ...job, steps },
  })),
)

function jobsWith(matches: (step: Step) => boolean): typeof jobs {
  return jobs.filter(({ job }) => job.steps.some(matches))
}

test('every job that runs all tests has the same time for it', () => {
  const times = jobsWith(({ run }) => run === 'script/test').map(({ file, job }) => [
    file,
    job['timeout-minutes'],
  ])
  expect(Object.fromEntries(times)).toEqual({
    'ci.yml': 60,
    'newest-mlflow.yml': 60,
    'release.yml': 60,
  })
})

test('each commit on main has its result', () => {
  // GitHub keeps one run of a group waiting, and cancels those that waited before:
  // https://docs.github.com/en/actions/how-tos/write-workflows/choose-when-workflows-run/control-workflow-concurrency
  const checks = workflows.filter(({ workflow: { on } }) => 'push' in on && 'pull_request' in on)
  expect(checks.map(({ file }) => file)).toEqual(['ci.yml', 'codeql.yml'])
  const ofPullRequest = "github.event_name == 'pull_request'"
  for (const { workflow } of checks) {
    expect(workflow.concurrency).toEqual({
      group: expect.stringContaining(`\${{ ${ofPullRequest} && github.ref || github.sha }}`),
      'cancel-in-progress': `\${{ ${ofPullRequest} }}`,
    })
  }
})

test('an issue reports each failure of tests that a schedule alone starts', () => {
  const scheduled = workflows.filter(({ workflow: { on } }) =>
    ['schedule', 'workflow_dispatch'].every((event) => event in on),
  )
  expect(scheduled.map(({ file }) => file)).toEqual(['newest-mlflow.yml', 'search.yml'])
  for (const { workflow } of scheduled) {
    const [tests = '', ...others] = Object.keys(workflow.jobs)
    expect(others).toEqual(['report'])
    expect(workflow.jobs.report).toMatchObject({
      needs: tests,
      if: `\${{ !cancelled() && needs.${tests}.result != 'success' }}`,
      uses: './.github/workflows/report-failure.yml',
      permissions: { issues: 'write' },
    })
  }
})

test('what GitHub offers to public repositories only, or for money, is skipped in private ones', () => {
  const needsPublic =
    /^(actions\/attest|actions\/dependency-review-action|github\/codeql-action\/\w+|ossf\/scorecard-action)@/
  const found = jobsWith(({ uses = '' }) => needsPublic.test(uses))
  expect(found.map(({ file }) => file)).toEqual([
    'codeql.yml',
    'dependency-review.yml',
    'release.yml',
    'scorecard.yml',
  ])
  for (const { job } of found) {
    const conditions = job.steps.flatMap((step) =>
      needsPublic.test(step.uses ?? '') ? [`${job.if ?? ''} ${step.if ?? ''}`] : [],
    )
    for (const condition of conditions) {
      expect(condition).toContain('!github.event.repository.private')
    }
  }
})

test('a release whose dist is not the built one shows the files that differ', () => {
  const [{ job }] = jobsWith(({ uses = '' }) => uses.startsWith('actions/attest@')) as [
    (typeof jobs)[0],
  ]
  expect(job.steps.map(({ run }) => run)).toContainEqual(
    'npm run bundle\ngit status --short\ntest -z "$(git status --porcelain)"\n',
  )
})
