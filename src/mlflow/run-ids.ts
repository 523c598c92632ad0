/** A condition of MLflow's filter grammar on run ids, which must be valid. */
export function runIdCondition(attribute: string, ids: readonly string[]): string {
  const [id = '', ...others] = ids
  if (others.length === 0) return `${attribute} = '${id}'`
  return `${attribute} IN (${ids.map((other) => `'${other}'`).join(',')})`
}

/**
 * Whether `IN` may not find the run: before MLflow 3.17, it drops ids with upper-case letters or
 * without letters (`mlflow/utils/search_utils.py`), which `=` finds.
 */
export function isOddRunId(id: string): boolean {
  return /[A-Z]/.test(id) || !/[a-z]/.test(id)
}
