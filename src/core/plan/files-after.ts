import type { Entry } from '../result.ts'
import { readContent, type OwnedTexts, type RunFile } from '../values-file/file.ts'

/** The files of a directory, by run id, as they are once the edits of some entries are made. */
export function filesAfter(
  files: ReadonlyMap<string, RunFile>,
  entries: readonly Entry[],
): Map<string, RunFile> {
  const edits = new Map(
    entries.flatMap(({ edit }) => (edit === undefined ? [] : [[edit.path, edit]])),
  )
  return new Map(
    [...files].map(([runId, file]): [string, RunFile] => {
      const edit = edits.get(file.path)
      if (edit === undefined) return [runId, file]
      const { after } = edit
      return [
        runId,
        { ...file, state: after === undefined ? { kind: 'absent' } : readContent(after) },
      ]
    }),
  )
}

/** The owned values of a file of the action; undefined if it is about another run, or unreadable. */
export function ownedValuesIn({ state }: RunFile, runId: string): OwnedTexts | undefined {
  const owned =
    state.kind === 'values' ? state.values.owned : state.kind === 'held' ? state.owned : {}
  return owned.runid === runId ? owned : undefined
}
