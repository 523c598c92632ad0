import type { MlflowError } from '../core/errors.ts'
import { plural } from '../core/text/format.ts'
import { joinProse, joinSentences, own, prose, type Prose } from '../core/text/prose.ts'
import type { TagChange } from '../core/write-back.ts'
import type { TagResult } from '../mlflow/tags.ts'

/** Tags are set and removed by at most this many requests in one sync; the next one goes on. */
export const maxRequests = 500

/** Models that a warning names. */
const maxModels = 3

/** One warning about all tags that MLflow refused. */
export function describeFailures(changes: readonly TagChange[], { failures }: TagResult): Prose[] {
  const [first] = failures.values()
  if (first === undefined) return []
  const names = [...failures.keys()].map((name) => prose`\`${name}\``)
  const others = names.length - maxModels
  const shown = joinProse(names.slice(0, maxModels), ', ')
  const listed =
    others > 0 ? joinProse([shown, own(plural(others, 'other model'))], ' and ') : shown
  const message = prose`The tags of ${listed} could not be written to MLflow: ${first.text}`
  return [joinSentences([message, adviceFor(first, changes)])]
}

function adviceFor(error: MlflowError, changes: readonly TagChange[]): Prose {
  if (error.status !== 403) return error.advice ?? []
  const removes = changes.some(({ value }) => value === undefined)
  const removal = removes ? prose`, and \`MANAGE\` permission to remove one` : []
  return prose`MLflow's user needs \`EDIT\` permission on these registered models to set a tag${removal}. Grant it, or set \`write-back: false\`.`
}

export function describeRest(left: number): Prose[] {
  if (left === 0) return []
  return [
    prose`A sync sends at most ${maxRequests} requests for tags; ${own(plural(left, 'model version'))} will be tagged in MLflow by the next ones`,
  ]
}
