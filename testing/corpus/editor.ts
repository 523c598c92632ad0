/** The reader and editor of values files, as the corpus judges it. */
export type Editor = (bytes: Uint8Array, owned: OwnedValues) => Result

export type OwnedValues = {
  experimentId: string
  runid: string
  modelid: string | undefined
  timestamp: number
  modelName: string
  modelVersion: string
}

/** What becomes of an existing file. */
export type Result =
  /** Rewritten from the template. */
  (
    | { readonly kind: 'damaged'; readonly problem: string }
    | { readonly kind: 'left alone'; readonly problem: string }
    | { readonly kind: 'unchanged' }
    | { readonly kind: 'updated'; readonly text: string }
  ) & {
    /** Whether the editor read the file line by line, without a parser. */
    readonly isPlain?: boolean
  }

export type ResultKind = Result['kind']

/** An existing file, and the values that it should have. */
export type Case = {
  /** Where the file comes from. */
  readonly group: string
  /** How it was changed. */
  readonly kind: string
  readonly name: string
  readonly bytes: Buffer
  readonly owned: OwnedValues
}
