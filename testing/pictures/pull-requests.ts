import { onlyPullRequest } from '../pull-requests.ts'
import { registerTeam, runs } from './models.ts'
import type { Situation } from './stage.ts'

const inputs = { 'pull-request': 'true', prune: 'true' }

/** A new version beside the one that is deployed, a new model, and a deletion. */
export const pullRequest: Situation = async (stage) => {
  const { sqlAssistant } = await registerTeam(stage)
  await stage.sync()
  await stage.register('support-chat', runs.betterSupportChat)
  await stage.register('translator', runs.translator)
  await stage.world.api.deleteVersion(sqlAssistant.name, sqlAssistant.version)
  await stage.picture('pull-request-opened', inputs)
  stage.keep('pull-request-body', onlyPullRequest(stage.project).body)
  await stage.picture('pull-request-waiting', inputs)
  await stage.register('summarizer', runs.summarizer)
  await stage.picture('pull-request-updated', inputs)
}
