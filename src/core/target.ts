import { createNameMatcher, positivePatterns } from './glob.ts'
import type { Location } from './problem.ts'
import type { Selection } from './select.ts'

/** A directory of values files, and the selection of versions that belong in it. */
export type Target = {
  /** Unique within a job. */
  readonly name: string
  /** Relative to the root of the repository, which is `''`. */
  readonly directory: string
  /**
   * Path of the template for new files in the repository; undefined means the built-in template.
   */
  readonly template: string | undefined
  readonly selection: Selection
  /** Undefined: files whose run is no longer selected are kept. */
  readonly prune: { readonly maxDeletions: number } | undefined
  /** Path of the chart's JSON schema in the repository; undefined: files are not validated. */
  readonly valuesSchema: string | undefined
  /** Name of the index page in the directory; undefined: there is none. */
  readonly index: string | undefined
  readonly origins: KeyOrigins
}

/** Where a configuration sets a key of a target. */
export type KeyOrigin = {
  /** `targets[1].filter` or `defaults.filter` */
  readonly key: string
  readonly location: Location
}

/** By the name of the key. Empty without a configuration; inputs that a target takes over are not in it. */
export type KeyOrigins = ReadonlyMap<string, KeyOrigin>

/** What people write about a target: inputs of the action, or keys of a configuration file. */
export type TargetSettings = {
  /** Undefined: named after the directory. */
  readonly name: string | undefined
  readonly path: string
  readonly template: string | undefined
  readonly models: readonly string[]
  readonly aliases: readonly string[]
  readonly filter: string | undefined
  readonly runFilter: string | undefined
  readonly minimumAgeMs: number
  readonly prune: boolean
  readonly maxDeletions: number
  readonly valuesSchema: string | undefined
  readonly index: string | undefined
}

export function createTarget(settings: TargetSettings, origins: KeyOrigins = new Map()): Target {
  const { path, template, models, aliases, filter, runFilter, minimumAgeMs } = settings
  const { prune, maxDeletions, valuesSchema, index } = settings
  return {
    name: settings.name ?? targetName(path),
    directory: path,
    template,
    selection: {
      models: createNameMatcher(models),
      modelLines: models,
      modelPatterns: positivePatterns(models),
      aliases,
      filter,
      runFilter,
      minimumAgeMs,
    },
    prune: prune ? { maxDeletions } : undefined,
    valuesSchema,
    index,
    origins,
  }
}

/**
 * A target's name as the names of its tags have it: MLflow accepts none that `posixpath.normpath` would
 * shorten (`mlflow/utils/validation.py`).
 */
export function nameInTags(name: string): string {
  return name.replace(/\/(?:\.{0,2}\/)+/g, '/')
}

/** The name of a target that has none of its own. */
export function targetName(path: string): string {
  return path === '' ? '.' : path
}
