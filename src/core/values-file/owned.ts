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

/** A moment in milliseconds since 1970 as the date that `timestamp` is: `20240131`, UTC. */
export function timestampOf(ms: number): number {
  return Number(new Date(ms).toISOString().slice(0, 10).replaceAll('-', ''))
}

/** What a chart's `tpl` replaces with an owned value. */
export function helmPlaceholder(key: OwnedKey): string {
  return `{{ .Values.global.${key} }}`
}
