import type { TargetSettings } from '../core/target.ts'
import { own, prose } from '../core/text/prose.ts'
import { indexName, optionalPath } from '../inputs/git-names.ts'
import { findIndexConflict, type OtherPath } from '../inputs/index-conflict.ts'
import { directoryOf, rawValue, type KeyMistake } from './targets.ts'

/** What the files of a target are called; undefined if there is none, or if the value is invalid. */
type Paths = {
  readonly directory: string | undefined
  readonly index: string | undefined
  readonly template: string | undefined
  readonly valuesSchema: string | undefined
}

/**
 * Finds indexes that would replace another file that the action needs. Takes the values of the file as
 * they are, so that these mistakes are reported together with all others.
 *
 * @param configPath of the configuration itself.
 */
export function findIndexConflicts(
  config: unknown,
  configPath: string,
  inputs: TargetSettings,
): KeyMistake[] {
  const { targets, defaults } = Object(config) as Readonly<Record<string, unknown>>
  if (!Array.isArray(targets)) return []
  const all = targets.map((target: unknown) => pathsOf(target, defaults, inputs))
  const others = [
    { what: prose`this configuration`, path: configPath },
    ...all.flatMap((paths, position) => othersOf(paths, position)),
  ]
  return all.flatMap(({ directory, index }, position): KeyMistake[] => {
    if (directory === undefined || index === undefined) return []
    const text = findIndexConflict(directory, index, others)
    if (text === undefined) return []
    const subject = own(`\`targets[${position}].index\``)
    return [{ path: ['targets', position, 'index'], text: prose`${subject} ${text}` }]
  })
}

function pathsOf(target: unknown, defaults: unknown, inputs: TargetSettings): Paths {
  const read = (
    key: string,
    schema: typeof optionalPath | typeof indexName,
    otherwise: string | undefined,
  ) => {
    const value = rawValue(key, target, defaults)
    return value === undefined ? otherwise : schema.safeParse(value).data
  }
  return {
    directory: directoryOf(target, defaults, inputs.path),
    index: read('index', indexName, inputs.index),
    template: read('template', optionalPath, inputs.template),
    valuesSchema: read('values-schema', optionalPath, inputs.valuesSchema),
  }
}

function othersOf({ directory, template, valuesSchema }: Paths, position: number): OtherPath[] {
  const target = own(`\`targets[${position}]\``)
  const candidates = [
    { what: prose`the template of ${target}`, path: template },
    { what: prose`the values schema of ${target}`, path: valuesSchema },
    // The root is in no directory.
    { what: prose`the directory of ${target}`, path: directory === '' ? undefined : directory },
  ]
  return candidates.flatMap(({ what, path }) => (path === undefined ? [] : [{ what, path }]))
}
