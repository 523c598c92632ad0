import { nameInTags, targetName, type TargetSettings } from '../core/target.ts'
import { prose, type Prose } from '../core/text/prose.ts'
import { writtenPath } from '../inputs/git-names.ts'
import { isTargetName, type Config, type ConfigKeys } from './schema.ts'

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
 * Finds targets with the same name or directory. Takes the values of the file as they are, so that these
 * mistakes are reported together with all others.
 */
export function findConflicts(config: unknown, defaultPath: string): KeyMistake[] {
  const { targets, defaults } = Object(config) as Readonly<Record<string, unknown>>
  if (!Array.isArray(targets)) return []
  const firstWithName = new Map<string, { readonly index: number; readonly name: string }>()
  const firstWithPath = new Map<string, number>()
  return targets.flatMap((target: unknown, index): KeyMistake[] => {
    const own = namesOf(target, pathOf(defaults) ?? defaultPath)
    if (own === undefined) return []
    const { path, name = targetName(path) } = own
    const samePath = firstWithPath.get(path)
    const sameName = firstWithName.get(nameInTags(name))
    firstWithPath.set(path, samePath ?? index)
    firstWithName.set(nameInTags(name), sameName ?? { index, name })
    if (samePath !== undefined) return [duplicatePath(index, path, samePath)]
    if (sameName !== undefined) return [duplicateName(index, name, sameName)]
    return own.name === undefined && !isTargetName(name) ? [missingName(index)] : []
  })
}

function namesOf(target: unknown, defaultPath: string) {
  if (typeof target !== 'object' || target === null) return undefined
  const { name, path = defaultPath } = target as Readonly<Record<string, unknown>>
  const normalised = writtenPath.safeParse(trimmed(path))
  if (!normalised.success || (name !== undefined && typeof name !== 'string')) return undefined
  return { name: name?.trim(), path: normalised.data }
}

/** Texts are trimmed, like inputs. */
export function trimmed(value: unknown): unknown {
  return typeof value === 'string' ? value.trim() : value
}

function pathOf(defaults: unknown): string | undefined {
  const { path } = Object(defaults) as Readonly<Record<string, unknown>>
  return typeof path === 'string' ? path : undefined
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
