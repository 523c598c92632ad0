/** What the action writes under `global` of a values file, under the keys that stand there. */
export type OwnedValues = {
  experimentId: string
  runid: string
  /** Undefined when the version has no logged model: the file then has no `modelid` or an empty one. */
  modelid: string | undefined
  /** A day as an integer, YYYYMMDD. */
  timestamp: number
  modelName: string
  modelVersion: string
}

export type OwnedKey = keyof OwnedValues

/** In the order in which missing keys are added. */
export const ownedKeys = [
  'experimentId',
  'runid',
  'modelid',
  'timestamp',
  'modelName',
  'modelVersion',
] as const satisfies readonly OwnedKey[]

export function isOwnedKey(name: string): name is OwnedKey {
  return (ownedKeys as readonly string[]).includes(name)
}
