import { once } from 'node:events'
import type { Repository } from '../github/repository.ts'
import type { World } from '../world.ts'
import { heading, say } from './terminal.ts'

/** Leaves the servers running until `signal` aborts, and says how to look at them. */
export async function keepRunning(
  { mlflow, github }: World,
  { fullName, store }: Repository,
  signal: AbortSignal,
): Promise<void> {
  heading('Still running, for you to look around')
  const pull = `${github.apiUrl}/repos/${fullName}/pulls/1`
  // Not wrapped, so that each command can be copied.
  for (const line of [
    `  MLflow       ${mlflow.url}`,
    `  Repository   git clone "${store.gitDir}"`,
    `               git --git-dir="${store.gitDir}" log --graph --stat`,
    `  GitHub's API curl -H "authorization: token ${github.token}" ${pull}`,
  ]) {
    console.log(line)
  }
  say(`\nTo stop all of it, press Ctrl-C here, or run: kill ${process.pid}`)
  if (!signal.aborted) await once(signal, 'abort')
  // What a person tries with the stand-in is not a mistake of the action's.
  github.violations.splice(0)
}
