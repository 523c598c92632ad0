import type { Problem } from './problem.ts'
import { isPrompt, type ExcludedVersion, type SelectedRun, type Selection } from './select.ts'
import type { ModelVersion, ModelAliases } from './model.ts'
import { closestNames, suggestName } from './text/closest.ts'
import { plural } from './text/format.ts'
import { joinProse, own, prose, type Prose } from './text/prose.ts'

export type SelectionOutcome = {
  readonly selection: Selection
  /** Every version that MLflow listed, with its aliases if the selection uses them. */
  readonly listed: readonly ModelVersion[]
  readonly runs: readonly SelectedRun[]
  readonly excluded: readonly ExcludedVersion[]
  /** All registered models, also those that `filter` hides; empty if they were not read. */
  readonly registeredModels: readonly ModelAliases[]
}

/**
 * What a selection asks for and MLflow does not have: a pattern of `models` or an alias that matches
 * nothing, or no version at all. Each is probably a mistake, so nothing is deleted because of it.
 */
export function findSelectionGaps(outcome: SelectionOutcome): Problem[] {
  const { selection, runs } = outcome
  const versions = outcome.listed.filter((version) => !isPrompt(version))
  if (versions.length === 0) return [nothingListed(outcome)]
  const names = new Set(versions.map(({ name }) => name).filter((name) => name !== ''))
  const inModels = versions.filter(({ name }) => selection.models(name))
  const gaps = [
    ...findUnmatchedPatterns(outcome, names),
    ...(inModels.length === 0 ? [] : findUnusedAliases(outcome, inModels)),
    ...findUnknownAliases(outcome),
  ]
  if (gaps.length > 0 || runs.length > 0) return gaps
  return [inModels.length === 0 ? everythingExcluded(names) : nothingLeft(outcome)]
}

function nothingListed({ selection, listed, registeredModels }: SelectionOutcome): Problem {
  const names = registeredModels.map(({ name }) => name)
  if (selection.filter === undefined || names.length === 0) {
    const what = own(listed.length === 0 ? 'no model version at all' : 'nothing but prompts')
    return gap(
      prose`Nothing is selected: MLflow lists ${what}`,
      prose`Check the server (\`mlflow-tracking-uri\`), the workspace (\`mlflow-workspace\`) and the permissions of the user.`,
    )
  }
  return gap(
    prose`Nothing is selected: no model version matches \`filter\` (\`${selection.filter}\`)`,
    prose`MLflow has ${own(plural(names.length, 'registered model'))}: ${listNames(names)}.`,
  )
}

function gap(message: Prose, advice: Prose | undefined): Problem {
  return { message, advice, mistakes: [] }
}

const maxSuggestions = 5

function listNames(names: readonly string[]): Prose {
  return listFirst(names.map((name) => prose`\`${name}\``))
}

function listFirst(items: readonly Prose[]): Prose {
  const more = items.length - maxSuggestions
  return [
    ...joinProse(items.slice(0, maxSuggestions), ', '),
    ...own(more > 0 ? ` and ${more} more` : ''),
  ]
}

function findUnmatchedPatterns(
  { selection, registeredModels }: SelectionOutcome,
  names: ReadonlySet<string>,
): Problem[] {
  return selection.modelPatterns
    .filter(({ matches }) => ![...names].some((name) => matches(name)))
    .map(({ pattern, matches }): Problem => {
      const hidden = registeredModels.map(({ name }) => name).filter((name) => matches(name))
      if (hidden.length > 0) {
        const why =
          selection.filter === undefined
            ? prose`has a version`
            : prose`has a version that matches \`filter\``
        return gap(
          prose`\`models\`: no model that matches \`${pattern}\` ${why}`,
          prose`It matches ${listNames(hidden)}.`,
        )
      }
      const closest = closestNames(pattern.replace(/[*?!]/g, ''), names, maxSuggestions)
      const separator = /[,{}]/.test(pattern)
        ? prose` Write one pattern per line: commas and braces are part of a name.`
        : []
      return gap(
        prose`\`models\`: no registered model matches \`${pattern}\``,
        prose`${suggest(pattern, names)}${own(closest.length === 1 ? 'The only name is' : 'The closest names are')} ${listNames(closest)}.${separator}`,
      )
    })
}

function findUnusedAliases(
  { selection, registeredModels }: SelectionOutcome,
  inModels: readonly ModelVersion[],
): Problem[] {
  const inUse = new Set(inModels.flatMap(({ aliases }) => aliases))
  const isHidden = (wanted: string): boolean =>
    registeredModels.some(
      ({ name, aliases }) =>
        selection.models(name) && aliases.some(({ alias }) => alias === wanted),
    )
  const advise = (alias: string): Prose => {
    if (isHidden(alias)) {
      return selection.filter === undefined
        ? prose`The version that has it is not listed any more.`
        : prose`\`filter\` excludes every version that has it.`
    }
    return inUse.size === 0
      ? prose`None of these models has an alias at all.`
      : prose`${suggest(alias, inUse)}Aliases in use: ${listNames(closestNames(alias, inUse, inUse.size))}.`
  }
  return selection.aliases
    .filter((alias) => !inUse.has(alias))
    .map((alias) =>
      gap(prose`\`aliases\`: no selected version has the alias \`${alias}\``, advise(alias)),
    )
}

function suggest(wanted: string, names: Iterable<string>): Prose {
  const suggestion = suggestName(wanted, names)
  return suggestion === undefined ? [] : prose`Did you mean \`${suggestion}\`? `
}

/** Models whose aliases MLflow sent in a form that cannot be used. */
function findUnknownAliases({ selection, registeredModels }: SelectionOutcome): Problem[] {
  if (selection.aliases.length === 0) return []
  return registeredModels
    .filter(({ name, problem }) => problem !== undefined && selection.models(name))
    .map(({ name, problem = [] }) =>
      gap(
        prose`MLflow's data about the registered model \`${name}\` can't be used (${problem})`,
        prose`Nothing is deleted until MLflow sends all of its aliases.`,
      ),
    )
}

function everythingExcluded(names: ReadonlySet<string>): Problem {
  return gap(
    prose`Nothing is selected: \`models\` excludes every registered model`,
    prose`MLflow has ${listNames([...names].sort())}.`,
  )
}

/** No version is left, although every pattern and every alias matches something. */
function nothingLeft({ selection, excluded }: SelectionOutcome): Problem {
  const byExclusion = (wanted: ExcludedVersion['exclusion']) =>
    excluded.filter(({ exclusion }) => exclusion === wanted)
  const gated = byExclusion('run-filter')
  if (gated.length > 0) {
    return gap(
      prose`Nothing is selected: no run matches \`run-filter\` (\`${selection.runFilter ?? ''}\`)`,
      prose`It rejects ${own(plural(gated.length, 'run'))}: ${listVersions(gated)}.`,
    )
  }
  const young = byExclusion('too-young')
  if (young.length > 0) {
    const verb = young.length === 1 ? 'is' : 'are'
    return gap(
      prose`Nothing is selected: ${own(`${plural(young.length, 'version')} ${verb}`)} younger than \`minimum-age\``,
      prose`Waiting: ${listVersions(young)}.`,
    )
  }
  const [first] = excluded
  return gap(
    prose`Nothing is selected: none of the matching versions can be deployed`,
    first && prose`For example ${listVersions([first])}: ${first.reason}.`,
  )
}

function listVersions(excluded: readonly ExcludedVersion[]): Prose {
  return listFirst(
    excluded.map(({ version: { name, version } }) => prose`\`${name}\` version ${version}`),
  )
}
