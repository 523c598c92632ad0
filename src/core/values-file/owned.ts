/** The values that the action owns in a values file, by their key under `global`. */
export type OwnedValues = {
  experimentId: string
  runid: string
  /** Undefined if the version has no logged model: `modelid` is then missing or empty. */
  modelid: string | undefined
  /** UTC date as an integer, YYYYMMDD. */
  timestamp: number
  modelName: string
  modelVersion: string
}

export type OwnedKey = keyof OwnedValues

/** In the order in which missing keys are added to a file. */
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

/** Converts milliseconds since the epoch to a `timestamp`: the UTC date, such as `20240131`. */
export function timestampOf(ms: number): number {
  return Number(new Date(ms).toISOString().slice(0, 10).replaceAll('-', ''))
}

export function isTimestamp(timestamp: number): boolean {
  return Number.isSafeInteger(timestamp) && timestamp >= 0
}

/** Placeholder that a chart's `tpl` replaces with an owned value. */
export function helmPlaceholder(key: OwnedKey): string {
  return `{{ .Values.global.${key} }}`
}
