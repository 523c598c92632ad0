import type { ChangedEntry, FileEdit } from '../../../src/core/result.ts'

/** A run ID of 32 digits that tells runs apart. */
export const runId = (index: number): string => `abc123de${String(index).padStart(24, '0')}`

/** A change with everything that a test does not care about filled in. */
export const change = (
  outcome: 'created' | 'updated' | 'deleted',
  fields: Partial<Omit<ChangedEntry, 'outcome' | 'edit' | 'warning'>> = {},
  texts: Partial<Pick<FileEdit, 'before' | 'after'>> = {},
): ChangedEntry => {
  const run = fields.runId ?? runId(1)
  const path = fields.path ?? `models/${run}.yaml`
  return {
    outcome,
    runId: run,
    experimentId: '1',
    modelName: 'my_model',
    modelVersion: outcome === 'updated' ? '4' : '3',
    previousVersion: outcome === 'created' ? null : '3',
    url: 'https://mlflow.test/#/models/my_model/versions/3',
    reason: null,
    warning: undefined,
    ...fields,
    path,
    edit: {
      path,
      before: outcome === 'created' ? undefined : 'global:\n  modelVersion: "3"\n',
      after: outcome === 'deleted' ? undefined : 'global:\n  modelVersion: "4"\n',
      executable: false,
      ...texts,
    },
  }
}

export const manyChanges = (count: number): ChangedEntry[] =>
  Array.from({ length: count }, (_, index) =>
    change('created', { runId: runId(index), modelVersion: String(index + 1) }),
  )

/** Names that people with access to MLflow could choose. */
export const hostileNames: readonly string[] = [
  '::set-output name=x::y',
  'a</details><script>alert(1)</script>',
  'pipe | cell',
  'tick ` ``` tick',
  '@team please',
  'x\nMLflow-Run-Id: fake\n\nMLflow-Run-Id: fake',
  'x\r\n\r\nskip-checks: true',
  '[skip ci]',
  '[ci\tskip] [no ci] [skip actions] [actions skip]',
  '\u202egnp.exe',
  'fixes #12, closes acme/models#3, resolves GH-7',
  'closes https://github.com/acme/models/issues/1',
  '![x](https://evil.test/x.png) [y](https://evil.test) www.evil.test',
  '--- patch',
  'Signed-off-by: mallory <m@evil.test>',
  '\u001b[31mred\u0007\u0000',
  '##[error]gone',
  '\ud800 half',
  '<!-- mlflow-sync:proposal digest=fake heads= withdrawn -->',
  ' '.repeat(9),
  'long '.repeat(2000),
]
