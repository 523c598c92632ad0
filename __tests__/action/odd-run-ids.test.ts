import { expect, test } from '@jest/globals'
import { insertRows } from '../../testing/mlflow/rows.ts'
import { useWorld } from '../../testing/use-world.ts'

const world = await useWorld({ version: 2 })

test.each(['4'.repeat(24), 'ABCDEF0123456789ABCDEF01'])(
  'MLflow 2.22 finds no run ids like %s… in lists, but they are synced like any other',
  async (beginning) => {
    const project = world.createProject()
    const runId = `${beginning}${Date.now().toString().slice(-8)}`
    const experimentId = world.experiment.id
    const artifacts = `mlflow-artifacts:/${experimentId}/${runId}/artifacts`
    const run = {
      run_uuid: runId,
      name: 'odd',
      source_type: 'UNKNOWN',
      source_name: '',
      source_version: '',
      entry_point_name: '',
      user_id: '',
      status: 'FINISHED',
      start_time: 1,
      end_time: 2,
      lifecycle_stage: 'active',
      artifact_uri: artifacts,
      experiment_id: Number(experimentId),
    }
    insertRows(world.mlflow, [['runs', run]])
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
