import { decode } from '../src/core/values-file/decode.ts'
import { readContent } from '../src/core/values-file/file.ts'
import { readPlainLines } from '../src/core/values-file/plain-lines.ts'
import { updateValues } from '../src/core/values-file/update.ts'
import { plain } from '../src/core/text/prose.ts'
import type { Editor } from '../testing/corpus/editor.ts'

/** The action's reader and editor of values files. */
export const editValues: Editor = (bytes, owned) => {
  const { text, invalidBytes } = decode(bytes)
  const isPlain = invalidBytes === undefined && readPlainLines(text) !== undefined
  return { ...edit(bytes, owned), isPlain }
}

const edit: Editor = (bytes, owned) => {
  const content = readContent(bytes)
  if (content.kind === 'damaged') return { kind: 'damaged', problem: plain(content.problem) }
  if (content.kind === 'uneditable') return { kind: 'left alone', problem: plain(content.problem) }
  if (content.kind === 'held') return { kind: 'left alone', problem: 'it is on hold' }
  const update = updateValues(content.values, owned)
  return update.kind === 'rejected'
    ? { kind: 'left alone', problem: plain(update.problem) }
    : update
}
