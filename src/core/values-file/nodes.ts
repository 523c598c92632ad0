import { isAlias, isScalar, isSeq } from 'yaml'

/** Whether a document is blank, without even an explicit `null`, an anchor or a tag. */
export function isEmpty(node: unknown): boolean {
  return (
    node === null ||
    (isScalar(node) && node.type === 'PLAIN' && node.source === '' && !node.anchor && !node.tag)
  )
}

export function isNull(node: unknown): boolean {
  return node === null || (isScalar(node) && node.type === 'PLAIN' && node.value === null)
}

export function describeKind(node: unknown): string {
  if (isAlias(node)) return 'an alias'
  return isSeq(node) ? 'a list' : 'a single value'
}
