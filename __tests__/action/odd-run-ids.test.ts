import { expect, test } from '@jest/globals'
import { insertRows, runRow } from '../../testing/mlflow/rows.ts'
import { useWorld } from '../../testing/use-world.ts'

const world = await useWorld({ version: 2 })

test.each(['4'.repeat(24), 'ABCDEF0123456789ABCDEF01'])(
  'MLflow 2.22 finds no run ids like %s… in lists, but they are synced like any other',
  async (beginning) => {
    const project = world.createProject()
    const runId = `${beginning}${Date.now().toString().slice(-8)}`
    const experimentId = world.experiment.id
    const artifacts = `mlflow-artifacts:/${experimentId}/${runId}/artifacts`
    insertRows(world.mlflow, [runRow(runId, experimentId, artifacts)])
    const odd = await project.registerExternal('odd', { runId, source: `${artifacts}/model` })
    await project.register('other')
    const inputs = {
      path: 'values',
      prune: 'true',
      'run-filter': "attributes.status = 'FINISHED'",
    }
    expect((await project.sync(inputs)).outputs['created-count']).toBe('2')
    const again = await project.sync(inputs)
    expect(again.outputs).toMatchObject({ operation: 'none', 'unchanged-count': '2' })
    await world.api.deleteVersion(odd.name, odd.version)
    expect((await project.sync(inputs)).outputs['deleted-count']).toBe('1')
  },
)
