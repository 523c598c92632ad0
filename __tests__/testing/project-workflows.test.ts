import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { parse } from 'yaml'

type Step = { readonly uses?: string; readonly run?: string; readonly if?: string }
type Job = {
  readonly if?: string
  readonly 'timeout-minutes'?: number
  readonly steps: readonly Step[]
}
type Workflow = { readonly jobs: Readonly<Record<string, Job>> }

const folder = '.github/workflows'
const jobs = readdirSync(folder).flatMap((file) => {
  const { jobs } = parse(readFileSync(`${folder}/${file}`, 'utf8')) as Workflow
  return Object.entries(jobs).map(([id, job]) => ({ file, id, job }))
})

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
