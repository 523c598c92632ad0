import { describe, expect, test } from '@jest/globals'
import {
  githubBytes,
  githubRequests,
  mlflowRequests,
  totalOf,
} from '../../testing/count-requests.ts'
import { bulkRegisterAgain } from '../../testing/mlflow/bulk.ts'
import { isListing, json, parsePage, type VersionRow } from '../../testing/mlflow/gateway-rules.ts'
import { onlyWhere } from '../../testing/only-where.ts'
import { peakMebibytes, showPeakMemory } from '../../testing/peak-memory.ts'
import { useWorld } from '../../testing/use-world.ts'
import { checkOut } from '../fixtures/check-out.ts'
import { addFiles, registerMany } from '../fixtures/many-files.ts'

/** What large syncs may cost. All tests share one registry, and later ones need the earlier. */

const size = 10_000
const maxMebibytes = 512
const timeoutMs = 300_000

const world = await useWorld({ version: 3, ownServer: true, throughGateway: true })
const project = world.createProject()

describe('10,000 unchanged versions', () => {
  const inputs = { path: 'models', models: 'many-*' }

  test(
    'take 12 requests to MLflow and 45 to GitHub',
    async () => {
      await addFiles(project, 'many', registerMany(world, 'many', size), 'models')
      const step = await project.sync(inputs)
      expect(step.outputs).toMatchObject({ operation: 'none', 'unchanged-count': String(size) })
      expect(totalOf(mlflowRequests(step))).toBeLessThanOrEqual(12)
      expect(githubRequests(step)).toEqual({ Branch: 1, Blobs: Math.ceil(size / 300) })
    },
    timeoutMs,
  )

  test(
    'take 1 request to GitHub with a checkout in the workspace',
    async () => {
      const step = await project.sync(inputs, { workspace: checkOut(project) })
      expect(step.outputs).toMatchObject({ operation: 'none', 'unchanged-count': String(size) })
      expect(githubRequests(step)).toEqual({ Branch: 1 })
      expect(githubBytes(step).received).toBeLessThan(size * 200)
    },
    timeoutMs,
  )

  test(
    'of which 1,000 have a successor take one commit, which sends nothing but their files',
    async () => {
      const workspace = checkOut(project)
      bulkRegisterAgain(world.mlflow, 'many', size / 100)
      const step = await project.sync(inputs, { workspace })
      expect(step.outputs).toMatchObject({
        operation: 'committed',
        'updated-count': String(size / 10),
        'unchanged-count': String((size / 10) * 9),
      })
      expect(totalOf(mlflowRequests(step))).toBeLessThanOrEqual(16)
      expect(githubRequests(step)).toEqual({
        Branch: 1,
        Blobs: 1,
        'POST git/trees': size / 10 / 200,
        'POST git/commits': 1,
        Move: 1,
      })
      const { repository } = project
      const changed = repository.git('diff', '--numstat', 'main^', 'main').split('\n')
      expect(changed).toHaveLength(size / 10)
      expect(new Set(changed.map((line) => line.slice(0, 4)))).toEqual(new Set(['1\t1\t']))
      const bytesPerFile = Buffer.byteLength(
        repository.read(repository.paths('main', 'models')[0] ?? ''),
      )
      expect(githubBytes(step).sent).toBeLessThan((size / 10) * bytesPerFile * 1.5)
    },
    timeoutMs,
  )
})

const whereProc = onlyWhere('proc')

whereProc.test(
  '10,000 new runs take one commit, and less than 512 MiB',
  async () => {
    const commits = project.repository.commitCount()
    const step = await project.sync({ path: 'new', models: 'many-*' }, { env: showPeakMemory })
    expect(step.outputs).toMatchObject({ operation: 'committed', 'created-count': String(size) })
    expect(project.repository.commitCount()).toBe(commits + 1)
    expect(githubRequests(step)).toEqual({
      Branch: 1,
      Parents: 1,
      DirectoryHistory: 1,
      'POST git/trees': size / 200,
      'POST git/commits': 1,
      Move: 1,
    })
    expect(peakMebibytes(step)).toBeLessThan(maxMebibytes)
  },
  timeoutMs,
)

whereProc.test(
  '100,000 versions are listed with less than 512 MiB',
  async () => {
    const pages = 10
    let rows: readonly VersionRow[] = []
    // MLflow's own rows, under other names on each page; one of them is selected.
    world.gateway.rule = async (request, forward) => {
      if (!isListing(request)) return undefined
      const { searchParams } = new URL(request.url, world.gateway.url)
      const page = Number(searchParams.get('page_token') ?? '0')
      if (page === 0) rows = parsePage(await forward()).model_versions?.slice(0, size) ?? []
      const others = rows.map((row, index) => ({ ...row, name: `${page}-${index}` }))
      const next = page + 1 < pages ? { next_page_token: String(page + 1) } : {}
      return json({ model_versions: others, ...next })
    }
    const step = await project.sync({ path: 'few', models: '0-0' }, { env: showPeakMemory })
    expect(step.log).toContain(`MLflow lists ${pages * size} model versions`)
    expect(step.outputs['created-count']).toBe('1')
    expect(peakMebibytes(step)).toBeLessThan(maxMebibytes)
  },
  timeoutMs,
)
