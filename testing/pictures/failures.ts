import { registerTeam, runs } from './models.ts'
import { closedAddress } from './stabilise.ts'
import type { Situation } from './stage.ts'

const template = `# Owner: team-llm
vllm:
  vllm:
    model: "\${model.artifacts}"
    served_model_name: "\${model.name}"
    maxModelLen: \${run.params.max_model_len}
    quantization: \${run.params.quantization}
`

/** Some runs fail, each for its own reason, and the others are written. */
export const failed: Situation = async (stage) => {
  const { supportChat, summarizer, sqlAssistant } = await registerTeam(stage)
  await stage.sync()
  const { repository } = stage.project
  const edit = (path: string, change: (text: string) => string): Record<string, string> => ({
    [path]: change(repository.read(path)),
  })
  stage.push(
    {
      'deploy/template.yaml': template,
      ...edit(stage.pathOf(supportChat), (text) =>
        text.replace('  replicaCount: 1', '   replicaCount: 1'),
      ),
      ...edit(stage.pathOf(summarizer), (text) => `${text}\nextra: [a, b\n`),
      ...edit(stage.pathOf(sqlAssistant), (text) =>
        text.replace(/runid: .*/, 'runid: "0123456789abcdef"'),
      ),
    },
    'Tune the deployments',
  )
  await stage.world.api.createVersion(supportChat)
  await stage.register('translator', runs.translator)
  await stage.register('summarizer', {
    ...runs.summarizer,
    params: { ...runs.summarizer.params, quantization: 'awq' },
  })
  await stage.picture('failed', { template: 'deploy/template.yaml' })
}

/** Mistakes of several kinds, each on its own line. */
export const brokenTemplate: Situation = async (stage) => {
  await registerTeam(stage)
  const mistakes = template
    .replace('model.name', 'model.nme')
    .replace('run.params.quantization', 'run.parms.quantization')
    .concat('  replicas: ${run.metric.replicas:-1}\n')
  stage.push({ 'deploy/template.yaml': mistakes }, 'Add a template')
  await stage.picture('broken-template', { template: 'deploy/template.yaml' })
}

export const connectionError: Situation = async (stage) => {
  await stage.picture(
    'connection-error',
    { 'mlflow-tracking-uri': `http://${closedAddress}` },
    { env: { MLFLOW_HTTP_REQUEST_MAX_RETRIES: '0' } },
  )
}

export const invalidInputs: Situation = async (stage) => {
  await stage.picture('invalid-inputs', {
    mode: 'sink',
    prune: 'yes please',
    'max-deletions': 'ten',
    path: '../production',
    'minimum-age': '10 minutes',
  })
}

/** Text from MLflow that would do something if it were not only text. */
export const hostile: Situation = async (stage) => {
  const name = '<img src=x onerror=alert(1)>'
  const spec = {
    name: '<script>alert(1)</script>',
    params: { 'www.evil.example': '<b onclick=alert(1)>x</b> | ![x](https://evil.example/x.png)' },
    metrics: { 'GH-1 x.y:z': 0.5 },
  }
  await stage.register(name, spec)
  await stage.sync()
  const params = { 'www.evil.example': '</details>[click](javascript:alert(1)) @acme #1 `code`' }
  await stage.register(name, { ...spec, params })
  await stage.picture('hostile', { 'pull-request': 'true' })
  stage.keep('hostile-body', stage.project.repository.pullRequests[0]?.body ?? '')
}
