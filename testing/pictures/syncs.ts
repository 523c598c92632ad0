import { registerTeam, runs } from './models.ts'
import { directory, type Situation, type Stage } from './stage.ts'

/** First a sync of everything, then nothing to do, then changes of every kind. */
export const life: Situation = async (stage) => {
  const { summarizer, sqlAssistant } = await registerTeam(stage)
  await stage.picture('created')
  await stage.picture('unchanged')
  await stage.register('support-chat', runs.betterSupportChat)
  await stage.world.api.createVersion(summarizer)
  await stage.world.api.deleteVersion(sqlAssistant.name, sqlAssistant.version)
  await stage.picture('plan', { mode: 'plan', prune: 'true' })
  await stage.picture('changed', { prune: 'true' })
}

export const held: Situation = async (stage) => {
  const { supportChat, summarizer } = await registerTeam(stage)
  await stage.sync()
  const hold = (reason: string, path: string): Record<string, string> => ({
    [path]: `# mlflow-sync: hold ${reason}\n${stage.project.repository.read(path)}`,
  })
  stage.push(
    {
      ...hold('until the load test on Friday (ask Ada)', stage.pathOf(supportChat)),
      ...hold('', stage.pathOf(summarizer)),
    },
    'Freeze two models for the load test',
  )
  await stage.world.api.createVersion(supportChat)
  await stage.world.api.createVersion(summarizer)
  await stage.register('translator', runs.translator)
  await stage.picture('held')
}

/** A team deletes a model with all its versions, and the limit is what stops the sync. */
export const pruneLimit: Situation = async (stage) => {
  await registerTeam(stage)
  for (let version = 2; version <= 7; version += 1) {
    await stage.register('support-chat', runs.betterSupportChat)
  }
  await stage.sync()
  for (let version = 1; version <= 5; version += 1) {
    await stage.world.api.deleteVersion('support-chat', String(version))
  }
  await stage.register('translator', runs.translator)
  const inputs = { prune: 'true', 'max-deletions': '3' }
  await stage.picture('prune-limit-plan', { ...inputs, mode: 'plan' })
  await stage.picture('prune-limit', inputs)
}

export const many: Situation = async (stage) => {
  stage.registerMany('support-chat', 200)
  await stage.picture('plan-200-new', { mode: 'plan' })
  await stage.picture('200-new')
}

export const check: Situation = async (stage) => {
  await registerTeam(stage)
  await stage.picture('check', { mode: 'check', 'pull-request': 'true' })
  const { github } = stage.world
  const token = github.addToken({ contents: 'read', pullRequests: 'none' })
  await stage.picture('check-failed', {
    mode: 'check',
    'pull-request': 'true',
    'github-token': token,
    template: `${directory}/template.yaml`,
    'run-filter': 'metrics.eval_accuracy >> 0.9',
  })
}

export const nothingSelected: Situation = async (stage: Stage) => {
  await registerTeam(stage)
  await stage.sync()
  await stage.picture('nothing-selected', { aliases: 'champoin', prune: 'true' })
}

/** Production follows one alias and staging another, which a broken template stops. */
export const targets: Situation = async (stage) => {
  const { supportChat } = await registerTeam(stage)
  const next = await stage.register('support-chat', runs.betterSupportChat)
  const { api } = stage.world
  await api.setAlias(supportChat.name, 'champion', supportChat.version)
  await api.setAlias(next.name, 'challenger', next.version)
  const config = '.github/mlflow-sync.yaml'
  const text = `version: 1
targets:
  - { name: production, path: ${directory}, aliases: [champion] }
  - { name: staging, path: deploy/staging, aliases: [challenger] }
  - { name: tensorrt-llm, path: deploy/tensorrt-llm, template: deploy/trt.yaml }
`
  const template = 'model: ${model.artifact}\n'
  stage.push({ [config]: text, 'deploy/trt.yaml': template }, 'Deploy to three targets')
  await stage.sync({ config })
  await api.setAlias(next.name, 'champion', next.version)
  await stage.picture('targets', { config })
}
