import type { BranchSnapshot } from '../core/branch.ts'
import { findIndexProblem } from '../core/plan/index-page.ts'
import type { Target } from '../core/target.ts'
import type { Prose } from '../core/text/prose.ts'
import type { Repository } from '../github/repository.ts'
import { addIndex, indexOf } from '../sync/read-files.ts'
import { nameTarget } from '../sync/targets.ts'

/** Index pages that a sync would leave alone, with a warning. */
export async function findIndexProblems(
  repository: Repository,
  snapshot: BranchSnapshot,
  targets: readonly Target[],
): Promise<Prose[]> {
  const pathsByOid = new Map<string, string>()
  for (const target of targets) addIndex(pathsByOid, snapshot, target)
  const contents = await repository.readFiles(snapshot, pathsByOid)
  return targets.flatMap((target) => {
    const page = indexOf(snapshot, target, contents)
    const problem = page && findIndexProblem(page)
    if (problem === undefined) return []
    return [targets.length > 1 ? nameTarget(target, problem) : problem]
  })
}
