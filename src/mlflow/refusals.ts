/**
 * What MLflow refuses with a status that says nothing about it:
 * - `artifacts-only`: a server with `--artifacts-only` has no Model Registry (503)
 * - `feature-disabled`: workspaces, for example, are switched off (500)
 * - `overloaded`: MLflow 3.17.2 reports an exhausted database pool as a bad request (400)
 */
export type MlflowRefusal = 'artifacts-only' | 'feature-disabled' | 'overloaded'

/** MLflow's own words for each, which no other response has. */
const words: readonly (readonly [text: string, refusal: MlflowRefusal])[] = [
  ['--artifacts-only', 'artifacts-only'],
  ['FEATURE_DISABLED', 'feature-disabled'],
  ['QueuePool limit of size', 'overloaded'],
]

/** Recognises a refusal; undefined for a response whose status says what it means. */
export function recogniseRefusal(text: string): MlflowRefusal | undefined {
  return words.find(([word]) => text.includes(word))?.[1]
}
