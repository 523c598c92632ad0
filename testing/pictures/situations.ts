import { createWorld } from '../world.ts'
import { brokenTemplate, connectionError, failed, hostile, invalidInputs } from './failures.ts'
import { pullRequest } from './pull-requests.ts'
import { Stage, type Picture, type Situation } from './stage.ts'
import { check, held, life, many, nothingSelected, pruneLimit, targets } from './syncs.ts'

export type { Picture } from './stage.ts'

const situations: readonly Situation[] = [
  life,
  held,
  failed,
  brokenTemplate,
  pruneLimit,
  pullRequest,
  check,
  nothingSelected,
  connectionError,
  invalidInputs,
  hostile,
  targets,
  many,
]

/**
 * Plays every situation with the real action, one after the other, because they share a registry:
 * names without a prefix look like those of users.
 */
export async function takePictures(): Promise<readonly Picture[]> {
  const world = await createWorld({ version: 3, ownServer: true })
  try {
    const pictures: Picture[] = []
    for (const [index, play] of situations.entries()) {
      const stage = new Stage(world, index + 1)
      await play(stage)
      await stage.clear()
      pictures.push(...stage.pictures)
    }
    return pictures
  } finally {
    await world.close()
  }
}
