/** Runs whose files are created again although a person deleted them. */
export type Recreate = 'all' | ReadonlySet<string>
