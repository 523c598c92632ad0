/** The dialects of JSON Schema that are supported. */
export const drafts = ['draft-06', 'draft-07', '2019-09', '2020-12'] as const

export type Draft = (typeof drafts)[number]

const byUri: ReadonlyMap<string, Draft> = new Map<string, Draft>([
  ['json-schema.org/draft-06/schema', 'draft-06'],
  ['json-schema.org/draft-07/schema', 'draft-07'],
  ['json-schema.org/draft/2019-09/schema', '2019-09'],
  ['json-schema.org/draft/2020-12/schema', '2020-12'],
  ['json-schema.org/schema', '2020-12'],
])

/** The draft that `$schema` names; undefined if it is not supported. Without one, Helm takes the latest. */
export function draftOf(uri: unknown): Draft | undefined {
  if (uri === undefined) return '2020-12'
  return typeof uri === 'string'
    ? byUri.get(uri.replace(/^https?:\/\//, '').replace(/#$/, ''))
    : undefined
}

/** Whether Helm checks formats and ignores what is beside a `$ref`. */
export function isEarly(draft: Draft): boolean {
  return draft === 'draft-06' || draft === 'draft-07'
}
