import { nameInTags, targetName, type TargetSettings } from '../core/target.ts'
import { prose, type Prose } from '../core/text/prose.ts'
import { writtenPath } from '../inputs/git-names.ts'
import { isTargetName, maxTargets, type Config, type ConfigKeys } from './schema.ts'
import { hasUnreadableKey, unreadable } from './unreadable.ts'

/** Completes each target: what it leaves out comes from `defaults`, then from the inputs. */
export function completeTargets(
  { defaults = {}, targets }: Config,
  inputs: TargetSettings,
): TargetSettings[] {
  const withDefaults = override(inputs, defaults)
  return targets.map(({ name, ...keys }) => ({ ...override(withDefaults, keys), name }))
}

/** A key that is present counts, even if its value means "none". */
function override(settings: TargetSettings, keys: ConfigKeys): TargetSettings {
  const use = <K extends keyof ConfigKeys, T>(key: K, otherwise: T) =>
    key in keys ? (keys[key] as Exclude<ConfigKeys[K], undefined> | (T & undefined)) : otherwise
  return {
    name: undefined,
    path: use('path', settings.path),
    template: use('template', settings.template),
    models: use('models', settings.models),
    aliases: use('aliases', settings.aliases),
    filter: use('filter', settings.filter),
    runFilter: use('run-filter', settings.runFilter),
    minimumAgeMs: use('minimum-age', settings.minimumAgeMs),
    prune: use('prune', settings.prune),
    maxDeletions: use('max-deletions', settings.maxDeletions),
    valuesSchema: use('values-schema', settings.valuesSchema),
    index: use('index', settings.index),
  }
}

/** What is wrong with a key of the file, or with its value. */
export type KeyMistake = {
  readonly path: readonly PropertyKey[]
  readonly text: Prose
  /** Whether it is about the key itself, and not its value. */
  readonly isAboutKey?: boolean
}

/**
 * Finds targets with the same name or directory, and too many targets. Takes the values of the file as
 * they are, so that these mistakes are reported together with all others.
 */
export function findConflicts(config: unknown, inputPath: string): KeyMistake[] {
  const { targets, defaults } = Object(config) as Readonly<Record<string, unknown>>
  if (!Array.isArray(targets)) return []
  const firstWithName = new Map<string, { readonly index: number; readonly name: string }>()
  const firstWithPath = new Map<string, number>()
  const found = targets.flatMap((target: unknown, index): KeyMistake[] => {
    const path = directoryOf(target, defaults, inputPath)
    const samePath = path === undefined ? undefined : firstWithPath.get(path)
    if (path !== undefined) firstWithPath.set(path, samePath ?? index)
    const mistakes =
      path === undefined || samePath === undefined ? [] : [duplicatePath(index, path, samePath)]
    const { name, isOwn } = nameFor(target, path)
    if (name === undefined) return mistakes
    const sameName = firstWithName.get(nameInTags(name))
    firstWithName.set(nameInTags(name), sameName ?? { index, name })
    // A name that is the path changes with it.
    if (samePath !== undefined && !isOwn) return mistakes
    if (sameName !== undefined) return [...mistakes, duplicateName(index, name, sameName)]
    return isOwn || isTargetName(name) ? mistakes : [missingName(index)]
  })
  return targets.length > maxTargets ? [tooMany, ...found] : found
}

const tooMany: KeyMistake = {
  path: ['targets'],
  text: prose`\`targets\` has more than ${maxTargets} targets: move some of them to another configuration and job`,
}

/** The directory of a target as the file has it; undefined if it is invalid. */
export function directoryOf(
  target: unknown,
  defaults: unknown,
  inputPath: string,
): string | undefined {
  if (typeof target !== 'object' || target === null) return undefined
  const path = rawValue('path', target, defaults)
  return path === undefined ? inputPath : writtenPath.safeParse(path).data
}

function nameFor(target: unknown, path: string | undefined) {
  const own = rawValue('name', target)
  if (own !== undefined) return { name: typeof own === 'string' ? own : undefined, isOwn: true }
  return { name: path === undefined ? undefined : targetName(path), isOwn: false }
}

/** What the first of some maps that has a key, or may have it, says; undefined if none does. */
export function rawValue(key: string, ...maps: readonly unknown[]): unknown {
  const map = maps.find(
    (keys) =>
      keys === unreadable || hasUnreadableKey(keys) || Object.hasOwn(Object(keys) as object, key),
  )
  if (map === undefined) return undefined
  const { [key]: value = unreadable } = Object(map) as Readonly<Record<string, unknown>>
  // Texts are trimmed, like inputs.
  return typeof value === 'string' ? value.trim() : value
}

function duplicatePath(index: number, path: string, first: number): KeyMistake {
  return {
    path: ['targets', index, 'path'],
    text: prose`\`targets[${index}].path\` is \`${targetName(path)}\`, as in \`targets[${first}]\`: give each target a directory of its own`,
  }
}

function duplicateName(
  index: number,
  name: string,
  first: { readonly index: number; readonly name: string },
): KeyMistake {
  const same = prose`, as in \`targets[${first.index}]\`: names must be unique`
  const alike = prose`, and \`targets[${first.index}].name\` is \`${first.name}\`: MLflow takes them for the same in the names of tags`
  return {
    path: ['targets', index, 'name'],
    text: prose`\`targets[${index}].name\` is \`${name}\`${name === first.name ? same : alike}`,
  }
}

function missingName(index: number): KeyMistake {
  return {
    path: ['targets', index, 'path'],
    text: prose`\`targets[${index}].name\` is missing: the path can't be the name, which must have 1 to 64 characters: letters, digits, spaces and \`._/-\``,
  }
}
