import type { NameMatcher } from '../glob.ts'
import type { Location } from '../problem.ts'
import { own, prose, type Prose } from '../text/prose.ts'
import { isForeign, type RunFile } from '../values-file/file.ts'
import { describeFlaw, type Flaw } from '../values-file/flaw.ts'
import { holdComment } from '../values-file/hold.ts'

/** What happens to the file of one run. */
export type Decision =
  | { readonly outcome: 'unchanged'; readonly reason: null; readonly location?: undefined }
  | {
      readonly outcome: 'failed' | 'held' | 'skipped'
      readonly reason: Prose
      readonly location?: Location | undefined
    }
  | {
      readonly outcome: 'created' | 'updated'
      readonly before: string | undefined
      readonly after: string
      readonly warning: Prose | undefined
    }

/** The decision to leave a file alone because of its content; undefined if it may be changed. */
export function protectionOf(
  { path, state }: RunFile,
  runId: string,
  models: NameMatcher,
): Decision | undefined {
  switch (state.kind) {
    case 'blocked':
      return failed(prose`${state.reason}: move it elsewhere`, { path, line: undefined })
    case 'held':
      return { outcome: 'held', reason: state.reason, location: { path, line: state.line } }
    case 'unread':
      return failed(unreadable)
    case 'uneditable':
      return leaveAlone(path, state)
    case 'values': {
      if (isForeign(state.values, runId)) {
        return failed(
          prose`not changed: \`global.runid\` names another run, so the file is not the action's. Rename the file, or correct \`global.runid\`.`,
          { path, line: undefined },
        )
      }
      const { modelName = '' } = state.values.owned
      // Otherwise two jobs that share a directory would overwrite each other's choice forever.
      return modelName === '' || models(modelName)
        ? undefined
        : skipped(prose`the file is about model \`${modelName}\`, which \`models\` does not select`)
    }
    default:
      return undefined
  }
}

const unreadable = prose`its content could not be read from GitHub. The next sync will try again.`

export function failed(reason: Prose, location?: Location): Decision {
  return { outcome: 'failed', reason, location }
}

/** A file that cannot be edited as it is. */
export function leaveAlone(path: string, flaw: Flaw): Decision {
  return failed(
    prose`not changed: ${describeFlaw(flaw)}. Correct the file, delete it and run once with the input \`recreate\`, or put it on hold with the comment \`${own(holdComment)}\`.`,
    { path, line: flaw.line },
  )
}

export function skipped(reason: Prose): Decision {
  return { outcome: 'skipped', reason }
}
