import type { MlflowError } from '../core/errors.ts'
import { plural } from '../core/text/format.ts'
import { joinProse, joinSentences, own, prose, type Prose } from '../core/text/prose.ts'
import type { TagFailure } from '../mlflow/tags.ts'

/** Tags are set and removed by at most this many requests in one sync; the next one goes on. */
export const maxRequests = 500

/** Models that a warning names. */
const maxModels = 10

/** One warning about all models on which permission is missing, and one about all other failures. */
export function describeFailures(failures: readonly TagFailure[]): Prose[] {
  const [denied, others] = [true, false].map((isWanted) =>
    failures
      .filter(({ error }) => isDenied(error) === isWanted)
      .toSorted((a, b) => (a.change.name < b.change.name ? -1 : 1)),
  )
  return [denied ?? [], others ?? []].flatMap(describeAlike)
}

function isDenied({ status }: MlflowError): boolean {
  return status === 403
}

function describeAlike(failures: readonly TagFailure[]): Prose[] {
  const [first] = failures
  if (first === undefined) return []
  const models = new Set(failures.map(({ change }) => change.name))
  const names = [...models].map((name) => prose`\`${name}\``)
  const others = names.length - maxModels
  const shown = joinProse(names.slice(0, maxModels), ', ')
  const listed =
    others > 0 ? joinProse([shown, own(plural(others, 'other model'))], ' and ') : shown
  const message = prose`The tags of ${listed} could not be written to MLflow: ${first.error.text}`
  return [joinSentences([message, adviceFor(first.error, failures)])]
}

function adviceFor(error: MlflowError, failures: readonly TagFailure[]): Prose {
  if (!isDenied(error)) return error.advice ?? []
  const removes = failures.some(({ change }) => change.value === undefined)
  const removal = removes ? prose`, and \`MANAGE\` permission to remove one` : []
  return prose`MLflow's user needs \`EDIT\` permission on these registered models to set a tag${removal}. Grant it, or set \`write-back: false\`.`
}

/** @param isHopeless whether MLflow failed, so that the rest was not tried. */
export function describeRest(left: number, isHopeless: boolean): Prose[] {
  if (left === 0) return []
  const versions = own(plural(left, 'model version'))
  return isHopeless
    ? [
        prose`The tags of ${versions} were not tried after MLflow had failed; the next sync tries again`,
      ]
    : [
        prose`A sync sends at most ${maxRequests} requests for tags; ${versions} will be tagged in MLflow by the next ones`,
      ]
}
