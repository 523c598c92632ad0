import type { Entry } from '../entry.ts'
import { readContent, type RunFile } from '../values-file/file.ts'

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
