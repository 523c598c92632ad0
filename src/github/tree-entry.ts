import { z } from 'zod'
import type { DirectoryEntry } from '../core/branch.ts'

/** GraphQL fields of a directory's entry. */
export const treeEntryFields = 'name mode type oid'

export const treeEntry = z.object({
  name: z.string(),
  mode: z.number(),
  type: z.enum(['blob', 'tree', 'commit']),
  oid: z.string(),
})

/** Git's file modes; GraphQL returns them as integers. */
const executableMode = 0o100755
const symlinkMode = 0o120000

export function entryOf(row: z.infer<typeof treeEntry>): DirectoryEntry {
  const { name, oid } = row
  if (row.type === 'tree') return { name, oid, kind: 'directory' }
  if (row.type === 'commit') return { name, oid, kind: 'submodule' }
  if (row.mode === symlinkMode) return { name, oid, kind: 'link' }
  return { name, oid, kind: row.mode === executableMode ? 'executable' : 'file' }
}
