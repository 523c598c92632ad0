import { afterAll } from '@jest/globals'
import { createWorld, type World, type WorldOptions } from './world.ts'

/** Creates a world for a test file and closes it after the file's last test. */
export async function useWorld(options: WorldOptions): Promise<World> {
  const world = await createWorld(options)
  afterAll(() => world.close())
  return world
}
