import type { OwnedValues } from './editor.ts'

/** Values that a sync would write. */
export const wantedValues: readonly OwnedValues[] = [
  {
    experimentId: '12',
    runid: 'abc123def456abc123def456abc12345',
    modelid: 'm-0123456789abcdef0123456789abcdef',
    timestamp: 20260731,
    modelName: 'my_model',
    modelVersion: '3',
  },
  {
    experimentId: '987654321098765432',
    runid: '1234567e1012345678901234567890ab',
    modelid: undefined,
    timestamp: 20240101,
    modelName: `it's: a "model" # 1`,
    modelVersion: '1',
  },
]

/** Sources of the same keys that differ from both, in each style of a scalar. */
export const oldSources: Readonly<Record<keyof OwnedValues, readonly string[]>> = {
  experimentId: ['"1"', "'1'", '1', '0x1F', '"1" # an id', '', '~', '!!str 1'],
  runid: ['00000000000000000000000000000000', '"run"', 'run # note', "'it''s'", '"a\\\n      b"'],
  modelid: ['m-1', '""', "''", 'null', '   m-2   # wide', '|-\n      m-3', '>-\n      m-4\n'],
  timestamp: ['20230101', '"20230101"', '2023-01-01', '20230101# glued', '!!int 1', '2_0'],
  modelName: ['old', 'on', 'a b\n      c', '"tab\\t"', '"{{ .Release.Name }}"', '日本 🤖'],
  modelVersion: ['"2"', '2', '1e3', "'2'", '2 # two', '&version "2"'],
}
